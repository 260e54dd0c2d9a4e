"""Checks of moves that others set off: by a deadline, by the case for its parts, by a part for its case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fundflow.workflow.checks.report import Report
from fundflow.workflow.definition import SYSTEM, Machine, RuleRef

CASE = "application"
CHILDREN, PARENT = "move_children", "move_parent"

Step = tuple[str, str]
"""A move of a kind of thing."""


def check_chains(report: Report) -> None:
    """All checks of moves that set off other moves."""
    for name, move in report.machine.moves.items():
        for index, ref in enumerate(move.effects):
            path = ("moves", name, "effects", index)
            for kind, target in _targets(ref):
                machine = report.machines.get(kind)
                if machine is not None and target in machine.moves:
                    _check_target(report, path, ref, machine, target)
                elif machine is not None and ref.name == PARENT and _of_another(report, "moves", target):
                    report.unknown(
                        (*path, PARENT, "move"),
                        "move of the case",
                        target,
                        machine.moves,
                        code="unknown_move",
                    )
    _check_rounds(report)
    _check_clock_rounds(report)


def _targets(ref: RuleRef) -> Iterator[Step]:
    if ref.name == CHILDREN:
        yield str(ref.params.get("kind")), str(ref.params.get("move"))
    elif ref.name == PARENT:
        yield CASE, str(ref.params.get("move"))


def _check_target(
    report: Report, path: tuple[str | int, ...], ref: RuleRef, machine: Machine, name: str
) -> None:
    move, here = machine.moves[name], (*path, ref.name, "move")
    if SYSTEM not in move.by:
        report.add(
            here,
            f"the system may not make the move '{name}'",
            code="move_not_for_system",
            hint=f"Add `system` to `by` of '{name}'.",
            why="Nothing would happen, and nobody would be told.",
        )
    watched = move.approvals is not None or any(_moves_money(report, each) for each in move.effects)
    if ref.name == CHILDREN and watched:
        report.add(
            here,
            f"a step for all parts at once would make '{name}' past its duty, its approvals or its people",
            code="bulk_past_people",
            hint="Let a person make it part by part.",
            why="Money would be promised or paid for many without anybody answering for it.",
        )
    for index, stage in enumerate(_list(ref.params.get("from"))):
        place = (*path, ref.name, "from", index)
        if ref.name == PARENT and stage not in machine.stages and _of_another(report, "stages", stage):
            report.unknown(place, "stage of the case", stage, machine.stages, code="unknown_stage")
        elif stage in machine.stages and stage not in move.from_:
            report.add(
                place,
                f"the move '{name}' cannot be made in the stage '{stage}'",
                code="move_of_another_stage",
                why="What stands in that stage would be left behind.",
            )


def _of_another(report: Report, part: str, name: str) -> bool:
    """Whether some machine knows the name; one that none knows is told of already."""
    return any(name in getattr(machine, part) for machine in report.machines.values())


def _moves_money(report: Report, ref: RuleRef) -> bool:
    rule = report.registry.effects.get(ref.name)
    return rule is not None and rule.money


def _list(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


def _check_rounds(report: Report) -> None:
    """A move that, through those it sets off, sets off itself."""
    ways = {
        (kind, name): [
            step
            for ref in move.effects
            for step in _targets(ref)
            if _may_follow(report.machines, (kind, name), step)
        ]
        for kind, machine in report.machines.items()
        for name, move in machine.moves.items()
    }
    for name in report.machine.moves:
        start = (report.file.kind, name)
        if _returns(start, ways):
            report.add(
                ("moves", name, "effects"),
                f"the move '{name}' sets off moves that set off '{name}' again",
                code="moves_in_a_circle",
                why="It could go round without end.",
            )


def _may_follow(machines: Mapping[str, Machine], step: Step, target: Step) -> bool:
    """Whether the target can be made while a case stands where the step may have left it."""
    machine = machines.get(target[0])
    return machine is not None and target[1] in machine.moves and step != target


def _returns(start: Step, ways: Mapping[Step, list[Step]]) -> bool:
    seen: set[Step] = set()
    ahead = list(ways.get(start, ()))
    while ahead:
        step = ahead.pop()
        if step == start:
            return True
        if step not in seen:
            seen.add(step)
            ahead += ways.get(step, ())
    return False


def _check_clock_rounds(report: Report) -> None:
    """Stages that the clock alone would lead round and round."""
    machine = report.machine
    onward: dict[str, str] = {}
    for name, stage in machine.stages.items():
        then = stage.deadline.then if stage.deadline else None
        move = machine.moves.get(then.move) if then and then.move else None
        if move is not None and move.to is not None and not stage.final:
            onward[name] = move.to
    for name, first in onward.items():
        at, steps = first, 0
        while at in onward and at != name and steps <= len(onward):
            at, steps = onward[at], steps + 1
        if at == name:
            report.add(
                ("stages", name, "deadline"),
                f"the deadlines lead from the stage '{name}' back to it",
                code="deadlines_in_a_circle",
                why="A case that nobody touches would go round for ever.",
            )


def check_set_off(report: Report) -> None:
    """A move that only the system may make needs something that makes it."""
    set_off = {step[1] for machine in report.machines.values() for step in _set_off_by(machine, report)}
    for name, move in report.machine.moves.items():
        if set(move.by) == {SYSTEM} and name not in set_off | set(report.known.clock_moves):
            report.add(
                ("moves", name),
                f"nothing makes the move '{name}', which only the system may make",
                code="move_never_made",
                hint="Name it in a deadline's `then`, in `move_parent` or in `move_children`.",
                why="The way it opens could never be taken.",
                severity="warning",
            )


def _set_off_by(machine: Machine, report: Report) -> Iterator[Step]:
    for move in machine.moves.values():
        for ref in move.effects:
            yield from _targets(ref)
            yield from (
                (report.file.kind, str(value)) for value in ref.params.values() if isinstance(value, str)
            )
    for stage in machine.stages.values():
        if stage.deadline and stage.deadline.then and stage.deadline.then.move:
            yield report.file.kind, stage.deadline.then.move
