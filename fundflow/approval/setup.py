"""Puts deciding into the application: its rules and facts, the appeal as a kind of subject, and its pages."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from fundflow.accounts import Permission
from fundflow.applications.subjects import SubjectKind, register_kind, subject_kind
from fundflow.approval import facts, rules
from fundflow.approval.models import Appeal
from fundflow.approval.service import KIND
from fundflow.approval.views import area
from fundflow.web import nav

__all__ = ["facts", "rules", "setup"]

if subject_kind(KIND) is None:
    register_kind(
        SubjectKind(
            KIND,
            Appeal,
            lambda row, _language: str(row.number) if row.number > 1 else "",
            outlives=True,
        )
    )


def setup(app: Flask) -> None:
    """Decisions are made on the case page; appeals have pages of their own."""
    app.register_blueprint(area)
    nav.add(_l("Appeals"), "appeals.index", Permission.APPEAL_LIST, order=55)
