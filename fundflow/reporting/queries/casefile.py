"""What each part of the case page shows, in a handful of queries however much the case holds."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from fundflow import forms
from fundflow.accounts import Actor, names_of
from fundflow.applications import queries as cases
from fundflow.applications.blind import masked, reads_blind, title_for_blind
from fundflow.applications.models import Answers, Application, FormEntry, Party, StoredFile
from fundflow.applications.policy import letters_to_parties
from fundflow.applications.service.entries import may_fill
from fundflow.applications.service.hooks import context
from fundflow.applications.service.move import moves_of
from fundflow.applications.service.recording import SCAN, Recordable, recordable
from fundflow.applications.subjects import CASE
from fundflow.approval.models import Agreement, Appeal, Award, Decision
from fundflow.approval.queries import appeals_of, money_of_case
from fundflow.audit import AuditEvent
from fundflow.disbursement.models import Payment, Purchase, Tranche
from fundflow.documents import Document
from fundflow.evaluation.models import Review, Score
from fundflow.evaluation.queries import reviews_with_names, score_of
from fundflow.evaluation.rules import in_words
from fundflow.followup.queries import reports_of, visits_of
from fundflow.forms import Form, SummarySection
from fundflow.platform import clock
from fundflow.platform.db import db
from fundflow.platform.errors import NotFound
from fundflow.programmes import Definition, definition_of
from fundflow.referrals.models import Provider, Referral
from fundflow.referrals.queries import providers_by_id, referrals_of
from fundflow.reporting.policy import Readable, Reader, reader_of, reads_entry, sections_for
from fundflow.screening.models import Clarification, ScreeningCheck
from fundflow.screening.queries import checks_of
from fundflow.workflow import Move, MoveState


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A visible case with its people, its programme's law, and how the reader stands to it."""

    case: Application
    definition: Definition
    parties: Sequence[Party]
    reader: Reader

    @property
    def blind(self) -> bool:
        """Whether the people of the case are kept from this reader."""
        return not self.reader.party and reads_blind(self.definition, self.reader.kinds)

    @property
    def title(self) -> str:
        """What the reader knows the case by."""
        if self.blind:
            return title_for_blind(self.case)
        return self.case.title or self.case.applicant_name or self.case.reference or ""


def case_file(actor: Actor, application_id: uuid.UUID) -> CaseFile:
    """The frame of every part of the page; two queries. NotFound for hidden and missing alike."""
    case = cases.get(actor, application_id)
    people = cases.parties(case.id)
    kinds = {party.kind for party in people if party.user_id == actor.user_id and actor.user_id}
    return CaseFile(case, definition_of(case.version_id), people, reader_of(actor, case, kinds))


def stages_travelled(file: CaseFile) -> set[str]:
    """The stages in which the case has stood before its present one, by its audit trail."""
    rows = db.session.scalars(
        select(AuditEvent.data["source"].astext)
        .where(
            AuditEvent.application_id == file.case.id,
            AuditEvent.action == "move",
            AuditEvent.data["kind"].astext == CASE,
        )
        .distinct()
    )
    return set(rows)


def moves(actor: Actor, file: CaseFile) -> list[MoveState]:
    """The steps of the case that are the reader's, allowed or with the reasons why not."""
    return moves_of(actor, file.case, file.case)


def on_paper(actor: Actor, file: CaseFile) -> Recordable:
    """The steps of each person of the case that the reader may record from a paper."""
    return recordable(
        actor=actor, who=file.reader.who, tied=cases.Ties(frozenset(file.reader.kinds)), case=file.case,
        subject=file.case, kind=CASE, people=file.parties,
    )  # fmt: skip


def grant_of(file: CaseFile) -> tuple[Award, Agreement | None, Document | None] | None:
    """The award with agreement and the document that was offered, in one query."""
    row = db.session.execute(
        select(Award, Agreement, Document)
        .outerjoin(Agreement, Agreement.application_id == Award.application_id)
        .outerjoin(Document, Document.id == Agreement.document_id)
        .where(Award.application_id == file.case.id)
    ).one_or_none()
    return (row[0], row[1], row[2]) if row else None


def appeals(file: CaseFile) -> Sequence[Appeal]:
    """The appeals on the case, for everybody but its evaluators."""
    if file.reader.evaluator or "appeal" not in file.definition.machines:
        return ()
    return appeals_of(file.case.id)


def entries(file: CaseFile) -> list[FormEntry]:
    """The filled forms of the case that the reader may open, newest first within the order of the forms."""
    order = {name: place for place, name in enumerate(file.definition.forms)}
    rows = [row for row in cases.entries(file.case.id) if reads_entry(file.reader, file.definition, row)]
    first = file.definition.programme.application_form
    return sorted(rows, key=lambda row: (row.form != first, order.get(row.form, len(order)), -row.number))


