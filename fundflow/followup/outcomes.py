"""What came of a case over time: figures of visits and reports as series, survey scores before and after."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from fundflow.applications.models import Application
from fundflow.applications.policy import CaseActor, may_read_section
from fundflow.applications.queries import answers_by_form
from fundflow.followup.models import Report, Visit
from fundflow.followup.queries import answers_of
from fundflow.followup.survey import scores
from fundflow.forms import Form, is_chosen
from fundflow.platform.money import to_decimal
from fundflow.platform.wording import pick
from fundflow.programmes import Definition

TOTAL = "total"
WIDTH, HEIGHT, MARGIN = 480, 130, 14


@dataclass(frozen=True, slots=True)
class Point:
    """A figure on a day; `minor` is set for money."""

    on: date
    value: Decimal
    minor: int | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """One question's figures in the order of the calendar; `currency` is empty for plain numbers."""

    label: Mapping[str, str]
    currency: str
    points: tuple[Point, ...]

    @property
    def places(self) -> list[tuple[float, float]]:
        """Where each point stands in a drawing of WIDTH by HEIGHT; the scale begins at nought."""
        top = max(Decimal(1), *(point.value for point in self.points))
        low = min(Decimal(0), *(point.value for point in self.points))
        step = (WIDTH - 2 * MARGIN) / max(len(self.points) - 1, 1)
        return [
            (
                round(MARGIN + place * step, 1),
                round(HEIGHT - MARGIN - float((point.value - low) / (top - low)) * (HEIGHT - 2 * MARGIN), 1),
            )
            for place, point in enumerate(self.points)
        ]

    @property
    def polyline(self) -> str:
        """The points of the line as SVG writes them."""
        return " ".join(f"{x},{y}" for x, y in self.places)


@dataclass(frozen=True, slots=True)
class Dimension:
    """A side of the survey with its score at each moment, from 0 to 1; None where too little was answered."""

    id: str
    label: Mapping[str, str]
    scores: Mapping[str, Decimal | None]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Series of the visits and reports, and the survey: `moments` are the times at which it was held."""

    series: tuple[Series, ...]
    moments: tuple[str, ...]
    dimensions: tuple[Dimension, ...]

    def __bool__(self) -> bool:
        return bool(self.series or self.dimensions)


def outcomes_of(
    who: CaseActor,
    case: Application,
    definition: Definition,
    visits: Sequence[Visit],
    reports: Sequence[Report],
) -> Outcomes:
    """The outcomes as far as this reader may know them; at most three queries."""
    rows: list[Visit | Report] = [row for row in visits if row.done_at]
    rows.extend(row for row in reports if row.done_at)
    rows.sort(key=lambda row: (row.due_on, row.number))
    given = answers_of(row.entry_id for row in rows)
    instrument = definition.programme.values.get("survey")
    moments, dimensions = _survey(who, case, definition, instrument) if instrument else ((), ())
    return Outcomes(tuple(_series(who, definition, rows, given)), moments, dimensions)


def _series(
    who: CaseActor,
    definition: Definition,
    rows: Sequence[Visit | Report],
    given: Mapping[uuid.UUID, Mapping[str, Any]],
) -> Iterable[Series]:
    """Every amount and number of the visit and report forms that was given at least twice."""
    for form_id in dict.fromkeys(row.form for row in rows):
        form = definition.forms.get(form_id)
        for question in _figures(who, form) if form else ():
            points, currency = [], ""
            for row in rows:
                if row.form == form_id and row.entry_id:
                    value = given.get(row.entry_id, {}).get(question.id)
                    point = _point(row.due_on, value)
                    points += [point] if point else []
                    currency = value["currency"] if isinstance(value, dict) else currency
            if len(points) > 1:
                yield Series(question.label, currency, tuple(points))


def _figures(who: CaseActor, form: Form) -> list[Any]:
    return [
        question
        for part in form.sections
        if not part.sensitive and may_read_section(part, who, fills=False)
        for question in part.questions
        if question.type == "number" or (question.type == "money" and not is_chosen(question))
    ]


def _point(on: date, value: Any) -> Point | None:
    if isinstance(value, dict):
        return Point(on, to_decimal(int(value["minor"]), value["currency"]), int(value["minor"]))
    return Point(on, Decimal(str(value))) if value not in (None, "") else None


def _survey(
    who: CaseActor, case: Application, definition: Definition, instrument: Mapping[str, Any]
) -> tuple[tuple[str, ...], tuple[Dimension, ...]]:
    """The scores of each moment at which something was answered, for readers of every part that is scored."""
    asked = [definition.forms[name] for name in instrument["forms"].values() if name in definition.forms]
    questions = {question for names in instrument["dimensions"].values() for question in names}
    scored = [
        part for form in asked for part in form.sections if questions & {each.id for each in part.questions}
    ]
    if not all(may_read_section(part, who, fills=False) for part in scored):
        return (), ()
    given = answers_by_form(case.id)
    found = {
        moment: scores(instrument, given[form])
        for moment, form in instrument["forms"].items()
        if given.get(form)
    }
    if not found:
        return (), ()
    titles = {part.id: part.title for part in scored}
    names = [*instrument["dimensions"], TOTAL]
    dimensions = tuple(
        Dimension(name, titles.get(name, {}), {moment: row[name] for moment, row in found.items()})
        for name in names
    )
    return tuple(found), dimensions


def title_of(dimension: Dimension, language: str) -> str:
    """The dimension's title: that of the section of the same id, else the id itself."""
    return pick(dimension.label, language) or dimension.id
