"""Limits of definitions: numbers, days relative to today, and values of the programme (`v.<name>`)."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

_DAY = re.compile(r"today(?:([+-]\d{1,4})([dwmy]))?")
_VALUE = re.compile(r"v\.([a-z][a-z0-9_]*)")


class BadLimit(ValueError):
    """A definition's limit that is neither a number, a day nor a known value."""


def value_name(limit: int | str | None) -> str | None:
    """The name in `v.<name>`, or None for a limit that stands for itself."""
    found = _VALUE.fullmatch(limit) if isinstance(limit, str) else None
    return found[1] if found else None


def number(limit: int | str | None, values: Mapping[str, Any]) -> Decimal | None:
    """The limit as a number, None for none; raises BadLimit."""
    limit = _looked_up(limit, values)
    if limit is None:
        return None
    try:
        return Decimal(str(limit))
    except InvalidOperation as fault:
        raise BadLimit(f"{limit!r} is no number") from fault


def day(limit: str | None, values: Mapping[str, Any], today: date) -> date | None:
    """The limit as a calendar day, None for none; raises BadLimit."""
    found = _looked_up(limit, values)
    if found is None or isinstance(found, date):
        return found
    if relative := _DAY.fullmatch(str(found)):
        return _moved(today, int(relative[1] or 0), relative[2] or "d")
    try:
        return date.fromisoformat(str(found))
    except ValueError as fault:
        raise BadLimit(
            f"{found!r} is no day: write 2026-12-31, today, today+10d, today-18y or v.<name>"
        ) from fault


def _looked_up(limit: int | str | None, values: Mapping[str, Any]) -> Any:
    name = value_name(limit)
    if name is None:
        return limit
    if name not in values:
        raise BadLimit(f"the programme has no value {name!r}")
    return values[name]


def _moved(start: date, count: int, unit: str) -> date:
    """The day so many days, weeks, months or years away; the 31st becomes the last day of a shorter month."""
    if unit in "dw":
        return start + timedelta(days=count * (7 if unit == "w" else 1))
    months = start.year * 12 + start.month - 1 + count * (12 if unit == "y" else 1)
    year, month = divmod(months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))
