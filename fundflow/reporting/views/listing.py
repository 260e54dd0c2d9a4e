"""The list of applications, and the same list as a table to take along."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from flask import Response, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from fundflow.accounts import Permission, current_actor
from fundflow.platform import clock
from fundflow.platform.db import transaction
from fundflow.programmes import definition_of
from fundflow.reporting import service
from fundflow.reporting.queries import export
from fundflow.reporting.queries.listing import calls, listing, read_filters
from fundflow.reporting.words import phase_word
from fundflow.web import Area, permission, requested_page

area = Area("listing", __name__)


@area.get("/applications", access=permission(Permission.APPLICATION_LIST))
def index() -> ResponseReturnValue:
    """The applications that I may see, narrowed, searched and sorted, sixty to a page."""
    actor, filters = current_actor(), read_filters(request.args)
    return render_template(
        "reporting/list.html",
        filters=filters,
        listing=listing(actor, filters, requested_page()),
        calls=calls(actor),
        now=clock.now(),
        may_export=actor.has(Permission.APPLICATION_EXPORT),
        stage_of=lambda case: (
            definition_of(case.version_id).machines["application"].definition.stages[case.stage]
        ),
        phase_word=phase_word,
        orders=_orders(),
        url=_url,
    )


def _orders() -> dict[str, str]:
    return {
        "newest": _("Newest first"),
        "oldest": _("Oldest first"),
        "due": _("Next deadline"),
        "waiting": _("Longest in its stage"),
        "amount": _("Largest amount"),
        "name": _("Applicant"),
        "reference": _("Reference"),
    }


def _url(endpoint: str = "listing.index", **changes: Any) -> str:
    """The same list with filters changed; the first page of it."""
    kept = {name: value for name, value in request.args.items() if name != "page"}
    return url_for(endpoint, **{name: value for name, value in (kept | changes).items() if value})


@area.get("/applications.csv", access=permission(Permission.APPLICATION_EXPORT), records=True)
def table() -> ResponseReturnValue:
    """Everything under the filters with all answers that I may read, streamed row by row; the export is on record."""
    actor, filters = current_actor(), read_filters(request.args)
    with transaction():
        service.note_export(actor=actor, what="applications", filters=asdict(filters))
    pieces = export.lines(export.applications(actor, filters))
    return csv_response(pieces, f"applications-{clock.today().isoformat()}.csv")


def csv_response(pieces: Iterator[str], name: str) -> Response:
    """A table that is sent while it is written."""
    answer = Response(stream_with_context(pieces), mimetype="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
