"""Pages of a programme's law: versions, pictures, what changed, and publishing what was sent in as a zip."""

from __future__ import annotations

import io
import uuid
from collections.abc import Mapping
from itertools import pairwise

from flask import Response, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from fundflow.accounts import Permission, current_actor
from fundflow.platform.db import transaction
from fundflow.platform.errors import Conflict, Forbidden, Invalid, NotFound
from fundflow.programmes import Definition, check, compiled, definition_of, latest_version
from fundflow.programmes.differences import differences
from fundflow.programmes.drafts import discard, draft, publish_draft, send_in
from fundflow.programmes.models import ProgrammeDraft
from fundflow.programmes.parcels import LARGEST_PARCEL, pack
from fundflow.programmes.preview import preview_page
from fundflow.reporting.queries import programmes as queries
from fundflow.reporting.words import phase_word
from fundflow.web import Area, permission
from fundflow.workflow import drawing

area = Area("programmes", __name__)
READ, PUBLISH = permission(Permission.PROGRAMME_READ), permission(Permission.PROGRAMME_PUBLISH)
CASE = "application"
STANDS_ALONE = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; font-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox"
)


@area.get("/programmes/<slug>", access=READ)
def show(slug: str) -> ResponseReturnValue:
    """A programme: its pictures with the cases in each stage, its versions and what each changed."""
    law = queries.law(current_actor(), slug)
    definition = definition_of(law.newest.id)
    return render_template(
        "reporting/programme.html",
        law=law,
        definition=definition,
        counts=_counts(law),
        changed=[
            (new, differences(definition_of(old.id), definition_of(new.id)))
            for new, old in pairwise(law.versions)
        ],
        phase_word=phase_word,
    )


def _counts(law: queries.Law) -> dict[str, int]:
    """The cases of all versions by stage, as far as the newest version still has the stage."""
    found: dict[str, int] = {}
    for each in law.cases.values():
        for stage, count in each.items():
            found[stage] = found.get(stage, 0) + count
    return found


@area.get("/programmes/<slug>/<kind>.svg", access=READ)
def picture(slug: str, kind: str) -> ResponseReturnValue:
    """The picture of one machine of the newest version; that of the case says how many stand in each stage."""
    law = queries.law(current_actor(), slug)
    return _drawn(definition_of(law.newest.id), kind, _counts(law) if kind == CASE else None)


def _drawn(definition: Definition, kind: str, counts: Mapping[str, int] | None = None) -> Response:
    machine = definition.machines.get(kind)
    if machine is None:
        raise NotFound
    return Response(drawing(machine.definition, str(get_locale() or "en"), counts), mimetype="image/svg+xml")


@area.get("/programmes/<slug>/preview/<language>", access=READ)
def preview(slug: str, language: str) -> ResponseReturnValue:
    """Every form, letter and mail of the newest version with sample data, as one page that stands alone."""
    law = queries.law(current_actor(), slug)
    return _previewed(definition_of(law.newest.id), language)


def _previewed(definition: Definition, language: str) -> Response:
    """Nothing in it may run or load, whoever wrote the programme."""
    if language not in definition.programme.languages:
        raise NotFound
    answer = Response(preview_page(definition, language))
    answer.headers["Content-Security-Policy"] = STANDS_ALONE
    return answer


@area.get("/programmes/<slug>/versions/<int:number>.zip", access=READ)
def files(slug: str, number: int) -> ResponseReturnValue:
    """The files of a version, to begin the next one from."""
    version = queries.version(current_actor(), slug, number)
    name = f"{slug}-{number}.zip"
    return send_file(
        io.BytesIO(pack(slug, version.files)), "application/zip", as_attachment=True, download_name=name
    )


@area.get("/programmes/sent-in", access=PUBLISH)
def sent_in() -> ResponseReturnValue:
    """What was sent in and waits, and where a zip is sent in."""
    return _sent_in({})


@area.post("/programmes/sent-in", access=PUBLISH)
def send() -> ResponseReturnValue:
    """Take a zip; its findings come next."""
    given = request.files.get("parcel")
    content = given.read(LARGEST_PARCEL + 1) if given else b""
    try:
        with transaction():
            row = send_in(actor=current_actor(), parcel=content)
    except Invalid as fault:
        return _sent_in(fault.errors), 422
    except Forbidden as fault:
        return _sent_in({"parcel": str(fault)}), 403
    return redirect(url_for("programmes.look", draft_id=row.id))


def _sent_in(errors: Mapping[str, str]) -> str:
    return render_template(
        "reporting/programme_drafts.html", drafts=queries.drafts(current_actor()), errors=errors
    )


@area.get("/programmes/sent-in/<uuid:draft_id>", access=PUBLISH)
def look(draft_id: uuid.UUID) -> ResponseReturnValue:
    """What the check says of a draft, what it would change, and its pictures."""
    return _look(draft_id)


def _look(draft_id: uuid.UUID) -> str:
    row = _mine(draft_id)
    findings = check(row.files)
    errors = [each for each in findings if each.severity == "error"]
    definition = None if errors else compiled(row.files)
    try:
        before = latest_version(row.slug)
    except NotFound:
        before = None
    changed = differences(definition_of(before.id), definition) if before and definition else []
    return render_template(
        "reporting/programme_draft.html",
        draft=row,
        findings=findings,
        errors=errors,
        definition=definition,
        before=before,
        changed=changed,
    )


def _mine(draft_id: uuid.UUID) -> ProgrammeDraft:
    if draft_id not in {each.id for each in queries.drafts(current_actor())}:
        raise NotFound
    return draft(draft_id)


@area.get("/programmes/sent-in/<uuid:draft_id>/<kind>.svg", access=PUBLISH)
def draft_picture(draft_id: uuid.UUID, kind: str) -> ResponseReturnValue:
    """The picture of one machine of a draft without errors."""
    row = _mine(draft_id)
    try:
        definition = compiled(row.files)
    except Invalid as fault:
        raise NotFound from fault
    return _drawn(definition, kind)


@area.get("/programmes/sent-in/<uuid:draft_id>/preview/<language>", access=PUBLISH)
def draft_preview(draft_id: uuid.UUID, language: str) -> ResponseReturnValue:
    """The same of a draft without errors."""
    row = _mine(draft_id)
    if any(each.severity == "error" for each in check(row.files)):
        raise NotFound
    return _previewed(compiled(row.files), language)


@area.post("/programmes/sent-in/<uuid:draft_id>/publish", access=PUBLISH)
def publish(draft_id: uuid.UUID) -> ResponseReturnValue:
    """Make the draft that was looked at the next version."""
    row = _mine(draft_id)
    try:
        with transaction():
            version = publish_draft(
                actor=current_actor(), draft_id=draft_id, sha256=request.form.get("sha256", "")
            )
    except Invalid:
        return _look(draft_id), 422
    except Conflict as fault:
        flash(str(fault), "warning")
        return redirect(url_for("programmes.look", draft_id=draft_id))
    flash(
        _("Version %(number)s is published. Cases that run stay on theirs.", number=version.number), "success"
    )
    return redirect(url_for("programmes.show", slug=row.slug))


@area.post("/programmes/sent-in/<uuid:draft_id>/discard", access=PUBLISH)
def throw_away(draft_id: uuid.UUID) -> ResponseReturnValue:
    """Throw a draft away."""
    _mine(draft_id)
    with transaction():
        discard(actor=current_actor(), draft_id=draft_id)
    flash(_("The draft is thrown away."), "success")
    return redirect(url_for("programmes.sent_in"))
