"""Checks of what is left out: rules that wait for something which no other rule of the programme ever does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fundflow.people.models import FIELDS, RELATION
from fundflow.programmes.coherence import rules_of
from fundflow.programmes.definition import PHASES
from fundflow.programmes.loading import Parsed
from fundflow.programmes.references import PROGRAMME, Path, Place
from fundflow.workflow import Finding, Registry, RuleRef, nearest

CHECKLIST = frozenset({"checks_recorded", "checks_all_pass", "checks_some_fail"})
CENTS = "_minor"


def omissions(parsed: Parsed, _registry: Registry) -> Iterator[Finding]:
    """All checks of what is left out, and of names that nothing would read."""
    used = list(_used(parsed))
    names = {ref.name for _place, _path, ref in used}
    yield from _checklist(parsed, used, names)
    yield from _money(parsed, used, names)
    yield from _calendar(parsed, names)
    yield from _people(used)
    yield from _phases(parsed)
    yield from _cents(Place(parsed, PROGRAMME), ("values",), parsed.programme.values)


def _used(parsed: Parsed) -> Iterator[tuple[Place, Path, RuleRef]]:
    for kind, machine in parsed.machines.items():
        place = Place(parsed, f"machines/{kind}.yaml")
        for name, move in machine.moves.items():
            for path, ref in rules_of(move):
                yield place, ("moves", name, *path), ref


Used = list[tuple[Place, Path, RuleRef]]


def _checklist(parsed: Parsed, used: Used, names: set[str]) -> Iterator[Finding]:
    """The checks are written in screening.yaml, and somebody saves them."""
    for place, path, ref in used:
        if ref.name not in CHECKLIST | {"record_checks"}:
            continue
        if not parsed.screening.checks:
            yield place.finding(
                path,
                f"'{ref.name}' speaks of a checklist, but screening.yaml has none",
                code="checklist_missing",
                hint="Write `checks:` in screening.yaml, or leave the rule out.",
            )
        elif "record_checks" not in names:
            yield place.finding(
                path,
                f"'{ref.name}' waits for checks that no move saves",
                code="checks_never_saved",
                hint="Give a move of that stage the effect `record_checks`.",
            )


def _money(parsed: Parsed, used: Used, names: set[str]) -> Iterator[Finding]:
    """Parts of an award are paid out of what was committed."""
    if "tranche" not in parsed.machines or "obligate" in names:
        return
    for place, path, ref in used:
        if ref.name == "open_payment" and place.file == "machines/tranche.yaml":
            yield place.finding(
                path,
                "payments are opened, but no move of the case commits the money",
                code="never_committed",
                hint="Add the effect `obligate` after `reserve`: with the award, or with the agreement.",
            )


def _calendar(parsed: Parsed, names: set[str]) -> Iterator[Finding]:
    """What is looked at afterwards is put on the case by an effect."""
    if parsed.programme.follow_up and "plan_follow_up" not in names:
        yield Place(parsed, PROGRAMME).finding(
            ("follow_up",),
            "no move puts this calendar on a case",
            code="calendar_never_planned",
            hint="Add the effect `plan_follow_up` to the move with which the project starts.",
        )


def _people(used: Used) -> Iterator[Finding]:
    """Only what is kept of a person can be taken from answers."""
    for place, path, ref in used:
        known = {"link_person": FIELDS, "link_guardian": FIELDS | {RELATION}}.get(ref.name)
        fields = ref.params.get("fields")
        if known is None or not isinstance(fields, Mapping):
            continue
        for field in fields:
            if field not in known:
                here = (*path, ref.name, "fields", field)
                yield place.unknown(here, "field of a person", str(field), known, code="unknown_person_field")


def _phases(parsed: Parsed) -> Iterator[Finding]:
    """A phase of one's own is allowed; one that is nearly a phase of the house is a slip."""
    for kind, machine in parsed.machines.items():
        place = Place(parsed, f"machines/{kind}.yaml")
        for name, stage in machine.stages.items():
            meant = "" if stage.phase in PHASES else nearest(stage.phase, PHASES)
            if meant:
                yield place.finding(
                    ("stages", name, "phase"),
                    f"the phase '{stage.phase}' is none of the house",
                    code="unknown_phase",
                    severity="warning",
                    hint=meant,
                )


def _cents(place: Place, path: Path, values: Any) -> Iterator[Finding]:
    """Amounts among the values are whole cents."""
    members = (
        values.items()
        if isinstance(values, Mapping)
        else enumerate(values)
        if isinstance(values, list | tuple)
        else ()
    )
    for key, value in members:
        if str(key).endswith(CENTS) and not isinstance(value, int) and not isinstance(value, Mapping | list):
            yield place.finding(
                (*path, key),
                f"the amount '{key}' is not a whole number of the smallest unit",
                code="not_in_cents",
                hint="Write 20,000.00 EUR as 2000000.",
            )
        yield from _cents(place, (*path, key), value)
