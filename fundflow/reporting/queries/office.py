"""What the office looks after: mails, documents and jobs that failed, funds with their lines, programmes."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select, text
from sqlalchemy.orm import joinedload

from fundflow import notify
from fundflow.accounts import Actor, Permission
from fundflow.applications.models import Application
from fundflow.applications.queries import visible_to
from fundflow.documents import Document, DocumentState
from fundflow.ledger import BudgetLine, Entry, Fund, LineBalance, Posting
from fundflow.notify import Message, MessageState
from fundflow.platform.db import db
from fundflow.platform.errors import NotFound
from fundflow.platform.wording import Words
from fundflow.programmes import Call, Programme, ProgrammeVersion, definition_of
from fundflow.reporting.queries.visible import on_visible_case


def mails(actor: Actor, state: MessageState | None) -> Select[*tuple[Any, ...]]:
    """The outbox as the actor may see it, with the reference of the case, newest first."""
    seen = on_visible_case(actor, Permission.OUTBOX_READ, Message.application_id)
    return (
        notify.outbox(state)
        .add_columns(Application.reference)
        .outerjoin(Application, Application.id == Message.application_id)
        .where(seen)
    )


def mail_counts(actor: Actor) -> dict[str, int]:
    """How many mails that the actor may see are in each state."""
    seen = on_visible_case(actor, Permission.OUTBOX_READ, Message.application_id)
    rows = db.session.execute(select(Message.state, func.count()).where(seen).group_by(Message.state))
    found = {str(row[0]): int(row[1]) for row in rows}
    return {state.value: found.get(state.value, 0) for state in MessageState}


def mail(actor: Actor, message_id: uuid.UUID) -> tuple[Message, str | None]:
    """One mail with the reference of its case; NotFound for hidden and missing alike."""
    row = db.session.execute(mails(actor, None).where(Message.id == message_id)).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1]


def failed_documents(actor: Actor) -> Select[*tuple[Any, ...]]:
    """The documents that could not be made, with the reference of the case, oldest first."""
    query: Select[*tuple[Any, ...]] = (
        select(Document, Application.reference)
        .outerjoin(Application, Application.id == Document.application_id)
        .where(
            Document.state == DocumentState.failed,
            on_visible_case(actor, Permission.DOCUMENT_RETRY, Document.application_id),
        )
        .order_by(Document.requested_at, Document.id)
    )
    return query


def failed_document(actor: Actor, document_id: uuid.UUID) -> Document:
    """One of them; NotFound for hidden, missing and well ones alike."""
    found = db.session.scalar(failed_documents(actor).where(Document.id == document_id))
    if found is None:
        raise NotFound
    document: Document = found
    return document


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of background work that failed for good; `error` is what its mail or document says."""

    id: int
    task: str
    args: Mapping[str, Any]
    attempts: int
    failed_at: datetime | None
    error: str


def failed_jobs(limit: int = 200) -> list[Job]:
    """The newest failed jobs; three queries."""
    rows = db.session.execute(
        text(
            "select j.id, j.task_name, j.args, j.attempts, max(e.at) as failed_at from procrastinate_jobs j "
            "left join procrastinate_events e on e.job_id = j.id and e.type = 'failed' "
            "where j.status = 'failed' group by j.id order by j.id desc limit :limit"
        ),
        {"limit": limit},
    ).all()
    errors = _errors([row.args for row in rows])
    return [
        Job(
            row.id, row.task_name, row.args, row.attempts, row.failed_at,
            next((errors[value] for value in map(str, row.args.values()) if value in errors), ""),
        )
        for row in rows
    ]  # fmt: skip


