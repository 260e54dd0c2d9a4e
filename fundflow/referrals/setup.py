"""Puts referrals into the application: their kind of subject, their rules and facts, and their pages."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from fundflow.accounts import Permission
from fundflow.applications.subjects import SubjectKind, register_kind, subject_kind
from fundflow.referrals import models, rules
from fundflow.referrals.service.sharing import KIND
from fundflow.referrals.views import AREAS
from fundflow.web import nav

__all__ = ["rules", "setup"]

if subject_kind(KIND) is None:  # by number alone: to which provider somebody was sent is not for every list
    register_kind(
        SubjectKind(
            KIND, models.Referral, lambda row, _language: str(row.number), papers=Permission.REFERRAL_READ
        )
    )


def setup(app: Flask) -> None:
    """The pages of referrals, of providers, and of the providers' links."""
    for area in AREAS:
        app.register_blueprint(area)
    nav.add(_l("Providers"), "referrals.providers", Permission.PROVIDER_MANAGE, order=70)
