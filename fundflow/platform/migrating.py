"""Alembic on the application's own database; commands and tests alone load it."""

from __future__ import annotations

from flask import Flask
from flask_migrate import Migrate
from flask_migrate import upgrade as _upgrade

from fundflow.platform.db import db
from fundflow.platform.locate import locate


def bind(app: Flask) -> None:
    """Give an application the command `db`."""
    if "migrate" not in app.extensions:
        Migrate(app, db, directory=str(locate("migrations")))


def upgrade(app: Flask) -> None:
    """Bring the database of an application to the newest schema; raises whatever the migration raises."""
    bind(app)
    with app.app_context():
        _upgrade()
