"""Fixtures of the tests of referrals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask

from fundflow.platform import clock
from fundflow.web.setup import limiter
from tests.referrals.house import MONDAY, House, house_of
from tests.web.pages import rolled_back


@pytest.fixture
def house(app: Flask) -> Iterator[House]:
    """An office with a person, her consent and providers; whatever a test writes is rolled back."""
    limiter.enabled = False
    with rolled_back(app), clock.at(MONDAY), app.app_context():
        clock.advance(timedelta(0))
        yield house_of(app)
    limiter.enabled = True
