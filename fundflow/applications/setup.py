"""Puts the case file into the application: its rules, facts, jobs and pages."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from fundflow.accounts import Permission
from fundflow.applications import facts, jobs, rules
from fundflow.applications.service import chain, of_age
from fundflow.applications.views import AREAS
from fundflow.applications.views.overview import has_own_cases
from fundflow.web import nav

__all__ = ["chain", "facts", "jobs", "of_age", "rules", "setup"]


def setup(app: Flask) -> None:
    """Importing the rules registers them; the pages follow."""
    for area in AREAS:
        app.register_blueprint(area)
    nav.add(_l("Open a case"), "caseloads.index", Permission.APPLICATION_CREATE_CASE, order=12)
    nav.add(_l("Open calls"), "public.home", order=92, public=True)
    nav.add(_l("My applications"), "drafts.mine", order=94, when=has_own_cases)
