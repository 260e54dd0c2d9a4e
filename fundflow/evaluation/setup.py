"""Puts evaluation into the application: its rules, the review as a kind of subject, its pages."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from fundflow.accounts import Permission
from fundflow.applications.subjects import SubjectKind, register_kind, subject_kind
from fundflow.evaluation import rules
from fundflow.evaluation.models import Review
from fundflow.evaluation.views import AREAS
from fundflow.web import nav

__all__ = ["rules", "setup"]

if subject_kind("review") is None:
    register_kind(SubjectKind("review", Review, lambda _row, _language: "", lambda row: row.reviewer_id))


def setup(app: Flask) -> None:
    """The score sheet, the evaluators of a case, the ranking."""
    for area in AREAS:
        app.register_blueprint(area)
    nav.add(_l("My reviews"), "reviews.mine", Permission.REVIEW_WRITE, order=20)
    nav.add(_l("Rankings"), "ranking.calls", Permission.RANKING_MANAGE, order=40)
