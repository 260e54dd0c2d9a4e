"""Every (stage x move x role) cell of a machine, tried at the one door; a new programme gets these tests for free."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from fundflow.accounts import SYSTEM, Actor, Grant, create_user, grant_role, role_names
from fundflow.applications.models import Application, Party
from fundflow.applications.policy import CaseActor
from fundflow.applications.service.hooks import begin_stage
from fundflow.applications.service.move import fire_locked, move, moves_of
from fundflow.applications.subjects import CASE, subject_kind
from fundflow.ledger import fund_line, open_fund
from fundflow.platform import clock
from fundflow.platform.db import db, savepoint, transaction
from fundflow.platform.errors import Conflict, Forbidden, FundflowError, NotFound
from fundflow.platform.ids import new_id
from fundflow.programmes import Call, Definition, definition_of, folders, open_call, publish, read_folder
from fundflow.programmes.references import PARTY_KINDS
from fundflow.workflow import CompiledMachine
from fundflow.workflow.models import write_stage

STAFF, PARTY = "staff", "party"
REFUSALS = (Forbidden, Conflict, NotFound)
SAMPLES: dict[type, Any] = {
    sa.Boolean: False, sa.Integer: 1, sa.BigInteger: 100, sa.Date: "date", sa.DateTime: "moment", sa.Numeric: 1,
}  # fmt: skip


@dataclass(frozen=True)
class Somebody:
    """An actor with exactly one way of standing towards the case; `acts_as` is what machines call it."""

    label: str
    acts_as: str | None
    actor: Actor


@dataclass
class Board:
    """A case of a programme, one row of each kind of thing that moves, and everybody who could act."""

    slug: str
    call: Call
    case: Application
    people: list[Somebody]
    owner: Somebody

    @property
    def definition(self) -> Definition:
        return definition_of(self.case.version_id)

    def row(self, kind: str) -> Any:
        """The row that moves: the case, or a new sub-object of it with the least that its table asks for."""
        if kind == CASE:
            return self.case
        found = subject_kind(kind)
        assert found is not None, f"no room registers the kind {kind!r}"
        row = found.model(**_least(found.model.__table__, self.case, self.owner.actor))
        begin_stage(actor=SYSTEM, case=self.case, kind=kind, subject=row)
        db.session.add(row)
        db.session.flush()
        return row


def _least(table: sa.Table, case: Application, owner: Actor) -> dict[str, Any]:
    values: dict[str, Any] = {"id": new_id(), "application_id": case.id}
    for column in table.columns:
        wanted = (
            not column.nullable
            and column.default is None
            and column.name not in {*values, "stage", "stage_since"}
        )
        if column.name == "reviewer_id":
            values[column.name] = owner.user_id
        elif wanted and column.foreign_keys:
            values[column.name] = _row_of(next(iter(column.foreign_keys)).column.table, case, owner)
        elif wanted:
            values[column.name] = _sample(column.type)
    return values


def _row_of(table: sa.Table, case: Application, owner: Actor) -> Any:
    """A row to point at: the owner, the line of the call, or a new row with the least that its table asks for."""
    if table.name in {"user_account", "budget_line"}:
        return owner.user_id if table.name == "user_account" else case.call.line_id
    values = {key: given for key, given in _least(table, case, owner).items() if key in table.columns}
    db.session.connection().execute(table.insert().values(values))
    return values["id"]


def _sample(kind: Any) -> Any:
    if isinstance(kind, sa.String):
        return "EUR" if kind.length == 3 else "sample"
    if isinstance(kind, sa.JSON):
        return {}
    return {"date": clock.today("Europe/Tirane"), "moment": clock.now()}.get(
        found := SAMPLES[type(kind)], found
    )  # type: ignore[index]


def lay_out(slug: str) -> Board:
    """Publish the programme and put a case and the people beside it."""
    with transaction():
        version = publish(actor_id=None, files=read_folder(folders()[slug]))
        currency = definition_of(version.id).programme.currency
        fund = open_fund(code=f"{slug}-fund", title="Fund", donor="Donor", currency=currency)
        line = fund_line(actor_id=None, fund=fund, code=f"{slug}-line", title="Line", amount_minor=10_000_000)
        call = open_call(
            actor_id=None, version=version, slug=f"{slug}-board", title={"en": "A call"}, summary={"en": "A call"},
            opens_at=clock.now() - timedelta(days=30), closes_at=clock.now() + timedelta(days=1), line=line,
        )  # fmt: skip
        case = Application(
            id=new_id(), call_id=call.id, programme_id=call.programme_id, version_id=version.id, currency=currency,
            reference=f"{slug[:20]}-1", title="A case", applicant_name="Ana", language="en", created_at=clock.now(),
        )  # fmt: skip
        case.call = call
        begin_stage(actor=SYSTEM, case=case, kind=CASE, subject=case)
        db.session.add(case)
        db.session.flush()
        staff = [_somebody(f"{role} ({STAFF})", role, grants=(role,)) for role in sorted(role_names())]
        parties = [_somebody(f"{kind} ({PARTY})", kind) for kind in sorted(PARTY_KINDS)]
        owner = _somebody("owner", "owner")
        for each in (*parties, owner):
            kind = each.acts_as if each is not owner else "evaluator"
            db.session.add(
                Party(application_id=case.id, kind=kind, user_id=each.actor.user_id, name=each.label)
            )
        db.session.flush()
        people = [*staff, *parties, _somebody("nobody", None), Somebody("system", "system", SYSTEM)]
    return Board(slug, call, case, people, owner)


def _somebody(label: str, acts_as: str | None, grants: tuple[str, ...] = ()) -> Somebody:
    user = create_user(SYSTEM, email=f"p{new_id()}@board.example", name=label)
    for role in grants:
        grant_role(SYSTEM, user_id=user.id, role=role)
    actor = Actor(user.id, label, user.email, "en", tuple(Grant(role) for role in grants))
    return Somebody(label, acts_as, actor)


class _Undone(Exception):
    """Takes back a move that was made."""


def cells(board: Board, kind: str) -> Iterator[tuple[str, str, str, bool, str]]:
    """Each cell as (stage, move, who, permitted by the definition, what happened)."""
    machine = board.definition.machines[kind]
    people = board.people if kind == CASE else [*board.people, board.owner]
    row = board.row(kind)
    for stage in machine.stages:
        write_stage(row, stage)
        db.session.flush()
        for who in people:
            for name in machine.moves:
                door = through_service if stage in machine.moves[name].sources else at_engine
                happened = attempt(door, board.case, who, row, kind, name)
                yield stage, name, who.label, permitted(machine, stage, name, who), happened


def permitted(machine: CompiledMachine, stage: str, name: str, who: Somebody) -> bool:
    """What the definition says, read without the engine. The owner is an evaluator of the case too."""
    move_def = machine.definition.moves[name]
    roles = {"owner", "evaluator"} if who.acts_as == "owner" else {who.acts_as}
    return stage in move_def.from_ and not roles.isdisjoint(move_def.by)


def through_service(_case: Application, who: Somebody, row: Any, kind: str, name: str) -> None:
    """Make the move as the web does, and take it back."""
    with savepoint():
        move(actor=who.actor, subject_id=row.id, kind=kind, move=name)
        raise _Undone


def at_engine(case: Application, who: Somebody, row: Any, kind: str, name: str) -> None:
    """The same door behind its look-ups: the row is the same for every person, and nothing can be written."""
    roles = {who.acts_as} if who.acts_as else set()
    acts = CaseActor(who.actor.user_id, who.label, "en", frozenset(roles), who.actor.is_system)
    fire_locked(who=acts, case=case, subject=row, kind=kind, move=name)


def attempt(door: Callable[..., None], *what: Any) -> str:
    """What came of it: "made", or the name of the refusal."""
    try:
        door(*what)
    except _Undone:
        return "made"
    except FundflowError as refusal:
        return type(refusal).__name__
    return "made and kept"


def listed(board: Board, kind: str) -> Iterator[tuple[str, str, set[str], set[str]]]:
    """What the case page would offer, beside what the definition permits, for each stage and person."""
    machine = board.definition.machines[kind]
    people = board.people if kind == CASE else [*board.people, board.owner]
    row = board.row(kind)
    for stage in machine.stages:
        write_stage(row, stage)
        db.session.flush()
        for who in people:
            offered = {state.name for state in moves_of(who.actor, board.case, row, kind)}
            yield stage, who.label, offered, {n for n in machine.moves if permitted(machine, stage, n, who)}
