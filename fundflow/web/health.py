"""Two questions a supervisor asks: is the process alive, and may it be sent people."""

from __future__ import annotations

from flask import current_app, jsonify
from flask.typing import ResponseReturnValue

from fundflow.platform import schema
from fundflow.web.access import PUBLIC
from fundflow.web.area import Area

area = Area("health", __name__)

# Anyone may ask: the answers name no host, no database and no version.
_ANSWERS = {
    "unreachable": {"database": "not reachable", "schema": "unknown"},
    "empty": {"database": "ok", "schema": "not made yet"},
    "older": {"database": "ok", "schema": "older than what this version needs"},
    "newer": {"database": "ok", "schema": "newer than what this version needs"},
}


@area.get("/healthz", access=PUBLIC)
def alive() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="ok")


@area.get("/readyz", access=PUBLIC)
def ready() -> ResponseReturnValue:
    """The database answers and its schema is the one this code was written for; 503 otherwise."""
    fault = schema.fault()
    if fault is None:
        return jsonify(status="ok", checks={"database": "ok", "schema": "ok"})
    current_app.logger.error("not ready: %s", fault)
    return jsonify(status="not ready", checks=_ANSWERS[fault.kind]), 503
