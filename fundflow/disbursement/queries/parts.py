"""One tranche or purchase with everything that its page shows, in a fixed number of queries."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from fundflow import forms
from fundflow.accounts import Actor, names_of
from fundflow.applications.models import Answers, Application, FormEntry
from fundflow.applications.policy import may_read_section
from fundflow.applications.queries import Ties, get_part, ties
from fundflow.applications.service.hooks import context
from fundflow.applications.service.move import moves_of
from fundflow.applications.service.recording import Recordable, recordable
from fundflow.applications.subjects import subject_kind
from fundflow.audit import AuditEvent
from fundflow.disbursement.models import (
    Delivery,
    Handover,
    Payment,
    PaymentClearance,
    Purchase,
    PurchaseLine,
    Quote,
)
from fundflow.disbursement.policy import Reader, reader_of
from fundflow.disbursement.service import duplicates
from fundflow.disbursement.service.openings import unmet
from fundflow.documents import Document, of_subject
from fundflow.platform import clock
from fundflow.platform.db import db
from fundflow.platform.errors import NotFound
from fundflow.programmes import Definition, definition_of
from fundflow.workflow import MoveState

TONES = ("primary", "plain", "danger")


@dataclass(frozen=True, slots=True)
class Part:
    """A tranche or purchase of a visible case, and how the reader is tied to the case and stands to it."""

    kind: str
    row: Any
    case: Application
    definition: Definition
    reader: Reader
    tied: Ties

    @property
    def stage(self) -> Any:
        """Its present stage as the machine has it."""
        return self.definition.machines[self.kind].definition.stages[self.row.stage]


def part(actor: Actor, kind: str, part_id: uuid.UUID) -> Part:
    """A tranche or purchase; NotFound for hidden and missing alike, and for parties with no part in it."""
    found = subject_kind(kind)
    model = found.model if found else None
    if model is None:
        raise NotFound
    row, case = get_part(actor, model, part_id)
    definition = definition_of(case.version_id)
    tied = ties(actor.user_id, case.id)
    reader = reader_of(actor, case, definition.machines[kind], tied.kinds)
    if not reader.allowed:
        raise NotFound
    return Part(kind, row, case, definition, reader, tied)


def moves(actor: Actor, here: Part) -> list[MoveState]:
    """The steps of the reader's roles, each possible or with the words why not; the way forward comes first."""
    states = moves_of(actor, here.case, here.row, here.kind, here.tied)
    return sorted(states, key=lambda state: TONES.index(state.move.tone))


def on_paper(actor: Actor, here: Part) -> Recordable:
    """The steps of each person of the case that the reader may record here from a paper."""
    return recordable(
        actor=actor, who=here.reader.who, tied=here.tied, case=here.case, subject=here.row, kind=here.kind
    )


def still_needed(here: Part) -> list[Any]:
    """What has to happen before a tranche may be asked for, in words; nothing once it is finished."""
    plans = here.definition.programme.tranches if here.kind == "tranche" and not here.stage.final else ()
    plan = next((each for each in plans if each.number == here.row.number), None)
    if plan is None:
        return []
    ctx = context(who=here.reader.who, case=here.case, subject=here.row, kind=here.kind)
    return [decision.reason for decision in unmet(ctx, plan)]


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a payment: who took it and when; nobody yet when `at` is None."""

    name: str
    who: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment with its three steps."""

    payment: Payment
    steps: tuple[Step, Step, Step]


def payments(here: Part) -> list[Paid]:
    """All payments of a tranche or purchase, newest first, also those that came to nothing; two queries."""
    return with_steps(_rows(here), names=here.reader.inside)


def part_of_payment(actor: Actor, payment_id: uuid.UUID) -> tuple[Part, Payment]:
    """A payment with its tranche or purchase, for who pays; NotFound for everybody else."""
    payment = db.session.get(Payment, payment_id)
    if payment is None:
        raise NotFound
    if payment.tranche_id is not None:
        here = part(actor, "tranche", payment.tranche_id)
    else:
        here = part(actor, "purchase", payment.purchase_id or payment.id)
    if not here.reader.pays:
        raise NotFound
    return here, payment


def twins(here: Part) -> dict[uuid.UUID, list[tuple[Payment, str]]]:
    """What holds each payment of a tranche or purchase, by payment; the people of the case are not told."""
    if not here.reader.inside:
        return {}
    live = [row for row in _rows(here) if row.cancelled_at is None and row.released_at is None]
    return {row.id: found for row in live if (found := duplicates.twins(row, here.case, here.definition))}


def clearances(here: Part) -> list[tuple[PaymentClearance, str]]:
    """Why payments that were held are right, with who said so; for the office alone."""
    if not here.reader.inside:
        return []
    rows = [row for payment in _rows(here) for row in duplicates.clearances(payment)]
    names = names_of([row.cleared_by for row in rows])
    return [(row, names.get(row.cleared_by, "")) for row in rows]


def _rows(here: Part) -> Sequence[Payment]:
    cause = Payment.tranche_id if here.kind == "tranche" else Payment.purchase_id
    return db.session.scalars(select(Payment).where(cause == here.row.id).order_by(Payment.id.desc())).all()


