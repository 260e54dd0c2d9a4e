"""The one door of calls: drafting, every change of stage, and what their clock asks for."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NotRequired, TypedDict, Unpack

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fundflow.accounts import SYSTEM, Actor, role_label
from fundflow.audit import record
from fundflow.ledger import BudgetLine
from fundflow.platform import clock
from fundflow.platform.db import db, savepoint
from fundflow.platform.errors import Conflict, Invalid, NotFound, Refused
from fundflow.platform.ids import new_id
from fundflow.programmes.models import Call, ProgrammeVersion
from fundflow.programmes.procedure import RULES, machine
from fundflow.programmes.service import definition_of
from fundflow.workflow import (
    Deadline,
    Decision,
    Duty,
    Fired,
    MoveContext,
    MoveState,
    available,
    begin,
    deadline_at,
    fire,
)

KIND = "call"
SYSTEM_ROLE = "system"


@dataclass(frozen=True)
class CallActor:
    """An actor as seen from one call: the roles that hold over it."""

    user_id: uuid.UUID | None
    name: str
    language: str
    roles: frozenset[str]
    is_system: bool


class CallHooks:
    """The engine's way back to a call; its moves have neither duties nor approvals."""

    role_label = staticmethod(role_label)

    def check_duty(self, _ctx: MoveContext, _duty: Duty) -> Decision:
        """Nothing bars anybody."""
        return Decision(True)

    def record_duty(self, _ctx: MoveContext, _duty: Duty) -> None:
        """Nothing to remember."""

    def approvals_given(self, _ctx: MoveContext) -> dict[uuid.UUID, frozenset[str]]:
        """The move itself is the one approval."""
        return {}

    def record_approval(self, _ctx: MoveContext) -> None:
        """Nothing to remember."""

    def due_at(self, ctx: MoveContext, deadline: Deadline) -> datetime | None:
        """A deadline of a call counts from its opening, its closing, or its entry into the stage."""
        call: Call = ctx.subject
        return deadline_at(
            deadline,
            entered=clock.now(),
            facts={"call": {"opens_at": call.opens_at, "closes_at": call.closes_at}},
            country=ctx.definition.programme.country,
            timezone=call.timezone,
        )

    def audit(self, ctx: MoveContext, fired: Fired) -> None:
        """The one event of a call's move."""
        record(
            action="call.moved",
            actor_id=ctx.actor.user_id,
            call=ctx.subject.slug,
            move=ctx.move,
            source=fired.from_stage,
            target=fired.to_stage,
            **ctx.notes,
        )


HOOKS = CallHooks()


def context(
    actor: Actor, call: Call, *, move: str = "", reason: str = "", seen: int | None = None
) -> MoveContext:
    """What the rules of calls see of one attempt at a move."""
    definition = definition_of(call.version_id)
    roles = (
        frozenset({SYSTEM_ROLE})
        if actor.is_system
        else actor.roles_for(programme_id=call.programme_id, call_id=call.id)
    )
    return MoveContext(
        actor=CallActor(actor.user_id, actor.name, actor.language, roles, actor.is_system),
        subject=call,
        kind=KIND,
        definition=definition,
        move=move,
        form={"reason": reason},
        seen_version=seen,
        values=definition.values,
        today=clock.today(call.timezone),
        registry=RULES,
    )


class Terms(TypedDict):
    """What a call says of itself: its law, its words, its time, and the line that pays; `cap` is for caseloads."""

    version: ProgrammeVersion
    slug: str
    title: Mapping[str, str]
    summary: Mapping[str, str]
    opens_at: datetime
    closes_at: datetime | None
    line: BudgetLine
    cap: NotRequired[int | None]


def draft_call(*, actor: Actor, **terms: Unpack[Terms]) -> Call:
    """A call (or caseload) of a version that nobody outside sees yet, to be paid from one budget line.

    Raises Invalid when the line is not in the programme's currency.
    """
    version, line = terms["version"], terms["line"]
    programme = definition_of(version.id).programme
    if line.currency != programme.currency:
        raise Invalid({"line": _("The budget line is not in the programme's currency.")})
    call = Call(
        id=new_id(),
        programme_id=version.programme_id,
        version_id=version.id,
        line_id=line.id,
        slug=terms["slug"],
        title=dict(terms["title"]),
        summary=dict(terms["summary"]),
        opens_at=terms["opens_at"],
        closes_at=terms["closes_at"],
        timezone=programme.timezone,
        currency=line.currency,
        cap=terms.get("cap"),
        row_version=1,
    )
    begin(machine(), context(actor, call), HOOKS)
    db.session.add(call)
    db.session.flush()
    record(
        action="call.drafted", actor_id=actor.user_id, call=call.slug, version=version.number, line=line.code
    )
    return call