@dataclass(frozen=True, slots=True)
class Startable:
    """A record form that the reader may fill in now; `draft` is one begun already."""

    form: str
    title: Mapping[str, str]
    draft: bool
    done: int


def fills_any(file: CaseFile) -> bool:
    """Whether any record form is open to the reader at this stage."""
    return any(may_fill(form, file.case, file.reader.who) for form in file.definition.forms.values())


def startable(file: CaseFile, filled: Sequence[FormEntry]) -> list[Startable]:
    """The record forms open to the reader at this stage, without those filled once and handed in."""
    found = []
    for name, form in file.definition.forms.items():
        if not may_fill(form, file.case, file.reader.who):
            continue
        mine = [row for row in filled if row.form == name and row.state != "superseded"]
        drafts = [row for row in mine if row.state == "draft"]
        if mine and not drafts and not form.fill.many:
            continue
        found.append(Startable(name, form.title, bool(drafts), len(mine) - len(drafts)))
    return found


@dataclass(frozen=True, slots=True)
class Opened:
    """One filled form as the reader may see it; `sealed` and `closed` are the sections he has not before him."""

    entry: FormEntry
    form: Form
    sections: list[SummarySection]
    sealed: list[forms.Section]
    closed: list[forms.Section]
    recorded: list[str]


def opened(file: CaseFile, entry: FormEntry, unsealed: str, language: str) -> Opened:
    """An entry with its readable answers; `unsealed` is the one sensitive section that the reader opens now."""
    form = file.definition.forms[entry.form]
    kept = readable(file, entry, form)
    now = {unsealed} & kept.sealed
    rows = db.session.execute(select(Answers.data).where(Answers.entry_id == entry.id))
    given: dict[str, Any] = {}
    for (data,) in rows:
        given.update(data)
    if file.blind:
        given = masked(file.definition, file.case, given)
    shown = forms.summary(
        form,
        given,
        language,
        values=file.definition.values,
        today=clock.today(file.definition.programme.timezone),
        sections=kept.plain | now,
    )
    return Opened(
        entry,
        form,
        shown,
        [part for part in form.sections if part.id in kept.sealed - now],
        [part for part in form.sections if part.id in kept.closed],
        sorted(now),
    )


def readable(file: CaseFile, entry: FormEntry, form: Form) -> Readable:
    """How the reader meets the sections of an entry."""
    reader = file.reader
    own = reader.party and (bool(reader.kinds & set(form.fill.by)) or entry.created_by == reader.user_id)
    return sections_for(reader, form, own=own)


def entry_of(filled: Sequence[FormEntry], entry_id: uuid.UUID | None) -> FormEntry | None:
    """The wanted entry, or the newest application form; NotFound for one that the reader may not open."""
    if entry_id is None:
        return filled[0] if filled else None
    found = next((row for row in filled if row.id == entry_id), None)
    if found is None:
        raise NotFound
    return found


def documents(file: CaseFile) -> list[Document]:
    """The issued documents that the reader may see, newest first."""
    rows = db.session.scalars(
        select(Document)
        .where(Document.application_id == file.case.id)
        .order_by(Document.requested_at.desc(), Document.id.desc())
    ).all()
    if file.reader.inside:
        return [row for row in rows if file.reader.reads_papers_of(row.subject_kind)]
    theirs = letters_to_parties(file.definition)
    return [row for row in rows if row.letter in theirs]


def files(file: CaseFile, filled: Sequence[FormEntry]) -> list[tuple[StoredFile, FormEntry | None]]:
    """The uploaded files of the forms that the reader may open, newest first."""
    by_id = {row.id: row for row in filled}
    rows = db.session.scalars(
        select(StoredFile)
        .where(StoredFile.application_id == file.case.id)
        .order_by(StoredFile.uploaded_at.desc(), StoredFile.id.desc())
    ).all()
    seen = []
    for row in rows:
        entry = by_id.get(row.entry_id) if row.entry_id else None
        if entry is None and not (file.reader.inside or row.uploaded_by == file.reader.user_id):
            continue
        seen.append((row, entry))
    return seen


