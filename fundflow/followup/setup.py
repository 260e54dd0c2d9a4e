"""Puts follow-up into the application: its rules, its kinds of subject, what opens a tranche, its pages."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l

from fundflow.accounts import Permission
from fundflow.applications.subjects import SubjectKind, register_kind, subject_kind
from fundflow.disbursement.service.openings import register_opening
from fundflow.followup import rules
from fundflow.followup.models import Report, Visit
from fundflow.followup.outcomes import title_of
from fundflow.followup.views import area
from fundflow.platform.wording import pick
from fundflow.web import nav

__all__ = ["rules", "setup"]


def _title(row: Any, language: str) -> str:
    return pick(row.title, language)


for name, model in (("visit", Visit), ("report", Report)):
    if subject_kind(name) is None:
        register_kind(SubjectKind(name, model, _title))

register_opening("report", lambda ctx, code: rules.report_accepted(ctx, report=code), names_appointment=True)
register_opening("visit", lambda ctx, code: rules.appointment_done(ctx, code=code), names_appointment=True)


def setup(app: Flask) -> None:
    """The pages of visits and reports."""
    app.register_blueprint(area)
    app.jinja_env.filters["dimension_title"] = title_of
    nav.add(_l("Follow-up"), "followup.visits", Permission.VISIT_LIST, order=60)
