"""Two questions a supervisor asks: is the process alive, and may it be sent people."""

from __future__ import annotations

from alembic.config import Config
from alembic.script import ScriptDirectory
from flask import jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from fundflow.platform.db import db
from fundflow.platform.locate import locate
from fundflow.web.access import PUBLIC
from fundflow.web.area import Area

area = Area("health", __name__)


@area.get("/healthz", access=PUBLIC)
def alive() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="ok")


@area.get("/readyz", access=PUBLIC)
def ready() -> ResponseReturnValue:
    """The database answers and its schema is the one this code was written for; 503 otherwise."""
    checks = {"database": "ok", "schema": "ok"}
    try:
        found = db.session.scalar(text("select version_num from alembic_version"))
    except SQLAlchemyError:
        db.session.rollback()
        checks = {"database": "not reachable, or never migrated", "schema": "unknown"}
    else:
        if found != wanted_schema():
            checks["schema"] = "differs from what this version needs"
    well = all(value == "ok" for value in checks.values())
    return jsonify(status="ok" if well else "not ready", checks=checks), 200 if well else 503


def wanted_schema() -> str | None:
    """The newest migration this code carries; raises FileNotFoundError when the folder is missing."""
    config = Config()
    config.set_main_option("script_location", str(locate("migrations")))
    return ScriptDirectory.from_config(config).get_current_head()
