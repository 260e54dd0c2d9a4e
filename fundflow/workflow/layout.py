"""Where the stages of a machine stand on paper: a row for each step from the beginning, ends to the right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fundflow.workflow.definition import Machine

CROWD = 3
"""A move from more stages than this is told at the stage it leads to, instead of drawn from each."""

Pair = tuple[str, str]


@dataclass(frozen=True)
class Layout:
    """Row and column of each stage, the moves to draw between two stages, and those told at their target."""

    places: Mapping[str, tuple[int, int]]
    drawn: Mapping[Pair, list[str]]
    told: Mapping[str, list[str]]


def lay_out(machine: Machine) -> Layout:
    """The places of all stages; the order of the file decides between equals."""
    drawn: dict[Pair, list[str]] = {}
    told: dict[str, list[str]] = {}
    for name, move in machine.moves.items():
        if move.to is None or move.to not in machine.stages:
            continue
        sources = [each for each in dict.fromkeys(move.from_) if each in machine.stages and each != move.to]
        if len(sources) > CROWD:
            told.setdefault(move.to, []).append(name)
        else:
            for source in sources:
                drawn.setdefault((source, move.to), []).append(name)
    rows = _rows(machine, drawn)
    return Layout(_columns(machine, rows, drawn), drawn, told)


def _rows(machine: Machine, drawn: Mapping[Pair, list[str]]) -> dict[str, int]:
    """A stage stands below all those that lead to it in the order of the file; an end right below the first."""
    order = {name: number for number, name in enumerate(machine.stages)}
    rows: dict[str, int] = {}
    for name, stage in machine.stages.items():
        above = [rows[a] for a, b in drawn if b == name and order[a] < order[name] and a in rows]
        if not above:
            rows[name] = 0 if name == machine.initial or not rows else max(rows.values())
        else:
            rows[name] = 1 + (min(above) if stage.final else max(above))
    return rows


def _columns(
    machine: Machine, rows: Mapping[str, int], drawn: Mapping[Pair, list[str]]
) -> dict[str, tuple[int, int]]:
    """Each stage under those that lead to it where there is room; ends to the right of the others."""
    places: dict[str, tuple[int, int]] = {}
    for row in range(max(rows.values()) + 1):
        names = [name for name in machine.stages if rows[name] == row]
        taken: set[int] = set()
        for name in sorted(names, key=lambda each: machine.stages[each].final):
            above = sorted(places[a][1] for a, b in drawn if b == name and a in places)
            wanted = (above[0] if above else 0) + (1 if machine.stages[name].final and above else 0)
            while wanted in taken:
                wanted += 1
            taken.add(wanted)
            places[name] = (row, wanted)
    return places
