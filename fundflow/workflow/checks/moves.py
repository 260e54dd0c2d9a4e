"""Checks of moves: who makes them, what they ask, and that the rules they name exist and fit."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from fundflow.workflow.checks.report import Report, check_condition
from fundflow.workflow.context import move_scope
from fundflow.workflow.definition import SYSTEM, Move, RuleRef
from fundflow.workflow.parameters import Kind, Parameters
from fundflow.workflow.registry import RuleFault

Path = tuple[str | int, ...]
B = TypeVar("B")


@dataclass(frozen=True)
class _Use:
    """One use of a rule by a move, at its path, with the names that its conditions may read."""

    report: Report
    path: Path
    ref: RuleRef
    move: Move
    scope: Mapping[str, Any]

    def add(self, message: str, *, code: str, hint: str = "", why: str = "") -> None:
        self.report.add(self.path, message, code=code, hint=hint, why=why)


def check_moves(report: Report) -> None:
    """All checks of the moves of a machine."""
    for name, move in report.machine.moves.items():
        _check_people(report, name, move)
        _check_approvals(report, name, move)
        if move.form is not None and move.form not in report.known.forms:
            report.unknown(
                ("moves", name, "form"), "form", move.form, report.known.forms, code="unknown_form"
            )
        scope = _scope(report, move)
        for index, ref in enumerate(move.guards):
            _check_guard(_Use(report, ("moves", name, "guards", index), ref, move, scope))
        for index, ref in enumerate(move.effects):
            _check_effect(_Use(report, ("moves", name, "effects", index), ref, move, scope))


def _scope(report: Report, move: Move) -> dict[str, Any]:
    form = () if move.form is None else report.known.forms.get(move.form)
    return move_scope(report.registry, report.known.values, form)


def _check_people(report: Report, name: str, move: Move) -> None:
    for role in move.by:
        path = report.place_of(("moves", name, "by"), move.by, role)
        report.check_role(path, role, "Nobody with that role could make the move.")
    if not move.by:
        report.add(
            ("moves", name),
            f"nobody may make the move '{name}'",
            code="move_without_people",
            hint="Name roles, or `system`, under `by`.",
            why="The way it opens could never be taken.",
        )
    _check_duties(report, name, move)


def _check_duties(report: Report, name: str, move: Move) -> None:
    path: Path = ("moves", name, "duty")
    scopes = [duty.on for duty in move.duties]
    for duty in move.duties:
        if duty.on is not None and duty.on not in report.machines:
            report.unknown((*path, "on"), "machine", duty.on, report.machines, code="unknown_machine")
    if len(set(scopes)) < len(scopes):
        report.add(
            path,
            f"the move '{name}' takes on two duties in one place",
            code="duties_collide",
            hint="Give one of them `on:` a kind of sub-object.",
            why="One person holds one duty on a case or a sub-object, so nobody could make the move.",
        )


def _check_approvals(report: Report, name: str, move: Move) -> None:
    if move.approvals is None:
        return
    path: Path = ("moves", name, "approvals")
    if move.to is None:
        message = f"the move '{name}' asks for approvals but changes no stage"
        report.add(path, message, code="approvals_without_stage", hint="Give it a `to`.")
    if SYSTEM in move.by:
        message = f"the system cannot approve '{name}'"
        report.add(path, message, code="approval_by_system", hint="Take `system` out of `by`.")
    scope = move_scope(report.registry, report.known.values, ())
    usual = move.approvals
    _check_seats(report, (*path, "from"), move, usual.seats)
    for index, threshold in enumerate(usual.above):
        here = (*path, "above", index)
        check_condition(report, (*here, "when"), threshold.when, scope)
        _check_seats(report, (*here, "from"), move, threshold.seats)
        asked = max(threshold.count, len(threshold.seats))
        if asked <= max(usual.count, len(usual.seats)) and threshold.seats in ((), usual.seats):
            report.add(
                (*here, "count"),
                f"the threshold asks for {asked}, no more than without it",
                code="idle_threshold",
                severity="warning",
            )


def _check_seats(report: Report, path: Path, move: Move, seats: tuple[tuple[str, ...], ...]) -> None:
    """Each approval comes from a role that may make the move at all."""
    for number, seat in enumerate(seats):
        for role in seat:
            if role not in move.by:
                report.add(
                    (*path, number),
                    f"an approval is asked of '{role}', who may not make the move",
                    code="approval_from_stranger",
                    hint="Add the role under `by`.",
                    why="The approval could never be given.",
                )


def _check_guard(use: _Use) -> None:
    rule = use.report.registry.guards.get(use.ref.name)
    if rule is None:
        use.report.unknown(use.path, "guard", use.ref.name, use.report.registry.guards, code="unknown_guard")
        return
    if not rule.speaks:
        use.add(
            f"the guard '{rule.name}' has no words for the person it refuses",
            code="guard_without_words",
            hint="Register it with `says`.",
            why="A refusal without a reason cannot be mended.",
        )
    bound = _bound(use, use.report.registry.bind_guard)
    if bound is None:
        return
    _check_names(use, rule.parameters)
    if bound.reads_form and use.move.form is None:
        use.add(
            f"the guard '{rule.name}' reads the move's form, but the move has none",
            code="guard_without_form",
            hint="Give the move a `form`.",
            why="It would always refuse.",
        )


def _check_effect(use: _Use) -> None:
    rule = use.report.registry.effects.get(use.ref.name)
    if rule is None:
        use.report.unknown(
            use.path, "effect", use.ref.name, use.report.registry.effects, code="unknown_effect"
        )
        return
    if _bound(use, use.report.registry.bind_effect) is not None:
        _check_names(use, rule.parameters)
    if rule.money and not use.move.duties and set(use.move.by) != {SYSTEM}:
        use.add(
            f"the effect '{rule.name}' moves money in a move without a duty",
            code="money_without_duty",
            hint="Add `duty:` to the move.",
            why="One person could act twice on the same money.",
        )


def _bound(use: _Use, bind: Callable[[RuleRef], B]) -> B | None:
    try:
        return bind(use.ref)
    except RuleFault as fault:
        use.add(str(fault), code=fault.code)
        return None


def _check_names(use: _Use, parameters: Parameters) -> None:
    """Look up each name that the parameters hold, alone or in a list."""
    for parameter in parameters.described:
        value = use.ref.params.get(parameter.name)
        if parameter.names is None or value is None:
            continue
        path = (*use.path, use.ref.name, parameter.name)
        if isinstance(value, list):
            for index, name in enumerate(value):
                _check_name(use, (*path, index), parameter.names, str(name))
        else:
            _check_name(use, path, parameter.names, str(value))


def _check_name(use: _Use, path: Path, kind: Kind, name: str) -> None:
    report = use.report
    if kind == "cel":
        check_condition(report, path, name, use.scope)
    elif kind == "role":
        report.check_role(path, name, "It would concern nobody.")
    else:
        known = _known(use, kind)
        if name not in known:
            what = "machine" if kind == "kind" else kind
            report.unknown(path, what, name, known, code=f"unknown_{what}")


def _known(use: _Use, kind: Kind) -> Collection[str]:
    """Stages and moves are those of the machine that the rule names with `kind`, else of any machine."""
    known, machines = use.report.known, use.report.machines
    if kind in {"stage", "move"}:
        named = machines.get(str(use.ref.params.get("kind")))
        looked_at = machines.values() if named is None else [named]
        return [key for each in looked_at for key in (each.stages if kind == "stage" else each.moves)]
    return {"form": known.forms, "letter": known.letters, "mail": known.mails, "kind": machines}[kind]
