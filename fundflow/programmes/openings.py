"""What a tranche's `opens` may name: the kinds that rooms above declare, and the appointments of the programme."""

from __future__ import annotations

from collections.abc import Iterator

from fundflow.programmes.loading import Parsed
from fundflow.programmes.references import PROGRAMME, Path, Place
from fundflow.workflow import Finding, Registry

_names_appointment: dict[str, bool] = {}


def declare_opening(kind: str, *, names_appointment: bool) -> None:
    """Let `opens` say `kind`, or `{kind: appointment}` when it is about one of the follow-up."""
    _names_appointment[kind] = names_appointment


def openings(parsed: Parsed, _registry: Registry) -> Iterator[Finding]:
    """Every kind is known, and names an appointment exactly when it is about one."""
    place = Place(parsed, PROGRAMME)
    for number, tranche in enumerate(parsed.programme.tranches):
        for index, opening in enumerate(tranche.opens):
            path: Path = ("tranches", number, "opens", index)
            named = opening if isinstance(opening, dict) else {opening: ""}
            for kind, value in named.items():
                yield from _opening(parsed, place, path, kind, value)


def _opening(parsed: Parsed, place: Place, path: Path, kind: str, value: str) -> Iterator[Finding]:
    if kind not in _names_appointment:
        yield place.unknown(path, "kind of opening", kind, _names_appointment, code="unknown_opening")
        return
    known = {each.id for each in parsed.programme.follow_up}
    if not _names_appointment[kind]:
        if value:
            message = f"the opening '{kind}' is written alone, without '{value}'"
            yield place.finding(path, message, code="opening_with_appointment")
    elif not value:
        message = f"the opening '{kind}' names an appointment: {{{kind}: ...}}"
        yield place.finding(path, message, code="opening_without_appointment")
    elif value not in known:
        yield place.unknown(path, "appointment", value, known, code="unknown_appointment")
