"""What the case file does around every move: duties, approvals, deadlines, and the one audit event."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from flask_babel import lazy_gettext as _l
from sqlalchemy import Table, delete, select
from sqlalchemy.dialects.postgresql import insert

from fundflow.accounts import Actor
from fundflow.applications.models import Application, Approval, Duty
from fundflow.applications.policy import CaseActor, on_case
from fundflow.applications.queries import ties
from fundflow.applications.words import role_label
from fundflow.audit import record
from fundflow.platform import clock
from fundflow.platform.db import db
from fundflow.platform.errors import Forbidden
from fundflow.platform.ids import new_id
from fundflow.programmes import Definition, definition_of
from fundflow.workflow import Deadline, Decision, Fired, MoveContext, begin, deadline_at
from fundflow.workflow import Duty as DutyRef


class CaseHooks:
    """The engine's way back into the case file."""

    def check_duty(self, ctx: MoveContext, duty: DutyRef) -> Decision:
        """One person holds one duty on a case (or on a sub-object), whatever roles he has or changes to."""
        if duty.name not in exclusive_duties(ctx.definition, duty):
            return Decision(True)
        held = _held(ctx).get(_scope(ctx, duty), duty.name)
        return Decision(held == duty.name, _barred_by(held))

    def record_duty(self, ctx: MoveContext, duty: DutyRef) -> None:
        """The primary key (scope, person) lets a second, different duty fail even if two requests race."""
        scope_id = _scope(ctx, duty)
        if duty.name not in exclusive_duties(ctx.definition, duty) or _held(ctx).get(scope_id) == duty.name:
            return
        given = {
            "scope_id": scope_id,
            "user_id": ctx.actor.user_id,
            "duty": duty.name,
            "application_id": ctx.case.id,
            "first_at": clock.now(),
        }
        # Past the session, so that it does not flush: the row that moves is written once, when its stage is known.
        if db.session.connection().scalar(_TAKE_DUTY, given) is None:
            held = ties(ctx.actor.user_id, ctx.case.id).duties[scope_id]
            if held != duty.name:
                raise Forbidden(_barred_by(held))

    def approvals_given(self, ctx: MoveContext) -> dict[uuid.UUID, list[str]]:
        """Approvals of this stay in the stage; a send-back starts a new stay and so voids them."""
        rows = db.session.execute(
            select(Approval.user_id, Approval.roles).where(
                Approval.subject_id == ctx.subject.id,
                Approval.move == ctx.move,
                Approval.stage_since == ctx.subject.stage_since,
            )
        )
        return {user_id: roles for user_id, roles in rows}  # noqa: C416 - a row is no pair to the type checker

    def record_approval(self, ctx: MoveContext) -> None:
        """One row per person, move and stay; who then approves another way out of the stage has changed his mind."""
        _take_back(ctx)
        db.session.add(
            Approval(
                id=new_id(),
                application_id=ctx.case.id,
                subject_id=ctx.subject.id,
                move=ctx.move,
                stage_since=ctx.subject.stage_since,
                user_id=ctx.actor.user_id,
                roles=sorted(ctx.actor.roles),
                approved_at=clock.now(),
            )
        )
        db.session.flush()

    def due_at(self, ctx: MoveContext, deadline: Deadline) -> datetime | None:
        """Deadlines run to the end of the day in the call's time zone, on the programme's calendar."""
        return deadline_at(
            deadline,
            entered=clock.now(),
            facts=ctx.facts,
            country=ctx.definition.programme.country,
            timezone=ctx.case.call.timezone,
        )

    role_label = staticmethod(role_label)

    def audit(self, ctx: MoveContext, fired: Fired) -> None:
        """The one event of a move; it names what moved and what was filled in, never what was answered."""
        record(
            action="move",
            actor_id=ctx.actor.user_id,
            application_id=ctx.case.id,
            kind=ctx.kind,
            subject=str(ctx.subject.id),
            move=ctx.move,
            source=fired.from_stage,
            target=fired.to_stage,
            moved=fired.moved,
            approvals=[fired.approvals_given, fired.approvals_needed],
            version=ctx.definition.sha256[:12],
            **ctx.notes,
        )


HOOKS = CaseHooks()
_DUTIES = cast("Table", Duty.__table__)
_TAKE_DUTY = insert(_DUTIES).on_conflict_do_nothing().returning(_DUTIES.c.duty)


def exclusive_duties(definition: Definition, duty: DutyRef) -> tuple[str, ...]:
    """The duties that exclude each other in the scope of this one."""
    return tuple(definition.programme.separation.get(duty.on or "case", ()))


def _take_back(ctx: MoveContext) -> None:
    """Of the moves that lead out of a stage one alone can have a person's approval; the trail keeps the others."""
    machine = ctx.definition.machines[ctx.kind]
    if machine.moves[ctx.move].move.to is None:
        return
    others = [
        move.name
        for move in machine.leaving(ctx.subject.stage)
        if move.move.approvals and move.move.to and move.name != ctx.move
    ]
    if others:
        db.session.execute(
            delete(Approval).where(
                Approval.subject_id == ctx.subject.id,
                Approval.stage_since == ctx.subject.stage_since,
                Approval.user_id == ctx.actor.user_id,
                Approval.move.in_(others),
            )
        )


def _held(ctx: MoveContext) -> Mapping[uuid.UUID, str]:
    """The duties that the actor holds on the case, by scope; read with the lock, unless somebody else set this up."""
    known = cast("CaseActor", ctx.actor).duties
    return ties(ctx.actor.user_id, ctx.case.id).duties if known is None else known


def _barred_by(held: str) -> Any:
    return _l(
        "You have already acted on this case in another duty (%(duty)s); another person takes this step.",
        duty=held,
    )


def _scope(ctx: MoveContext, duty: DutyRef) -> uuid.UUID:
    scope: uuid.UUID = ctx.subject.id if duty.on else ctx.case.id
    return scope


def context(
    *,
    who: CaseActor,
    case: Application,
    subject: Any,
    kind: str,
    move: str = "",
    form: Mapping[str, Any] | None = None,
    answers: Mapping[str, Any] | None = None,
    seen_version: int | None = None,
) -> MoveContext:
    """What guards, effects and facts see of one attempt at a move."""
    definition = definition_of(case.version_id)
    return MoveContext(
        actor=who,
        subject=subject,
        kind=kind,
        case=case,
        definition=definition,
        move=move,
        form=form or {},
        answers=answers,
        seen_version=seen_version,
        values=definition.values,
        today=clock.today(definition.programme.timezone),
    )


def begin_stage(*, actor: Actor, case: Application, kind: str, subject: Any) -> None:
    """Put a new row, not yet stored, into its machine's first stage, with deadline and queue."""
    machine = definition_of(case.version_id).machines[kind]
    subject.row_version = 1
    begin(machine, context(who=on_case(actor, case, ()), case=case, subject=subject, kind=kind), HOOKS)
