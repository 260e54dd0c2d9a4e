"""Puts the room of calls into the application."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from fundflow.accounts import Permission
from fundflow.calls import jobs, rules
from fundflow.calls.views import area
from fundflow.programmes.procedure import machine
from fundflow.web import nav

__all__ = ["jobs", "rules", "setup"]


def setup(app: Flask) -> None:
    """The law of calls is read once, so that a fault in it stops the start with its place."""
    machine()
    app.register_blueprint(area)
    nav.add(_l("Calls"), "calls.index", Permission.CALL_MANAGE, order=60)
