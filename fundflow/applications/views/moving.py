"""One move as a page offers it: what is asked, what will happen, and what is to be read before."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.datastructures import FileStorage, MultiDict

from fundflow import documents, forms
from fundflow.accounts import Actor, current_actor
from fundflow.applications import queries
from fundflow.applications.models import Application, Party, StoredFile
from fundflow.applications.policy import on_case
from fundflow.applications.service import files
from fundflow.applications.service.hooks import context
from fundflow.applications.service.move import moves_of
from fundflow.applications.subjects import CASE, subject_kind
from fundflow.applications.views import paper
from fundflow.audit import AuditEvent
from fundflow.documents import Document
from fundflow.forms import Form, PageForm
from fundflow.platform import clock
from fundflow.platform.db import db
from fundflow.platform.errors import Conflict, Forbidden, NotFound
from fundflow.platform.wording import pick
from fundflow.programmes import definition_of
from fundflow.workflow import MoveState
from fundflow.workflow.definition import Move

# Effects by which somebody signs the offered agreement: its PDF and hash stand above the typed name.
SIGNING = {"sign_agreement", "countersign_agreement"}


@dataclass(frozen=True)
class Offer:
    """A move to draw: its state, the form it asks for (None for a plain confirmation), where the row leads to."""

    kind: str
    subject_id: uuid.UUID
    version: int
    state: MoveState
    leads_to: Mapping[str, str] | None
    page: PageForm | None
    paper: Document | None
    behalf: Party | None = None


def find(actor: Actor, kind: str, subject_id: uuid.UUID) -> tuple[Application, Any]:
    """The visible case and the row on it that moves; NotFound for hidden and missing alike."""
    if kind == CASE:
        case = queries.get(actor, subject_id)
        return case, case
    found = subject_kind(kind)
    row = db.session.scalar(select(found.model).where(found.model.id == subject_id)) if found else None
    if row is None:
        raise NotFound
    return queries.get(actor, row.application_id), row


def state_of(
    actor: Actor, case: Application, subject: Any, kind: str, move: str, *, behalf: str | None = None
) -> MoveState:
    """The move as it stands for the actor, or for the kind of party on whose behalf he records a paper.

    Raises NotFound for an unknown move, Conflict when the row has left the stage, Forbidden for other roles.
    """
    machine = definition_of(case.version_id).machines.get(kind)
    if machine is None or move not in machine.moves:
        raise NotFound
    if subject.stage not in machine.moves[move].sources:
        raise Conflict(
            _("This step is not possible in the present stage."), current=stage_shown(case, subject, kind)
        )
    states = moves_of(actor, case, subject, kind, on_behalf=behalf)
    state = next((state for state in states if state.name == move), None)
    if state is None:
        raise Forbidden(_("Your role does not include this step."))
    return state


def stage_shown(case: Application, subject: Any, kind: str) -> dict[str, str]:
    """The present stage in words, for a page that tells of a change."""
    label = definition_of(case.version_id).stage_label(kind, subject.stage)
    return {_("Stage"): pick(label, str(get_locale() or "en"))}


def form_of(case: Application, move: Move, behalf: str | None = None) -> Form | None:
    """The form that a move asks for; on behalf of a party, with what is asked of the paper."""
    form = definition_of(case.version_id).forms[move.form] if move.form else None
    return paper.asked(form) if behalf else form


def page_of(
    case: Application,
    form: Form,
    *,
    answers: Mapping[str, Any],
    formdata: MultiDict[str, str] | None = None,
    uploads: Mapping[str, FileStorage] | None = None,
) -> PageForm:
    """The move's form, filled from what is kept and what was posted."""
    actor = current_actor()
    return forms.build(
        form, None, language=str(get_locale() or "en"), values=definition_of(case.version_id).values,
        answers=answers, formdata=formdata, files=uploads, today=clock.today(case.call.timezone),
        signer=(str(actor.user_id or ""), actor.name),
    )  # fmt: skip


def offer(
    case: Application,
    subject: Any,
    kind: str,
    state: MoveState,
    page: PageForm | None = None,
    *,
    behalf: str | None = None,
) -> Offer:
    """A move ready to draw; without a page its form is empty."""
    form = form_of(case, state.move, behalf)
    if form is not None and page is None:
        page = page_of(case, form, answers={})
    to = definition_of(case.version_id).stage_label(kind, state.move.to) if state.move.to else None
    by = next((party for party in queries.parties(case.id) if party.kind == behalf), None) if behalf else None
    signed = _signed(case, subject, kind, state)
    return Offer(kind, subject.id, subject.row_version, state, to, page, signed, by)


def _signed(case: Application, subject: Any, kind: str, state: MoveState) -> Document | None:
    if not any(rule.name in SIGNING for rule in state.move.effects):
        return None
    who = on_case(Actor(None, ""), case, ())
    number = context(who=who, case=case, subject=subject, kind=kind).facts["agreement"]["number"]
    return next((paper for paper in documents.of_application(case.id) if paper.number == number), None)


def store_uploads(*, actor: Actor, case: Application, form: Form, page: PageForm) -> dict[str, Any]:
    """Store what was uploaded with a move's form; returns the answers by question. Raises Invalid at a question."""
    stored: dict[str, Any] = {}
    for name, upload in page.uploads().items():
        upload.stream.seek(0)
        stored[name] = files.store(
            case=case, question=files.question_of(form, name), name=upload.filename or "",
            data=upload.stream.read(), actor_id=actor.user_id, sensitive=form.section_of(name).sensitive,
        )  # fmt: skip
    return stored


def tie_uploads(*, case: Application, form_id: str, given: Mapping[str, Any]) -> None:
    """Tell the files of a move's form which entry they came with, once the move has made it."""
    ids = [answer["file_id"] for answer in given.values() if isinstance(answer, dict) and "file_id" in answer]
    entry = queries.latest_entry(case.id, form_id, submitted=True) if ids else None
    for file_id in ids if entry is not None else ():
        row = db.session.get(StoredFile, uuid.UUID(file_id))
        if row is not None and row.entry_id is None and row.application_id == case.id:
            row.entry_id = entry.id if entry else None
    db.session.flush()


def made_already(actor: Actor, case: Application, subject: Any, move: str, seen_version: int) -> bool:
    """Whether this person made this very move since the page was drawn: a button pressed twice.

    Each firing adds one to the row's version and one event to the trail, so the newest events, as many as the
    version has grown by, are what happened since.
    """
    since = subject.row_version - seen_version
    if since <= 0:
        return False
    events: Sequence[AuditEvent] = db.session.scalars(
        select(AuditEvent)
        .where(
            AuditEvent.application_id == case.id,
            AuditEvent.action == "move",
            AuditEvent.data["subject"].astext == str(subject.id),
        )
        .order_by(AuditEvent.seq.desc())
        .limit(min(since, 100))
    ).all()
    return any(event.actor_id == actor.user_id and event.data["move"] == move for event in events)
