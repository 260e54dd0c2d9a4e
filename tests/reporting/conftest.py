"""Fixtures of the office's pages: the panel's office with one call of the real start-up fund."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.evaluation.panel import Panel, panel_of


@pytest.fixture
def panel(app: Flask) -> Iterator[Panel]:
    """An office with one call; whatever a test writes is rolled back."""
    with panel_of(app) as found:
        yield found
