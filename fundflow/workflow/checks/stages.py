"""Checks of the graph: every stage exists once, can be reached, and leads to an end by somebody's hand."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from fundflow.workflow.checks.report import Report, check_condition
from fundflow.workflow.checks.spellings import check_spellings
from fundflow.workflow.context import move_scope
from fundflow.workflow.definition import SYSTEM, Machine, Move

Graph = Mapping[str, set[str]]


def check_stages(report: Report) -> None:
    """All checks of stages and of the ways between them."""
    _check_names(report)
    check_spellings(report)
    ways = _ways(report.machine)
    _check_reach(report, ways)
    for name, stage in report.machine.stages.items():
        if stage.final:
            _check_final(report, name)
        else:
            _check_exits(report, name)
    _check_reopening(report)
    _check_ends(report, ways)


def _check_names(report: Report) -> None:
    machine = report.machine
    scope = move_scope(report.registry, report.known.values, ())
    if machine.initial not in machine.stages:
        report.unknown(
            ("initial",),
            "stage",
            machine.initial,
            machine.stages,
            "No case could begin.",
            code="unknown_stage",
        )
    for name, move in machine.moves.items():
        for source in move.from_:
            if source not in machine.stages:
                path = report.place_of(("moves", name, "from"), move.from_, source)
                report.unknown(path, "stage", source, machine.stages, code="unknown_stage")
        if move.to is not None and move.to not in machine.stages:
            report.unknown(("moves", name, "to"), "stage", move.to, machine.stages, code="unknown_stage")
    for name, stage in machine.stages.items():
        for each in stage.waiting:
            path = report.place_of(("stages", name, "waits_for"), stage.waits_for, each.role)
            report.check_role(path, each.role, "Nobody would find the case in a queue.")
            if each.when is not None:
                check_condition(report, path, each.when, scope)


def _check_reach(report: Report, ways: Graph) -> None:
    if report.machine.initial not in report.machine.stages:
        return
    reached = _reached({report.machine.initial}, ways)
    for name in report.machine.stages:
        if name not in reached:
            report.add(
                ("stages", name),
                f"no way leads to the stage '{name}'",
                code="stage_unreachable",
                why=f"A case begins in '{report.machine.initial}' and could never stand here.",
            )


def _check_final(report: Report, name: str) -> None:
    for move_name, move in _leaving(report.machine, name).items():
        if move.reopens:
            continue
        report.add(
            report.place_of(("moves", move_name, "from"), move.from_, name),
            f"the final stage '{name}' has an exit, '{move_name}'",
            code="exit_from_end",
            hint="Only a move that `reopens` may lead out of an end.",
            why="A case that has ended must stay ended.",
        )


def _check_reopening(report: Report) -> None:
    """What leads out of an end leads out of nothing else, into work, and by no hand of its own."""
    stages = report.machine.stages
    for name, move in report.machine.moves.items():
        if not move.reopens:
            continue
        for source in move.from_:
            if source in stages and not stages[source].final:
                report.add(
                    report.place_of(("moves", name, "from"), move.from_, source),
                    f"the move '{name}' reopens, but the stage '{source}' is no end",
                    code="reopens_no_end",
                    hint="Leave the stage out, or leave out `reopens`.",
                )
        if move.to is None or (move.to in stages and stages[move.to].final):
            report.add(
                ("moves", name, "reopens"),
                f"the move '{name}' reopens, but it does not lead back to work",
                code="reopens_to_no_work",
                hint="Give it a `to` that is not final.",
            )
        if set(move.by) != {SYSTEM}:
            report.add(
                ("moves", name, "by"),
                f"the move '{name}' reopens; nobody but the system may make it",
                code="reopens_by_hand",
                hint="Write `by: [system]`, and let an appeal set it off with `move_parent`.",
                why="Who closed a case could open it again on his own.",
            )


def _check_exits(report: Report, name: str) -> None:
    exits = {each: move for each, move in _leaving(report.machine, name).items() if not move.reopens}
    if not exits:
        report.add(
            ("stages", name),
            f"no move leads out of the stage '{name}'",
            code="stage_without_exit",
            hint="Add a move, or mark it `final: true`.",
            why="Every case that comes here would be stuck.",
        )
        return
    if not any(report.known.has_role(role) for move in exits.values() for role in move.by):
        report.add(
            ("stages", name),
            f"nobody can leave the stage '{name}'",
            code="stage_nobody_leaves",
            hint="Name a role under `by` of one of its moves.",
            why="Every case that comes here would be stuck.",
        )


def _check_ends(report: Report, ways: Graph) -> None:
    machine = report.machine
    ends = {name for name, stage in machine.stages.items() if stage.final}
    if not ends:
        why = "No case could ever be closed."
        report.add(
            ("stages",),
            "no stage is final",
            code="no_final_stage",
            hint="Mark the last stage `final: true`.",
            why=why,
        )
        return
    stuck = {name for name in machine.stages if not _leaving(machine, name)}
    back: dict[str, set[str]] = {name: set() for name in machine.stages}
    for source, targets in ways.items():
        for target in targets:
            back[target].add(source)
    leading = _reached(ends | stuck, back)
    for name in machine.stages:
        if name not in leading:
            report.add(
                ("stages", name),
                f"no way leads from the stage '{name}' to an end",
                code="stage_without_end",
                why="Its cases would go round for ever.",
            )


def _ways(machine: Machine) -> Graph:
    ways: dict[str, set[str]] = {name: set() for name in machine.stages}
    for move in machine.moves.values():
        if move.to in machine.stages:
            for source in set(move.from_) & set(machine.stages):
                ways[source].add(str(move.to))
    return ways


def _leaving(machine: Machine, stage: str) -> dict[str, Move]:
    """The moves that change a stage into another one."""
    return {
        name: move
        for name, move in machine.moves.items()
        if stage in move.from_ and move.to is not None and move.to != stage
    }


def _reached(start: Collection[str], ways: Graph) -> set[str]:
    reached, open_ends = set(start), list(start)
    while open_ends:
        for target in ways[open_ends.pop()] - reached:
            reached.add(target)
            open_ends.append(target)
    return reached
