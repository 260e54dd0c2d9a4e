"""Checks of single values: countries, time zones and currencies that exist, figures that can be kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from zoneinfo import available_timezones

import holidays
from babel import Locale

from fundflow.people import Person
from fundflow.programmes.loading import Parsed
from fundflow.programmes.references import CRITERIA, PROGRAMME, Path, Place
from fundflow.workflow import Finding, Registry

WHOLE = 100
_SHARE = f"the share is not between 1 and {WHOLE} per cent"


def figures(parsed: Parsed, _registry: Registry) -> Iterator[Finding]:
    """All checks of single values in the small files."""
    place = Place(parsed, PROGRAMME)
    yield from _names(parsed, place)
    yield from _people(parsed, place)
    yield from _parts(parsed, place)
    yield from _headings(parsed, place)
    yield from _scores(parsed)


@lru_cache(maxsize=1)
def _currencies() -> frozenset[str]:
    return frozenset(Locale("en").currencies)


def _names(parsed: Parsed, place: Place) -> Iterator[Finding]:
    programme = parsed.programme
    countries = holidays.list_supported_countries()
    if programme.country not in countries:
        yield place.unknown(("country",), "country", programme.country, countries, code="unknown_country")
    if programme.timezone not in available_timezones():
        zones = available_timezones()
        yield place.unknown(("timezone",), "time zone", programme.timezone, zones, code="unknown_time_zone")
    if programme.currency not in _currencies():
        known = _currencies()
        yield place.unknown(("currency",), "currency", programme.currency, known, code="unknown_currency")
    if not programme.languages:
        yield place.finding(("languages",), "the programme speaks no language", code="no_language")
    for number, language in enumerate(programme.languages):
        if programme.languages.index(language) != number:
            message = f"the language '{language}' stands twice"
            yield place.finding(("languages", number), message, code="doubled_id")


def _people(parsed: Parsed, place: Place) -> Iterator[Finding]:
    """Fields of a person that answers fill."""
    known = {column.name for column in Person.__table__.columns} | {"born_on"}
    for kind, fields in parsed.programme.party_questions.items():
        for name in fields:
            if name not in known:
                path: Path = ("party_questions", kind, name)
                yield place.unknown(path, "field of a person:", name, known, code="unknown_field")


def _parts(parsed: Parsed, place: Place) -> Iterator[Finding]:
    programme = parsed.programme
    for number, tranche in enumerate(programme.tranches):
        if not 0 < tranche.share <= WHOLE:
            yield place.finding(("tranches", number, "share"), _SHARE, code="share_out_of_range")
    for number, each in enumerate(programme.follow_up):
        if each.months < 0:
            path: Path = ("follow_up", number, "months")
            yield place.finding(path, "the appointment lies before the start", code="appointment_too_early")
    if programme.evaluation.quorum > programme.evaluation.reviewers:
        yield place.finding(
            ("evaluation", "quorum"),
            f"the quorum asks for {programme.evaluation.quorum} reviews, "
            f"but only {programme.evaluation.reviewers} are made",
            code="quorum_too_large",
            why="No case could ever be ranked.",
        )
    for key, months in programme.retention.items():
        if months < 1:
            message = "data cannot be kept for less than a month"
            yield place.finding(("retention", key), message, code="kept_too_short")


def _headings(parsed: Parsed, place: Place) -> Iterator[Finding]:
    programme = parsed.programme
    for number, heading in enumerate(programme.headings):
        if heading.most_percent is not None and not 0 < heading.most_percent <= WHOLE:
            path: Path = ("headings", number, "most_percent")
            yield place.finding(path, _SHARE, code="share_out_of_range")
    for name, count in Counter(each.id for each in programme.headings).items():
        if count > 1:
            yield place.finding(("headings",), f"the heading '{name}' stands twice", code="doubled_id")


def _scores(parsed: Parsed) -> Iterator[Finding]:
    grid, place = parsed.criteria, Place(parsed, CRITERIA)
    if grid.scale_least >= grid.scale_most:
        yield place.finding(("scale_most",), "the scale ends where it begins", code="scale_without_steps")
    if not 0 <= grid.pass_mark <= WHOLE:
        message = "the pass mark is not between 0 and 100 points"
        yield place.finding(("pass_mark",), message, code="pass_mark_out_of_range")
    for number, criterion in enumerate(grid.criteria):
        if criterion.weight < 1:
            message = "a criterion without weight decides nothing"
            yield place.finding(("criteria", number, "weight"), message, code="idle_criterion")
        if _above(criterion.minimum, grid.scale_most):
            message = f"the minimum is above the scale, which ends at {grid.scale_most}"
            yield place.finding(("criteria", number, "minimum"), message, code="minimum_above_scale")


def _above(minimum: str | None, most: int) -> bool:
    whole, _, rest = str(minimum or "").partition(".")
    if not whole.isdigit():
        return False
    return int(whole) > most or (int(whole) == most and bool(rest.strip("0")))
