"""Puts follow-up into the application: its rules, its kinds of subject, what opens a tranche, its pages."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l

from fundflow.accounts import Permission
from fundflow.applications.subjects import SubjectKind, register_kind, subject_kind
from fundflow.disbursement.service.openings import opening_kinds, register_opening
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


def setup(app: Flask) -> None:
    """A tranche may wait for a report or a visit of the calendar."""
    if "report" not in opening_kinds():
        register_opening("report", lambda ctx, value: rules.report_accepted(ctx, report=value))
        register_opening("visit", lambda ctx, value: rules.appointment_done(ctx, code=value))
    app.register_blueprint(area)
    app.jinja_env.filters["dimension_title"] = title_of
    nav.add(_l("Follow-up"), "followup.visits", Permission.VISIT_LIST, order=60)
