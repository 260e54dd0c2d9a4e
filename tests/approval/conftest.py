"""Fixtures of approval's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.approval.appealing import REFUSAL
from tests.evaluation.panel import Panel, Quiet, panel_of


@pytest.fixture
def panel(app: Flask) -> Iterator[Panel]:
    """An office with one call; whatever a test writes is rolled back."""
    with panel_of(app, money=4_000_000) as found:
        yield found


@pytest.fixture
def ineligible(panel: Panel) -> Quiet:
    """A refused application."""
    [case] = panel.submitted("applicant3")
    case.play(REFUSAL)
    return case