def _errors(arguments: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, model in (("document_id", Document), ("message_id", Message)):
        ids = [uuid.UUID(str(given[name])) for given in arguments if name in given]
        if ids:
            rows = db.session.execute(select(model.id, model.error).where(model.id.in_(ids)))
            found |= {str(row_id): error or "" for row_id, error in rows}
    return found


def job_counts() -> dict[str, int]:
    """How many jobs wait, run and failed."""
    rows = db.session.execute(text("select status::text, count(*) from procrastinate_jobs group by status"))
    found = {str(row[0]): int(row[1]) for row in rows}
    return {status: found.get(status, 0) for status in ("todo", "doing", "failed")}


@dataclass(slots=True)
class LineState:
    """A budget line with what it holds per account, and what the calls it pays for hold of that."""

    line: BudgetLine
    balances: dict[str, int]
    calls: list[tuple[Call, dict[str, int]]] = field(default_factory=list)


@dataclass(slots=True)
class FundState:
    """A fund with its lines."""

    fund: Fund
    lines: list[LineState]


def funds(actor: Actor) -> list[FundState]:
    """The funds that the actor's permission covers, in four queries."""
    calls = _paid_calls(actor)
    query = select(BudgetLine).options(joinedload(BudgetLine.fund)).join(Fund)
    if not actor.scopes(Permission.FUND_READ).everywhere:
        query = query.where(BudgetLine.id.in_({call.line_id for call in calls}))
    lines = db.session.scalars(query.order_by(Fund.code, BudgetLine.code)).all()
    balances = _balances([line.id for line in lines])
    held = _held_by_calls([call.id for call in calls])
    found: dict[uuid.UUID, FundState] = {}
    for line in lines:
        state = LineState(line, balances.get(line.id, {}))
        state.calls = [(call, held.get(call.id, {})) for call in calls if call.line_id == line.id]
        found.setdefault(line.fund_id, FundState(line.fund, [])).lines.append(state)
    return list(found.values())


def _paid_calls(actor: Actor) -> Sequence[Call]:
    scopes = actor.scopes(Permission.FUND_READ)
    query = select(Call).order_by(Call.opens_at, Call.id)
    if not scopes.everywhere:
        query = query.where(or_(Call.programme_id.in_(scopes.programmes), Call.id.in_(scopes.calls)))
    return db.session.scalars(query).all()


def _balances(lines: Sequence[uuid.UUID]) -> dict[uuid.UUID, dict[str, int]]:
    found: dict[uuid.UUID, dict[str, int]] = defaultdict(dict)
    rows = db.session.scalars(select(LineBalance).where(LineBalance.line_id.in_(lines)))
    for row in rows:
        found[row.line_id][row.account] = row.balance_minor
    return found


def _held_by_calls(calls: Sequence[uuid.UUID]) -> dict[uuid.UUID, dict[str, int]]:
    rows = db.session.execute(
        select(Application.call_id, Entry.account, func.sum(Entry.amount_minor))
        .join(Posting, Posting.application_id == Application.id)
        .join(Entry, Entry.posting_id == Posting.id)
        .where(Application.call_id.in_(calls))
        .group_by(Application.call_id, Entry.account)
    )
    found: dict[uuid.UUID, dict[str, int]] = defaultdict(dict)
    for call_id, account, minor in rows:
        found[call_id][account] = int(minor)
    return found


@dataclass(slots=True)
class ProgrammeState:
    """A programme with its versions, newest first, its calls, and how many cases stand in each stage."""

    programme: Programme
    versions: list[ProgrammeVersion]
    calls: list[Call]
    stages: list[tuple[str, Words, str, int]]


def programmes(actor: Actor) -> list[ProgrammeState]:
    """The programmes that the actor's permission covers, in four queries."""
    scopes = actor.scopes(Permission.PROGRAMME_READ)
    query = select(Programme).order_by(Programme.slug)
    if not scopes.everywhere:
        query = query.where(Programme.id.in_(scopes.programmes))
    found = db.session.scalars(query).all()
    ids = [programme.id for programme in found]
    versions = db.session.scalars(
        select(ProgrammeVersion)
        .where(ProgrammeVersion.programme_id.in_(ids))
        .order_by(ProgrammeVersion.number.desc())
    ).all()
    calls = db.session.scalars(
        select(Call).where(Call.programme_id.in_(ids)).order_by(Call.opens_at.desc(), Call.id)
    ).all()
    counts = _case_counts(actor, ids)
    return [
        ProgrammeState(
            programme,
            [version for version in versions if version.programme_id == programme.id],
            [call for call in calls if call.programme_id == programme.id],
            _stages([v for v in versions if v.programme_id == programme.id], counts.get(programme.id, {})),
        )
        for programme in found
    ]


def _case_counts(actor: Actor, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, dict[str, int]]:
    rows = db.session.execute(
        select(Application.programme_id, Application.stage, func.count())
        .where(Application.programme_id.in_(ids), visible_to(actor, Permission.PROGRAMME_READ, own=False))
        .group_by(Application.programme_id, Application.stage)
    )
    found: dict[uuid.UUID, dict[str, int]] = defaultdict(dict)
    for programme_id, stage, count in rows:
        found[programme_id][stage] = count
    return found


def _stages(
    versions: Sequence[ProgrammeVersion], counts: Mapping[str, int]
) -> list[tuple[str, Words, str, int]]:
    """The stages of the newest version with their cases; stages that only older versions have stand last."""
    shown: dict[str, tuple[Words, str]] = {}
    for version in versions:
        for name, stage in definition_of(version.id).machines["application"].definition.stages.items():
            shown.setdefault(name, (stage.label, stage.phase))
    newest = (
        set(definition_of(versions[0].id).machines["application"].definition.stages) if versions else set()
    )
    return [
        (name, label, phase, counts.get(name, 0))
        for name, (label, phase) in shown.items()
        if name in newest or counts.get(name)
    ]
