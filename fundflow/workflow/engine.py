"""Fires moves: role, duty, guards and approvals first, then the new stage, then the effects and one event."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from fundflow.platform import clock
from fundflow.platform.errors import Conflict, Forbidden, Refused
from fundflow.workflow.compiled import CompiledMachine, CompiledMove, CompiledStage, Needed, Subject
from fundflow.workflow.context import Actor, Fired, Hooks, MoveContext, MoveState
from fundflow.workflow.definition import SYSTEM, Duty
from fundflow.workflow.models import start_clock, stop_clock, write_stage
from fundflow.workflow.registry import BoundEffect, Decision


def begin(compiled: CompiledMachine, ctx: MoveContext, hooks: Hooks) -> None:
    """Put a new row into the initial stage, with its deadline and what it waits for."""
    enter(compiled, ctx, hooks, compiled.definition.initial)


def enter(compiled: CompiledMachine, ctx: MoveContext, hooks: Hooks, stage: str) -> None:
    """Put a row into a stage outside of any move: a new row, or one that another version of its law takes over.

    Deadline, queue and approvals begin anew. The caller answers for the event. Raises KeyError for an unknown stage.
    """
    _enter(compiled, ctx, hooks, stage)
    _settle(compiled.stages[ctx.subject.stage], ctx, hooks)


def fire(compiled: CompiledMachine, ctx: MoveContext, hooks: Hooks) -> Fired:
    """Make the move `ctx.move` of the locked row `ctx.subject`.

    Raises NotFound for an unknown move, Conflict when the row changed or left the stage, Forbidden for a
    wrong role or a barred person, Refused with every reason of the guards. An error of an effect goes
    through: the caller rolls back and discards the row.
    """
    move, row = compiled.move(ctx.move), ctx.subject
    before = row.stage
    if before not in move.sources or (ctx.seen_version is not None and ctx.seen_version != row.row_version):
        raise _conflict(move, ctx)
    require_role(move, ctx.actor, hooks)
    duties = () if ctx.actor.is_system else move.move.duties
    for duty in duties:
        _check_duty(duty, ctx, hooks)
    if move.guards:
        _ask_guards(move, ctx)
    given, needed = _approve(move, ctx, hooks) if move.move.approvals is not None else (0, 0)
    row.row_version += 1
    for duty in duties:
        hooks.record_duty(ctx, duty)
    moved = given >= needed
    to = _move(compiled, move, ctx, hooks) if moved else before
    fired = Fired(before, to, moved, given, needed)
    hooks.audit(ctx, fired)
    return fired


def require_role(move: CompiledMove, actor: Actor, hooks: Hooks) -> None:
    """Raises Forbidden, naming the roles, when the actor holds none that may make the move."""
    if not move.permits(actor):
        raise Forbidden(_role_reason(move, hooks))


def available(
    compiled: CompiledMachine, ctx: MoveContext, hooks: Hooks | None = None, *, others: bool = False
) -> list[MoveState]:
    """Each move of the present stage that the actor's roles could make, allowed or with every reason why not.

    With `hooks`, duties and approvals given count too; with `others`, moves of other roles are listed too.
    Guards that depend on the answers of the move's form are not asked. A guard or duty that several moves share
    is asked once.
    """
    asked: dict[tuple[str, str], Decision] = {}
    states: list[MoveState] = []
    for move in compiled.leaving(ctx.subject.stage):
        mine = move.permits(ctx.actor)
        if not mine and not others:
            continue
        here = ctx.for_move(move.name)
        reasons = tuple(_why_not(move, here, hooks, asked)) if mine else (_role_reason(move, hooks),)
        needs_form = move.move.form is not None
        states.append(MoveState(move.name, move.move, not reasons, reasons, needs_form, mine))
    return states


def _why_not(
    move: CompiledMove, ctx: MoveContext, hooks: Hooks | None, asked: dict[tuple[str, str], Decision]
) -> Iterable[Any]:
    if hooks is not None:
        yield from _barred(move, ctx, hooks, asked)
    for guard in move.guards:
        if guard.reads_form and move.move.form is not None:
            continue
        key = (guard.rule.name, repr(guard.params))
        decision = asked[key] if key in asked else asked.setdefault(key, guard.decide(ctx))
        if not decision.allowed:
            yield decision.reason


def _barred(
    move: CompiledMove, ctx: MoveContext, hooks: Hooks, asked: dict[tuple[str, str], Decision]
) -> Iterable[Any]:
    for duty in () if ctx.actor.is_system else move.move.duties:
        key = ("duty", repr(duty))
        if key not in asked:
            asked[key] = hooks.check_duty(ctx, duty)
        decision = asked[key]
        if not decision.allowed:
            yield decision.reason
    if move.move.approvals:
        needed = _needed(move, ctx)
        if needed.count > 1 or needed.seats:
            yield from _no_seat(needed, ctx, hooks, hooks.approvals_given(ctx))


def _conflict(move: CompiledMove, ctx: MoveContext) -> Conflict:
    stage = ctx.subject.stage
    if stage in move.sources:
        return Conflict(_l("This has changed since you opened the page."), current=stage)
    return Conflict(_l("This step is not possible in the present stage."), current=stage)


def _check_duty(duty: Duty, ctx: MoveContext, hooks: Hooks) -> None:
    decision = hooks.check_duty(ctx, duty)
    if not decision.allowed:
        raise Forbidden(decision.reason)


def _ask_guards(move: CompiledMove, ctx: MoveContext) -> None:
    decisions = [guard.decide(ctx) for guard in move.guards]
    reasons = [decision.reason for decision in decisions if not decision.allowed]
    if reasons:
        raise Refused(reasons)


def _role_reason(move: CompiledMove, hooks: Hooks | None) -> Any:
    """For whom the move is, in the reader's language; without hooks the ids of the roles in plain letters."""
    people = [role for role in move.move.by if role != SYSTEM] or move.move.by
    names = (role.replace("_", " ") if hooks is None else hooks.role_label(role) for role in people)
    return _l("Your role may not take this step; it is for: %(roles)s.", roles=", ".join(names))


