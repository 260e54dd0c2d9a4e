"""The audit trail: to look through, to verify, to take along."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Response, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fundflow.accounts import Permission, current_actor
from fundflow.platform import clock
from fundflow.platform.db import transaction
from fundflow.reporting import service
from fundflow.reporting.queries import export, trail
from fundflow.reporting.views.listing import csv_response
from fundflow.reporting.words import action_word
from fundflow.web import Area, paginate, permission
from fundflow.web.filters import zone

area = Area("trail", __name__)
READ = permission(Permission.AUDIT_READ)


@area.get("/audit", access=READ)
def index() -> ResponseReturnValue:
    """The events under the filters, newest first."""
    return _page()


def _page(verified: tuple[int, object] | None = None) -> str:
    filters = trail.read_filters(request.args)
    query = trail.events(current_actor(), filters, zone())
    kept: dict[str, Any] = {name: value for name, value in request.args.items() if name != "page" and value}
    return render_template(
        "reporting/audit.html",
        filters=filters,
        page=paginate(query, scalars=False),
        actions=trail.actions(),
        action_word=action_word,
        verified=verified,
        csv_url=url_for("trail.table", **kept),
        timezone=current_app.config["BABEL_DEFAULT_TIMEZONE"],
    )


@area.post("/audit/verify", access=READ)
def verify() -> ResponseReturnValue:
    """Walk the whole chain, record that it was done, and say how it stands."""
    with transaction():
        verified = service.verify_trail(actor=current_actor())
    return _page(verified)


@area.get("/audit.csv", access=READ, records=True)
def table() -> Response:
    """The events under the filters as a table, oldest first; the export itself is on record."""
    actor, filters = current_actor(), trail.read_filters(request.args)
    with transaction():
        service.note_export(actor=actor, what="audit", filters=asdict(filters))
    pieces = export.lines(trail.rows(actor, filters, zone()))
    return csv_response(pieces, f"audit-{clock.today().isoformat()}.csv")