def steps_from_paper(file: CaseFile, scans: Iterable[StoredFile]) -> dict[uuid.UUID, Move]:
    """The step that each scan of a paper recorded, by file; one query, and none when no file is a scan."""
    ids = [str(row.id) for row in scans if row.question == SCAN]
    if not ids:
        return {}
    noted = AuditEvent.data["paper"].astext
    rows = db.session.execute(
        select(noted, AuditEvent.data["kind"].astext, AuditEvent.data["move"].astext).where(
            AuditEvent.application_id == file.case.id, AuditEvent.action == "move", noted.in_(ids)
        )
    )
    machines = file.definition.machines
    return {
        uuid.UUID(scan): machines[kind].moves[name].move
        for scan, kind, name in rows
        if kind in machines and name in machines[kind].moves
    }


@dataclass(frozen=True, slots=True)
class Money:
    """The money of a case: what the ledger holds for it, its parts, purchases and payments, and who acted."""

    ledger: Mapping[str, int]
    tranches: Sequence[Tranche]
    purchases: Sequence[Purchase]
    payments: Sequence[Payment]
    names: Mapping[uuid.UUID, str]

    def payment_of(self, row: Tranche | Purchase) -> Payment | None:
        """The payment of a part or purchase that was not cancelled."""
        return next((p for p in self.payments if row.id in (p.tranche_id, p.purchase_id)), None)


def money(file: CaseFile) -> Money:
    """Five queries at most."""
    of_case = file.case.id
    payments = db.session.scalars(
        select(Payment)
        .where(Payment.application_id == of_case, Payment.cancelled_at.is_(None))
        .order_by(Payment.id)
    ).all()
    acted = {who for row in payments for who in (row.certified_by, row.authorised_by, row.released_by)}
    inside = file.reader.inside
    return Money(
        money_of_case(of_case) if inside else {},
        db.session.scalars(
            select(Tranche).where(Tranche.application_id == of_case).order_by(Tranche.number)
        ).all(),
        db.session.scalars(
            select(Purchase).where(Purchase.application_id == of_case).order_by(Purchase.number)
        ).all(),
        payments,
        names_of(acted) if inside else {},
    )


def checks(file: CaseFile) -> tuple[dict[str, ScreeningCheck], Sequence[Clarification], dict[uuid.UUID, str]]:
    """The recorded checks, the rounds of clarification, and the names of who checked."""
    found = checks_of(file.case.id)
    rounds = db.session.scalars(
        select(Clarification)
        .where(Clarification.application_id == file.case.id)
        .order_by(Clarification.round)
    ).all()
    people = {row.checked_by for row in found.values()} | {row.asked_by for row in rounds}
    return found, rounds, names_of(people)


def reviews(file: CaseFile) -> tuple[list[tuple[Review, str]], Score | None, bool]:
    """The reviews that the reader may see with their writers, the score, and whether others' are kept from him.

    An evaluator sees his own first; of the others what the programme lets him see: never, after his own is handed
    in, or always. A draft is its writer's alone.
    """
    rows = reviews_with_names(file.case.id)
    me = file.reader.user_id
    own = [row for row in rows if row[0].reviewer_id == me]
    others = [row for row in rows if row[0].reviewer_id != me]
    score = score_of(file.case.id)
    if not file.reader.evaluator:
        return own + others, score, False
    see = file.definition.programme.evaluation.see_others
    handed_in = any(review.submitted_at for review, _name in own)
    if see == "always" or (see == "after_own" and handed_in):
        return own + others, score, False
    return own, None, bool(others)


def apart(file: CaseFile) -> list[str]:
    """For the office: where the reviews lie further apart than the programme lets stand, in words."""
    if not file.reader.inside or file.definition.criteria.moderation is None:
        return []
    return in_words(context(who=file.reader.who, case=file.case, subject=file.case, kind="application"))


def follow_up(file: CaseFile) -> tuple[Sequence[Any], Sequence[Any], dict[uuid.UUID, str]]:
    """Visits and reports on the calendar, and the names of who did them."""
    has = file.definition.machines
    visits: Sequence[Any] = visits_of(file.case.id) if "visit" in has else ()
    reports: Sequence[Any] = reports_of(file.case.id) if "report" in has else ()
    inside = file.reader.inside
    return visits, reports, names_of({row.done_by for row in (*visits, *reports)}) if inside else {}


def referrals(file: CaseFile) -> list[tuple[Referral, Provider | None]]:
    """The referrals of the case with their providers, the newest first; two queries."""
    rows = referrals_of(file.case.id)
    known = providers_by_id(row.provider_id for row in rows)
    return [(row, known.get(row.provider_id)) for row in reversed(rows)]


def decisions(file: CaseFile) -> Sequence[Decision]:
    """All decisions on the case, newest first."""
    return db.session.scalars(
        select(Decision)
        .where(Decision.application_id == file.case.id)
        .order_by(Decision.decided_at.desc(), Decision.id.desc())
    ).all()
