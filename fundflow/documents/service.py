"""Issuing, rendering, retrying and confirming documents."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import aliased, undefer

from fundflow.audit import record
from fundflow.documents.definition import Letter
from fundflow.documents.models import Document, DocumentState
from fundflow.documents.numbers import next_number
from fundflow.documents.pdf import to_pdf
from fundflow.documents.render import render_html, template_digest
from fundflow.documents.snapshot import canonical, digest, freeze
from fundflow.documents.typesetter import RenderFault
from fundflow.platform import clock, storage
from fundflow.platform.db import db
from fundflow.platform.errors import Conflict, Invalid, NotFound
from fundflow.platform.ids import new_id
from fundflow.platform.jobs import enqueue
from fundflow.platform.sandbox import TextFault

RENDER = "documents.render"
TRIES = 5
CODE_LENGTH = 20
LONGEST_ERROR = 2000


@dataclass(frozen=True)
class Confirmation:
    """What anyone who holds a document may learn: that it is genuine, and whether it still stands."""

    number: str
    issued_on: date
    title: Mapping[str, str]
    snapshot_sha256: str
    pdf_sha256: str | None
    superseded_by: str | None

    @property
    def valid(self) -> bool:
        """Whether no later document took its place."""
        return self.superseded_by is None


def issue(
    *,
    actor_id: uuid.UUID | None,
    application_id: uuid.UUID | None,
    letter: str,
    letter_def: Letter,
    facts: Mapping[str, Any],
    language: str,
    prefix: str | None = None,
    subject: tuple[str, uuid.UUID] | None = None,
    programme: Mapping[str, str] | None = None,
    timezone: str = "UTC",
    supersedes: uuid.UUID | None = None,
) -> Document:
    """Number and freeze a letter and ask for its PDF, all in the caller's transaction.

    `facts` are the plain values by fact name; `programme` is its title for the letterhead; `timezone` (IANA)
    decides the day and the year of the number. `supersedes` names the document that this one corrects.
    Raises Invalid when the facts do not fit the letter, NotFound or Conflict for the document to supersede.
    """
    earlier = _superseded(supersedes) if supersedes else None
    at = clock.now().replace(microsecond=0)
    series = prefix or letter_def.prefix
    number = next_number(series, at.astimezone(ZoneInfo(timezone)).year)
    code = secrets.token_urlsafe(CODE_LENGTH)[:CODE_LENGTH]
    snapshot = _frozen(
        letter_def,
        facts,
        letter_id=letter,
        language=language,
        number=number,
        issued_at=at,
        office={**current_app.config["OFFICE"], "programme": programme},
        timezone=timezone,
        check_url=f"{current_app.config['BASE_URL']}/check/{code}",
        supersedes=earlier.number if earlier else None,
    )
    document = _requested(snapshot, series=series, letter=letter, language=language, code=code, at=at)
    document.application_id, document.requested_by = application_id, actor_id
    document.subject_kind, document.subject_id = subject or (None, None)
    document.supersedes_id = supersedes
    db.session.add(document)
    enqueue(RENDER, key=str(document.id), document_id=str(document.id))
    _note_issue(document, actor_id)
    return document


def _requested(
    snapshot: dict[str, Any], *, series: str, letter: str, language: str, code: str, at: datetime
) -> Document:
    return Document(
        id=new_id(),
        number=snapshot["number"],
        series=series,
        letter=letter,
        title=snapshot["title"],
        language=language,
        snapshot=snapshot,
        snapshot_sha256=digest(snapshot),
        state=DocumentState.requested,
        check_code=code,
        requested_at=at,
        attempts=0,
    )


def _frozen(letter_def: Letter, facts: Mapping[str, Any], *, letter_id: str, **more: Any) -> dict[str, Any]:
    try:
        return freeze(letter_def, facts, letter_id=letter_id, **more)
    except (KeyError, TypeError, ValueError) as fault:
        raise Invalid({"": f"the letter {letter_id} cannot be issued: {fault}"}) from fault


def _note_issue(document: Document, actor_id: uuid.UUID | None) -> None:
    record(
        action="document.issued",
        actor_id=actor_id,
        application_id=document.application_id,
        document_id=str(document.id),
        number=document.number,
        letter=document.letter,
        sha256=document.snapshot_sha256,
        supersedes=document.snapshot["supersedes"],
    )


def _superseded(document_id: uuid.UUID) -> Document:
    earlier = db.session.get(Document, document_id, with_for_update=True)
    if earlier is None:
        raise NotFound
    later = db.session.scalar(select(Document.number).where(Document.supersedes_id == document_id))
    if later:
        raise Conflict(f"{earlier.number} is already superseded by {later}", current=later)
    return earlier


def render(document_id: uuid.UUID) -> Document:
    """Make and store the PDF of a document, in the caller's transaction; one that exists is left as it is.

    Raises NotFound, TextFault, RenderFault or whatever the renderer or the storage raise.
    """
    document = _locked(document_id)
    if document.state == DocumentState.rendered:
        return document
    data = make_pdf(document.snapshot)
    document.storage_key = storage.put(data, kind="documents")
    document.pdf_sha256 = hashlib.sha256(data).hexdigest()
    document.pdf_size = len(data)
    document.template_sha256 = template_digest()
    document.rendered_at = clock.now()
    document.attempts += 1
    document.error = None
    document.state = DocumentState.rendered
    db.session.flush()
    record(
        action="document.rendered",
        actor_id=None,
        application_id=document.application_id,
        document_id=str(document.id),
        number=document.number,
        pdf_sha256=document.pdf_sha256,
    )
    return document


def make_pdf(snapshot: Mapping[str, Any]) -> bytes:
    """The PDF of a snapshot; the same snapshot gives the same bytes. Raises TextFault or RenderFault."""
    return to_pdf(
        render_html(snapshot),
        canonical(snapshot),
        created=datetime.fromisoformat(snapshot["issued_at"]),
        identifier=digest(snapshot)[:32],
    )


def note_failure(document_id: uuid.UUID, fault: BaseException) -> DocumentState:
    """Count a failed try; after the last one the document waits for staff. Returns the state it is in."""
    document = _locked(document_id)
    if document.state != DocumentState.rendered:
        document.attempts += 1
        document.error = _words_of(fault)[:LONGEST_ERROR]
        if document.attempts >= TRIES:
            document.state = DocumentState.failed
        db.session.flush()
    return DocumentState(document.state)


def _words_of(fault: BaseException) -> str:
    """Faults of letters and of this machine are sentences already; any other is named by its kind too."""
    return str(fault) if isinstance(fault, TextFault | RenderFault) else f"{type(fault).__name__}: {fault}"


def retry_failed(*, actor_id: uuid.UUID | None, document_id: uuid.UUID) -> Document:
    """Ask again for a document whose rendering failed; raises NotFound, or Conflict when it did not fail."""
    document = _locked(document_id)
    if document.state != DocumentState.failed:
        raise Conflict(f"{document.number} did not fail", current=document.state)
    document.state = DocumentState.requested
    document.attempts = 0
    db.session.flush()
    enqueue(RENDER, key=str(document.id), document_id=str(document.id))
    record(
        action="document.retried",
        actor_id=actor_id,
        application_id=document.application_id,
        document_id=str(document.id),
        number=document.number,
    )
    return document


def _locked(document_id: uuid.UUID) -> Document:
    document = db.session.scalar(
        select(Document)
        .where(Document.id == document_id)
        .options(undefer(Document.snapshot))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if document is None:
        raise NotFound
    return document


def verify(check_code: str) -> Confirmation:
    """What a paper's code confirms, without saying whose it is; raises NotFound for an unknown code."""
    later = aliased(Document)
    row = db.session.execute(
        select(
            Document.number,
            Document.snapshot["issued_on"].astext,
            Document.title,
            Document.snapshot_sha256,
            Document.pdf_sha256,
            later.number,
        )
        .outerjoin(later, later.supersedes_id == Document.id)
        .where(Document.check_code == check_code)
    ).one_or_none()
    if row is None:
        raise NotFound
    number, issued_on, title, snapshot_sha256, pdf_sha256, superseded_by = row
    return Confirmation(
        number, date.fromisoformat(issued_on), title, snapshot_sha256, pdf_sha256, superseded_by
    )
