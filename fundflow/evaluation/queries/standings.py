"""The ranking of a call: scores, spread between evaluators, and how far the money reaches."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import joinedload

from fundflow.accounts import Actor, Permission
from fundflow.applications.blind import reads_blind, title_for_blind
from fundflow.applications.models import Answers, Application, FormEntry, Party
from fundflow.applications.queries import visible_to
from fundflow.evaluation.models import Review, Score
from fundflow.evaluation.queries.people import EVALUATOR
from fundflow.ledger import BudgetLine, Entry, Posting, balances
from fundflow.platform.db import db
from fundflow.platform.errors import NotFound
from fundflow.programmes import Definition, definition_of
from fundflow.programmes.models import Call

HELD = ("reserved", "obligated", "advanced", "spent")


def score_of(application_id: uuid.UUID) -> Score | None:
    """The score of a case, if it has one."""
    return db.session.get(Score, application_id)


def ranked_of(call_id: uuid.UUID) -> int:
    """How many cases of a call have a rank."""
    query = select(func.count()).select_from(Score).where(Score.call_id == call_id, Score.rank.is_not(None))
    return db.session.scalar(query) or 0


def stages_of_call(call_id: uuid.UUID) -> dict[str, int]:
    """How many live cases of a call have no score yet, by stage."""
    rows = db.session.execute(
        select(Application.stage, func.count())
        .outerjoin(Score, Score.application_id == Application.id)
        .where(Application.call_id == call_id, Application.is_live, Score.application_id.is_(None))
        .group_by(Application.stage)
    )
    return {stage: count for stage, count in rows}  # noqa: C416 - a row is no pair to the type checker


def ranking(actor: Actor, call_id: uuid.UUID) -> list[tuple[Application, Score]]:
    """The scored cases of a call as the actor may see them, in the order of their ranks, never his own."""
    own = exists().where(
        Party.application_id == Application.id, Party.user_id == actor.user_id, Party.kind != EVALUATOR
    )
    rows = db.session.execute(
        select(Application, Score)
        .join(Score, Score.application_id == Application.id)
        .where(Score.call_id == call_id, visible_to(actor), ~own)
        .order_by(Score.rank.nulls_last(), (Score.total + Score.bonus).desc(), Application.id)
    )
    return [(row[0], row[1]) for row in rows]


def call_of(actor: Actor, call_id: uuid.UUID, permissions: Iterable[Permission]) -> Call:
    """A call over which the actor holds one of the permissions, with programme and budget line; else NotFound."""
    call = db.session.scalar(
        select(Call)
        .where(Call.id == call_id)
        .options(joinedload(Call.programme), joinedload(Call.line).joinedload(BudgetLine.fund))
    )
    if call is None or not any(
        actor.may(each, programme_id=call.programme_id, call_id=call.id) for each in permissions
    ):
        raise NotFound
    return call


def calls_with_scores(actor: Actor, permissions: Iterable[Permission]) -> list[tuple[Call, int, int]]:
    """The calls whose ranking the actor may read, newest first, with how many cases are scored and ranked."""
    rows = db.session.execute(
        select(Call, func.count(Score.application_id), func.count(Score.rank))
        .join(Score, Score.call_id == Call.id)
        .group_by(Call.id)
        .order_by(Call.opens_at.desc(), Call.id)
        .options(joinedload(Call.programme))
    )
    wanted = tuple(permissions)
    return [
        (call, scored, ranked)
        for call, scored, ranked in rows
        if any(actor.may(each, programme_id=call.programme_id, call_id=call.id) for each in wanted)
    ]


@dataclass(frozen=True, slots=True)
class Standing:
    """One line of the ranking; amounts in minor units of the call's currency.

    `spread` is the distance between the highest and the lowest review; `counted` what the case takes from the money
    there is: what the ledger holds for it, else what it may still get; `running` their sum down to this line. To
    who evaluates the case blindly, `title` and `applicant` tell no name.
    """

    case: Application
    score: Score
    totals: tuple[Decimal, ...]
    recommended: int | None
    counted: int
    running: int
    fits: bool
    title: str
    applicant: str

    @property
    def points(self) -> Decimal:
        """Total with bonus, which decides the order."""
        return self.score.total + self.score.bonus

    @property
    def spread(self) -> Decimal | None:
        """Highest less lowest review."""
        return max(self.totals) - min(self.totals) if self.totals else None


@dataclass(frozen=True, slots=True)
class Standings:
    """The ranking of a call beside its money: what its line has left, and that with what its cases hold already."""

    call: Call
    rows: list[Standing]
    available: int
    pool: int


def standings(actor: Actor, call: Call, definition: Definition) -> Standings:
    """The ranking with its running sum against the budget line; six queries at any length."""
    found = ranking(actor, call.id)
    unnamed = _unnamed(actor, [case for case, _score in found])
    ids = [case.id for case, _score in found]
    totals = _totals(ids)
    held = _held(ids)
    recommended = _recommended([case for case, _score in found], definition)
    available = balances(call.line_id).get("available", 0)
    pool = available + sum(held.values())
    rows, running = [], 0
    for case, score in found:
        amount = recommended.get(case.id)
        counted = held.get(case.id) or _hoped_for(case, score, amount)
        running += counted
        blind = case.id in unnamed
        rows.append(
            Standing(
                case=case, score=score, totals=tuple(totals.get(case.id, ())), recommended=amount,
                counted=counted, running=running, fits=running <= pool,
                title=title_for_blind(case) if blind else case.title or case.reference or "",
                applicant="" if blind else case.applicant_name,
            )
        )  # fmt: skip
    return Standings(call, rows, available, pool)


def _unnamed(actor: Actor, cases: Sequence[Application]) -> frozenset[uuid.UUID]:
    """The cases whose people are kept from the actor, as he evaluates them blindly, whatever else he does."""
    blind = [case.id for case in cases if reads_blind(definition_of(case.version_id), (EVALUATOR,))]
    if not blind:
        return frozenset()
    evaluates = select(Party.application_id).where(
        Party.application_id.in_(blind), Party.user_id == actor.user_id, Party.kind == EVALUATOR
    )
    return frozenset(db.session.scalars(evaluates))


def _hoped_for(case: Application, score: Score, recommended: int | None) -> int:
    if not case.is_live or not score.passed:
        return 0
    return recommended or case.requested_minor or 0


def _totals(ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Decimal]]:
    rows = db.session.execute(
        select(Review.application_id, Review.total)
        .where(Review.application_id.in_(ids), Review.submitted_at.is_not(None), Review.recused_at.is_(None))
        .order_by(Review.id)
    )
    found: dict[uuid.UUID, list[Decimal]] = {}
    for application_id, total in rows:
        if total is not None:
            found.setdefault(application_id, []).append(total)
    return found


def _held(ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
    """What the ledger holds for each case: reserved, committed, advanced or paid."""
    rows = db.session.execute(
        select(Posting.application_id, func.sum(Entry.amount_minor))
        .join(Entry, Entry.posting_id == Posting.id)
        .where(Posting.application_id.in_(ids), Posting.journal == "budget", Entry.account.in_(HELD))
        .group_by(Posting.application_id)
    )
    return {application_id: int(minor) for application_id, minor in rows if application_id and minor}


def _recommended(cases: Sequence[Application], definition: Definition) -> dict[uuid.UUID, int]:
    """The amounts that stand recommended: of the moves that the budget line must cover, on cases beyond them."""
    asked = _recommending(definition)
    before = {stage for name in asked for stage in definition.machines["application"].move(name).sources}
    ids = [case.id for case in cases if case.stage not in before]
    if not asked or not ids:
        return {}
    rows = db.session.execute(
        select(FormEntry.application_id, FormEntry.move, Answers.data)
        .join(Answers, Answers.entry_id == FormEntry.id)
        .where(FormEntry.application_id.in_(ids), FormEntry.move.in_(asked), FormEntry.state == "submitted")
        .order_by(FormEntry.submitted_at)
    )
    found: dict[uuid.UUID, int] = {}
    for application_id, move, data in rows:
        given = data.get(asked[move or ""])
        if isinstance(given, dict):
            found[application_id] = int(given["minor"])
    return found


def _recommending(definition: Definition) -> Mapping[str, str]:
    """Move -> the question of its form that holds the amount."""
    found: dict[str, Any] = {}
    for name, move in definition.machines["application"].moves.items():
        for guard in move.guards:
            if guard.rule.name == "line_covers_recommended":
                found[name] = guard.params.get("question", "amount")
    return found