def with_steps(rows: Sequence[Payment], *, names: bool) -> list[Paid]:
    """Payments with their steps; names of the office only when asked for."""
    people = [person for row in rows for person in (row.certified_by, row.authorised_by, row.released_by)]
    known: Mapping[Any, str] = names_of(people) if names else {}
    return [
        Paid(
            row,
            (
                Step("certify", known.get(row.certified_by, ""), row.certified_at),
                Step("authorise", known.get(row.authorised_by, ""), row.authorised_at),
                Step("release", known.get(row.released_by, ""), row.released_at),
            ),
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Goods:
    """What belongs to a purchase: lines, offers (`lowest`: the best conforming one), arrivals, handover."""

    lines: Sequence[PurchaseLine]
    quotes: Sequence[Quote]
    lowest: uuid.UUID | None
    deliveries: Sequence[Delivery]
    handover: Handover | None
    names: Mapping[uuid.UUID, str]


def goods(purchase: Purchase) -> Goods:
    """Everything about the goods; five queries whatever their number."""

    def all_of(model: Any) -> Sequence[Any]:
        query = select(model).where(model.purchase_id == purchase.id).order_by(model.number)
        return db.session.scalars(query).all()

    quotes: Sequence[Quote] = all_of(Quote)
    conforming = [quote for quote in quotes if quote.conform]
    best = min(conforming, key=lambda quote: (quote.price_minor, quote.number), default=None)
    arrivals: Sequence[Delivery] = all_of(Delivery)
    handover = db.session.scalar(select(Handover).where(Handover.purchase_id == purchase.id))
    names = names_of([*(row.received_by for row in arrivals), handover.recorded_by if handover else None])
    return Goods(all_of(PurchaseLine), quotes, best.id if best else None, arrivals, handover, names)


@dataclass(frozen=True, slots=True)
class Filled:
    """A form that was handed in with a step, as the reader may see it."""

    title: Mapping[str, str]
    at: datetime | None
    who: str
    sections: list[forms.SummarySection]


def filled(here: Part, language: str) -> list[Filled]:
    """The forms of the steps so far, the newest first; sensitive sections are read on the case page only."""
    entries = db.session.scalars(
        select(FormEntry)
        .where(FormEntry.subject_id == here.row.id, FormEntry.state == "submitted")
        .order_by(FormEntry.submitted_at.desc(), FormEntry.id.desc())
    ).all()
    if not here.reader.inside:
        entries = [entry for entry in entries if entry.created_by == here.reader.who.user_id]
    answers: dict[uuid.UUID, dict[str, Any]] = {entry.id: {} for entry in entries}
    for row in db.session.scalars(select(Answers).where(Answers.entry_id.in_(answers))):
        answers[row.entry_id].update(row.data)
    names = names_of([entry.submitted_by for entry in entries])
    return [_filled(here, entry, answers[entry.id], names, language) for entry in entries]


def _filled(
    here: Part, entry: FormEntry, given: Mapping[str, Any], names: Mapping[Any, str], language: str
) -> Filled:
    form = here.definition.forms[entry.form]
    own = entry.created_by == here.reader.who.user_id
    shown = {
        section.id
        for section in form.sections
        if own or (not section.sensitive and may_read_section(section, here.reader.who, fills=False))
    }
    read = forms.summary(
        form,
        given,
        language,
        values=here.definition.values,
        today=clock.today(here.definition.programme.timezone),
        sections=shown,
    )
    return Filled(form.title, entry.submitted_at, names.get(entry.submitted_by, ""), read)


def papers(here: Part) -> Sequence[Document]:
    """The documents issued for it; those for the office alone are not shown to parties."""
    found = of_subject(here.kind, here.row.id)
    if here.reader.inside:
        return found
    theirs = {
        effect.params["letter"]
        for move in here.definition.machines[here.kind].moves.values()
        for effect in move.move.effects
        if effect.params.get("letter") and effect.params.get("to") in here.reader.who.roles
    }
    return [paper for paper in found if paper.letter in theirs]


@dataclass(frozen=True, slots=True)
class Event:
    """One move in the history, ready for the timeline's macro."""

    at: datetime
    title: Mapping[str, str]
    to: Mapping[str, str] | None
    who: str
    tone: str


def history(here: Part) -> list[Event]:
    """The moves of a tranche or purchase, newest first; parties are told of new stages and their own acts."""
    rows = db.session.scalars(
        select(AuditEvent)
        .where(
            AuditEvent.application_id == here.case.id,
            AuditEvent.action == "move",
            AuditEvent.data["subject"].astext == str(here.row.id),
        )
        .order_by(AuditEvent.seq.desc())
    ).all()
    names = names_of([row.actor_id for row in rows]) if here.reader.inside else {}
    return [event for row in rows if (event := _event(here, row, names)) is not None]


def _event(here: Part, row: AuditEvent, names: Mapping[Any, str]) -> Event | None:
    known = here.definition.machines[here.kind].moves.get(str(row.data.get("move")))
    if known is None:
        return None
    stays = row.data.get("source") == row.data.get("target")
    if stays and not here.reader.inside and row.actor_id != here.reader.who.user_id:
        return None
    to = None if stays else here.definition.stage_label(here.kind, str(row.data["target"]))
    tone = "danger" if known.move.tone == "danger" else ""
    return Event(row.at, known.move.label, to, names.get(row.actor_id, ""), tone)
