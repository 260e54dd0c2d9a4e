"""Puts the disbursement room into the application: kinds, rules and facts, and its pages."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from fundflow.accounts import Permission
from fundflow.applications.subjects import SubjectKind, register_kind, subject_kind
from fundflow.disbursement import facts, models, rules, views
from fundflow.platform.wording import pick
from fundflow.web import nav

__all__ = ["facts", "rules", "setup"]


def setup(app: Flask) -> None:
    """Register what can move in this room, and its pages; importing the rules has registered them."""
    if subject_kind("tranche") is None:
        register_kind(SubjectKind("tranche", models.Tranche, _name_tranche))
        register_kind(SubjectKind("purchase", models.Purchase, lambda row, _language: str(row.title)))
    app.register_blueprint(views.area)
    nav.add(_l("Payments"), "disbursement.payments", Permission.PAYMENT_LIST, order=40)
    nav.add(_l("Purchases"), "disbursement.purchases", Permission.PURCHASE_LIST, order=45)


def _name_tranche(row: models.Tranche, language: str) -> str:
    return f"{row.number}. {pick(row.title, language)}"
