"""Checks of appeals: what can be questioned, on which machine and until when, and that each appeal comes to an end."""

from __future__ import annotations

from collections.abc import Iterator

from fundflow.programmes.coherence import rules_of
from fundflow.programmes.loading import Parsed
from fundflow.programmes.references import Path, Place
from fundflow.workflow import Finding, Machine, Move, Registry, RuleRef

APPEAL = "appeal"
OPEN, MAY, END = "open_appeal", "may_appeal", "end_appeal"


def appeals(parsed: Parsed, _registry: Registry) -> Iterator[Finding]:
    """All checks of appeals; none for a programme that takes none in."""
    recorded = set(_recorded(parsed))
    for kind, machine in parsed.machines.items():
        place = Place(parsed, f"machines/{kind}.yaml")
        for name, move in machine.moves.items():
            for (part, index), ref in rules_of(move):
                if ref.name in {OPEN, MAY}:
                    path = ("moves", name, part, index, ref.name)
                    yield from _taken_in(parsed, place, path, move, ref)
                    yield from _questioned(place, path, ref, recorded)
    if APPEAL in parsed.machines:
        yield from _ended(Place(parsed, f"machines/{APPEAL}.yaml"), parsed.machines[APPEAL])


def _recorded(parsed: Parsed) -> Iterator[str]:
    """The outcomes of decisions on the case."""
    for kind, machine in parsed.machines.items():
        for move in machine.moves.values():
            for _path, ref in rules_of(move):
                if ref.name == "record_decision" and kind != APPEAL:
                    yield str(ref.params.get("outcome"))
                elif ref.name == "recommend_amount":
                    yield "recommended"


def _taken_in(parsed: Parsed, place: Place, path: Path, move: Move, ref: RuleRef) -> Iterator[Finding]:
    if parsed.programme.appeal is None:
        yield place.finding(
            path,
            "the programme says not until when a decision can be questioned",
            code="appeal_without_term",
            hint="Write `appeal: {working_days: 10}` in programme.yaml.",
        )
    if ref.name == OPEN and APPEAL not in parsed.machines:
        yield place.finding(
            path,
            f"the move '{path[1]}' opens an appeal, but there is no file machines/{APPEAL}.yaml",
            code="appeal_without_machine",
        )
    asked = [guard.params.get("against") for guard in move.guards if guard.name == MAY]
    if ref.name == OPEN and ref.params.get("against") not in asked:
        yield place.finding(
            path,
            f"the move '{path[1]}' opens an appeal without asking whether there may be one",
            code="appeal_unguarded",
            hint="Give it the guard `may_appeal` with the same `against`.",
        )


def _questioned(place: Place, path: Path, ref: RuleRef, recorded: set[str]) -> Iterator[Finding]:
    against = ref.params.get("against")
    for index, outcome in enumerate(against if isinstance(against, list) else []):
        if outcome not in recorded:
            here = (*path, "against", index)
            yield place.unknown(here, "outcome of a decision", str(outcome), recorded, code="unknown_outcome")


def _ended(place: Place, machine: Machine) -> Iterator[Finding]:
    """An appeal that stands in an end is ended, and no other."""
    for name, move in machine.moves.items():
        stage = machine.stages.get(move.to or "")
        ends = any(ref.name == END for ref in move.effects)
        if stage is not None and stage.final and not ends:
            yield place.finding(
                ("moves", name, "effects"),
                f"the move '{name}' leads to an end, but it does not end the appeal",
                code="appeal_never_ended",
                hint="Give it the effect `end_appeal`.",
            )
        elif ends and (stage is None or not stage.final):
            yield place.finding(
                ("moves", name, "effects"),
                f"the move '{name}' ends the appeal, but it does not lead to an end",
                code="appeal_ends_early",
                hint="Lead it to a final stage, or leave out `end_appeal`.",
            )
