"""Working days, ends of days and deadlines, in the country and the time zone of a programme."""

from __future__ import annotations

import calendar as months_of
from collections.abc import Container, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from fundflow.workflow.definition import ENTERED, Deadline

_SATURDAY = 5
_DAY = timedelta(days=1)


@lru_cache(maxsize=32)
def _holidays_of(country: str) -> Container[date]:
    import holidays  # noqa: PLC0415 - 6 MB, and only who sets a deadline needs it

    return holidays.country_holidays(country)


def is_working_day(day: date, country: str) -> bool:
    """Whether offices of the country (ISO 3166 alpha-2) work on a day: no weekend, no public holiday."""
    return day.weekday() < _SATURDAY and day not in _holidays_of(country)


@lru_cache(maxsize=4096)
def add_working_days(day: date, n: int, country: str) -> date:
    """The n-th working day after a day (before it for a negative n); for 0 the day itself or the next one."""
    step = -_DAY if n < 0 else _DAY
    left = abs(n)
    if left == 0:
        while not is_working_day(day, country):
            day += step
    while left:
        day += step
        left -= is_working_day(day, country)
    return day


def add_months(day: date, n: int) -> date:
    """The same day n months later, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    return date(year, month + 1, min(day.day, months_of.monthrange(year, month + 1)[1]))


@lru_cache(maxsize=4096)
def end_of_day(day: date, timezone: str) -> datetime:
    """The last second of a local day, as UTC; where the clock shows it twice, the later one."""
    local = datetime.combine(day, time(23, 59, 59), tzinfo=ZoneInfo(timezone))
    return max(local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))


def deadline_at(
    deadline: Deadline,
    *,
    entered: datetime,
    facts: Mapping[str, Mapping[str, Any]],
    country: str,
    timezone: str,
) -> datetime | None:
    """When a deadline passes (UTC), for a stage entered at a moment; None while its fact has no value.

    `at` a moment is that moment and `at` a day its end; days, working days and months are counted on the
    local calendar from the day of the start, and end with the day. A stage that is entered after that time (a case
    that an appeal has opened again) has it from the day it is entered: nobody is late before he could begin.
    """
    start = _moment(facts, deadline.at) if deadline.at else _start(deadline, entered, facts)
    if start is None:
        return None
    if deadline.at:
        return start.astimezone(UTC) if isinstance(start, datetime) else end_of_day(start, timezone)
    last = end_of_day(_count(deadline, _day(start, timezone), country), timezone)
    if last >= entered:
        return last
    return end_of_day(_count(deadline, _day(entered, timezone), country), timezone)


def _day(moment: date, timezone: str) -> date:
    return moment.astimezone(ZoneInfo(timezone)).date() if isinstance(moment, datetime) else moment


def _count(deadline: Deadline, day: date, country: str) -> date:
    if deadline.working_days is not None:
        return add_working_days(day, deadline.working_days, country)
    if deadline.months is not None:
        return add_months(day, deadline.months)
    return day + timedelta(days=deadline.days or 0)


def _start(deadline: Deadline, entered: datetime, facts: Mapping[str, Mapping[str, Any]]) -> date | None:
    return entered if deadline.from_ == ENTERED else _moment(facts, deadline.from_)


def _moment(facts: Mapping[str, Mapping[str, Any]], dotted: str) -> date | None:
    """A fact as a day or an aware moment; facts may hold ISO text."""
    fact, _, name = dotted.partition(".")
    value = facts[fact].get(name)
    if value is None or isinstance(value, date):
        return value
    text = str(value)
    return date.fromisoformat(text) if len(text) == len("2026-01-01") else datetime.fromisoformat(text)
