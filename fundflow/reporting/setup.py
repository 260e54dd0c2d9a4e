"""Puts the reporting room into the application: its pages and their entries in the top bar."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from fundflow.accounts import Permission
from fundflow.reporting.views import AREAS
from fundflow.web import nav

STAFF = (Permission.APPLICATION_LIST, Permission.APPLICATION_READ_ASSIGNED)


def setup(app: Flask) -> None:
    """Register the pages; each person sees the entries that they may enter."""
    for area in AREAS:
        app.register_blueprint(area)
    nav.add(_l("My work"), "work.mine", STAFF, order=5)
    nav.add(_l("Applications"), "listing.index", Permission.APPLICATION_LIST, order=8)
    nav.add(_l("Funds"), "office.funds", Permission.FUND_READ, order=42)
    nav.add(_l("Programmes"), "office.programmes", Permission.PROGRAMME_READ, order=65)
    nav.add(_l("Audit trail"), "trail.index", Permission.AUDIT_READ, order=30)
    nav.add(_l("Mails and jobs"), "office.outbox", Permission.OUTBOX_READ, order=80)