def _needed(move: CompiledMove, ctx: MoveContext) -> Needed:
    frozen = (ctx.subject.approvals_needed or {}).get(move.name)
    return move.approvals(ctx) if frozen is None else Needed.thawed(frozen)


def _no_seat(
    needed: Needed, ctx: MoveContext, hooks: Hooks, given: Mapping[Any, Collection[str]]
) -> list[Any]:
    """Why the actor's approval does not count: he gave one already, or those still awaited are for other roles."""
    if ctx.actor.user_id in given:
        return [_l("You have already approved this; another person must approve it too.")]
    after = needed.empty_seats([*given.values(), ctx.actor.roles])
    if len(after) <= needed.count - len(given) - 1:
        return []
    still = needed.empty_seats(list(given.values()))
    return [_l("The approval that is still missing is for: %(roles)s.", roles=_seats_in_words(still, hooks))]


def _seats_in_words(seats: list[tuple[str, ...]], hooks: Hooks) -> str:
    return "; ".join(" / ".join(map(hooks.role_label, seat)) for seat in seats)


def _approve(move: CompiledMove, ctx: MoveContext, hooks: Hooks) -> tuple[int, int]:
    if ctx.actor.user_id is None:
        raise Forbidden(_l("Only a person can approve this."))
    needed = _needed(move, ctx)
    given = hooks.approvals_given(ctx) if needed.count > 1 else {}
    reasons = _no_seat(needed, ctx, hooks, given)
    if reasons:
        raise Refused(reasons)
    hooks.record_approval(ctx)
    return len(given) + 1, needed.count


def _move(compiled: CompiledMachine, move: CompiledMove, ctx: MoveContext, hooks: Hooks) -> str:
    """Change the stage and run the effects; returns the stage reached."""
    row, to = ctx.subject, move.move.to
    if not move.trigger(Subject(row.stage)):
        raise RuntimeError(f"the machine did not make the move '{move.name}'")
    if to is not None:
        _enter(compiled, ctx, hooks, to)
    if move.effects:
        _run_effects(move.effects, ctx)
    if to is None:
        return str(row.stage)
    step = compiled.stages[row.stage]
    if step.settles:
        _settle(step, ctx, hooks)
    return to


def _enter(compiled: CompiledMachine, ctx: MoveContext, hooks: Hooks, name: str) -> None:
    row, step = ctx.subject, compiled.stages[name]
    if row.stage != name:
        if step.stops_clock:
            stop_clock(row)
        write_stage(row, name)
    row.stage_since = clock.now()
    row.overdue_at = None
    row.waits_for = list(step.roles)
    row.approvals_needed = {}
    row.due_at = None if step.early_deadline is None else hooks.due_at(ctx, step.early_deadline)
    if row.clock_left is not None and not step.stops_clock:
        start_clock(row)


def _run_effects(effects: Iterable[BoundEffect], ctx: MoveContext) -> None:
    ctx.changed()
    for effect in effects:
        effect.run(ctx)
        ctx.changed()


def _settle(step: CompiledStage, ctx: MoveContext, hooks: Hooks) -> None:
    """After the effects: freeze the approvals of the stage, whom it waits for, and a deadline from a fact."""
    row = ctx.subject
    if step.approved:
        row.approvals_needed = {move.name: move.approvals(ctx).frozen() for move in step.approved}
    if step.asks:
        row.waits_for = step.waits_for(ctx)
    if step.late_deadline is not None:
        row.due_at = hooks.due_at(ctx, step.late_deadline)