def open_call(*, actor_id: uuid.UUID | None, **terms: Unpack[Terms]) -> Call:
    """A call that is drafted, published, and as far on its way as the clock has it, in one go.

    Raises Invalid (the line's currency) or Refused (what a call needs before it is published).
    """
    call = draft_call(actor=SYSTEM, **terms)
    fire(machine(), context(SYSTEM, call, move="publish"), HOOKS)
    number, line = terms["version"].number, terms["line"]
    record(action="call.opened", actor_id=actor_id, call=call.slug, version=number, line=line.code)
    while _overdue(call):
        _act(call)
    db.session.flush()
    return call


def move_call(
    *, actor: Actor, call_id: uuid.UUID, move: str, reason: str = "", seen: int | None = None
) -> Fired:
    """Make a move of a call.

    Raises NotFound, Conflict (it changed since `seen`, or left the stage), Forbidden, Refused.
    """
    fired = fire(machine(), context(actor, locked_call(call_id), move=move, reason=reason, seen=seen), HOOKS)
    db.session.flush()
    return fired


def locked_call(call_id: uuid.UUID) -> Call:
    """The call's row, locked and fresh; NotFound."""
    call = db.session.scalar(
        select(Call)
        .where(Call.id == call_id)
        .options(joinedload(Call.programme))
        .with_for_update(of=Call)
        .execution_options(populate_existing=True)
    )
    if call is None:
        raise NotFound
    return call


def moves_of_call(actor: Actor, call: Call) -> list[MoveState]:
    """The moves of a call's stage that the actor's roles could make, each as allowed or with the reasons why not.

    A move that wants a reason says so by `needs_form`; the reason is asked for, not missed.
    """
    ctx = context(actor, call)
    return [_before_reason(state, ctx) for state in available(machine(), ctx, HOOKS)]


def _before_reason(state: MoveState, ctx: MoveContext) -> MoveState:
    guards = machine().move(state.name).guards
    if not any(guard.reads_form for guard in guards):
        return state
    decisions = [guard.decide(ctx) for guard in guards if not guard.reads_form]
    reasons = tuple(decision.reason for decision in decisions if not decision.allowed)
    return state._replace(allowed=not reasons, reasons=reasons, needs_form=True)


def due_calls() -> Sequence[uuid.UUID]:
    """The calls whose stage has lasted as long as it may, and those that the system may carry on."""
    waiting = [
        name
        for name, stage in machine().stages.items()
        if stage.stage.deadline is None and any(SYSTEM_ROLE in move.roles for move in stage.leaving)
    ]
    waiting = [name for name in waiting if name != machine().definition.initial]
    return db.session.scalars(
        select(Call.id).where((Call.due_at < clock.now()) | Call.stage.in_(waiting)).order_by(Call.id)
    ).all()


def act_on_call(call_id: uuid.UUID) -> str:
    """Make the move that the clock, or the state of its cases, asks of a call; "" when there is none."""
    return _act(locked_call(call_id))


def _overdue(call: Call) -> bool:
    return call.due_at is not None and call.due_at < clock.now()


def _act(call: Call) -> str:
    stage = machine().stages[call.stage]
    deadline = stage.stage.deadline
    if deadline is not None:
        wanted = [deadline.then.move] if _overdue(call) and deadline.then and deadline.then.move else []
    else:
        wanted = [move.name for move in stage.leaving if SYSTEM_ROLE in move.roles]
    for name in wanted:
        try:
            with savepoint():
                fire(machine(), context(SYSTEM, call, move=name), HOOKS)
                db.session.flush()
        except (Refused, Conflict):
            db.session.refresh(call)
            continue
        return name
    return ""


__all__ = [
    "KIND",
    "CallActor",
    "act_on_call",
    "context",
    "draft_call",
    "due_calls",
    "locked_call",
    "move_call",
    "moves_of_call",
    "open_call",
]
