"""Puts the shared parts of all pages into the application."""

from __future__ import annotations

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf import CSRFProtect

from fundflow.web import health
from fundflow.web.actor import signed_in_actor
from fundflow.web.assets import setup_addresses, setup_assets
from fundflow.web.errors import setup_errors
from fundflow.web.filters import setup_filters
from fundflow.web.headers import setup_headers
from fundflow.web.i18n import setup_i18n
from fundflow.web.legible import setup_legible
from fundflow.web.nav import nav

limiter = Limiter(get_remote_address)


def setup_web(app: Flask) -> None:
    """Headers, languages, static files, errors, filters, CSRF, rate limits and health checks."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    setup_headers(app)
    setup_i18n(app)
    setup_assets(app)
    setup_addresses(app)
    setup_errors(app)
    setup_filters(app)
    setup_legible(app)
    CSRFProtect(app)
    limiter.init_app(app)
    app.register_blueprint(health.area)
    office = app.config["FUNDFLOW"].office
    app.jinja_env.globals.update(office=office, office_name=office.name)
    app.context_processor(lambda: {"actor": signed_in_actor(), "nav_bar": nav.bar(signed_in_actor())})
