"""Puts screening into the application: importing the rules registers them; its page stands at the case."""

from __future__ import annotations

from flask import Flask

from fundflow.screening import rules
from fundflow.screening.views import area

__all__ = ["rules", "setup"]


def setup(app: Flask) -> None:
    """The checklist of a case."""
    app.register_blueprint(area)
