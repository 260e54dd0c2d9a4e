"""Downloads: uploaded files and issued documents of cases that the reader may see, each sensitive read on record."""

from __future__ import annotations

import io
import uuid

from flask import Response, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from fundflow import documents
from fundflow.accounts import Actor, Permission, current_actor
from fundflow.applications import queries
from fundflow.applications.blind import file_name, reads_blind
from fundflow.applications.models import Application, FormEntry, StoredFile
from fundflow.applications.policy import PERSONS, letters_to_parties, may_read_section, on_case
from fundflow.applications.subjects import papers_of
from fundflow.audit import record
from fundflow.documents import Document, DocumentState
from fundflow.forms import Form
from fundflow.platform import storage
from fundflow.platform.db import db, transaction
from fundflow.platform.errors import Conflict, NotFound
from fundflow.programmes import definition_of
from fundflow.web import SIGNED_IN, Area

area = Area("files", __name__)
INERT = "default-src 'none'; sandbox"


@area.get("/files/<uuid:file_id>", access=SIGNED_IN, records=True)
def download(file_id: uuid.UUID) -> ResponseReturnValue:
    """An uploaded file, always as a download and never as a page."""
    actor = current_actor()
    file, case = queries.stored_file(actor, file_id)
    kinds = queries.party_kinds(actor, case.id)
    who = on_case(actor, case, kinds)
    forms = _forms(file, case)
    homes = [
        part for form in forms for part in form.sections if any(q.id == file.question for q in part.questions)
    ]
    if kinds and not kinds & PERSONS and file.uploaded_by != actor.user_id and not _applied_with(forms, case):
        raise NotFound  # evaluators read the application: no scan of a paper, nothing from an appeal
    own = file.uploaded_by == actor.user_id or any(kinds & PERSONS & set(form.fill.by) for form in forms)
    blind = not own and reads_blind(definition_of(case.version_id), kinds)
    if not all(may_read_section(part, who, fills=own) and not (blind and part.sensitive) for part in homes):
        raise NotFound
    if (file.sensitive or any(part.sensitive for part in homes)) and not (own or kinds & PERSONS):
        with transaction():
            record(action="file.read", actor_id=actor.user_id, application_id=case.id, file=str(file.id))
    name = _neutral(forms, file) if blind else file.name
    return _attachment(storage.get(file.storage_key), name, file.media_type)


def _applied_with(forms: list[Form], case: Application) -> bool:
    definition = definition_of(case.version_id)
    return any(form is definition.forms[definition.programme.application_form] for form in forms)


def _neutral(forms: list[Form], file: StoredFile) -> str:
    """The name under which a blind evaluator gets a file: people write their own into it."""
    return file_name(forms[0], file.question, file.name) if forms else f"file.{file.name.rpartition('.')[2]}"


def _forms(file: StoredFile, case: Application) -> list[Form]:
    """The form that the file was uploaded with; while it names no entry, each form that asks for such a file."""
    known = definition_of(case.version_id).forms
    entry = db.session.get(FormEntry, file.entry_id) if file.entry_id else None
    if entry is not None:
        return [known[entry.form]]
    return [
        form for form in known.values() if any(question.id == file.question for question in form.questions())
    ]


@area.get("/documents/<uuid:document_id>.pdf", access=SIGNED_IN, records=True)
def document(document_id: uuid.UUID) -> ResponseReturnValue:
    """An issued document; the read is on record."""
    actor = current_actor()
    paper = documents.get(document_id)
    if paper.application_id is not None:
        _require_reader(actor, queries.get(actor, paper.application_id), paper)
    elif not actor.has(Permission.DOCUMENT_READ):
        raise NotFound
    if paper.state != DocumentState.rendered:
        raise Conflict(_not_ready(paper.state), current=paper.number)
    found = documents.file(document_id)
    with transaction():
        record(
            action="document.read", actor_id=actor.user_id, application_id=paper.application_id,
            document_id=str(paper.id), number=paper.number,
        )  # fmt: skip
    return _attachment(found.data, found.name, "application/pdf")


def _require_reader(actor: Actor, case: Application, paper: Document) -> None:
    """Papers are for staff who read documents and, when addressed to them, for the people of the case."""
    over = {"programme_id": case.programme_id, "call_id": case.call_id, "application_id": case.id}
    theirs = queries.party_kinds(actor, case.id) & PERSONS
    if theirs and paper.letter in letters_to_parties(definition_of(case.version_id)):
        return
    needed = papers_of(paper.subject_kind)
    if (
        theirs
        or not actor.may(Permission.DOCUMENT_READ, **over)
        or (needed and not actor.may(needed, **over))
    ):
        raise NotFound


def _not_ready(state: str) -> str:
    if state == DocumentState.failed:
        return str(_("This document could not be prepared. The office has been told."))
    return str(_("This document is being prepared. Please try again in a minute."))


def _attachment(data: bytes, name: str, media_type: str) -> Response:
    answer = send_file(io.BytesIO(data), mimetype=media_type, as_attachment=True, download_name=name)
    answer.headers["Content-Security-Policy"] = INERT
    answer.headers["Cache-Control"] = "no-store"
    return answer
