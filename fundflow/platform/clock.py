"""The one source of time, so that deadlines can be tested and rehearsed without waiting."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_fixed: datetime | None = None


def now() -> datetime:
    """The present moment in UTC, or the moment that `at` holds."""
    return _fixed if _fixed is not None else datetime.now(UTC)


def today(timezone: str = "UTC") -> date:
    """The calendar day in a time zone (IANA name)."""
    return day_of(now(), timezone)


def day_of(moment: datetime, timezone: str) -> date:
    """The calendar day of a moment in a time zone: just after midnight in Tirana it is still yesterday in UTC."""
    return moment.astimezone(ZoneInfo(timezone)).date()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Hold the clock at an aware moment, for the whole process; for tests and rehearsals only."""
    if moment.tzinfo is None:
        raise ValueError("the clock needs an aware datetime")
    global _fixed  # noqa: PLW0603 - threads of one test server must share the held time
    before, _fixed = _fixed, moment.astimezone(UTC)
    try:
        yield
    finally:
        _fixed = before


def advance(step: timedelta) -> None:
    """Move a held clock forward; refuses while the clock runs freely."""
    global _fixed  # noqa: PLW0603 - see `at`
    if _fixed is None:
        raise RuntimeError("the clock is not held")
    _fixed += step
