"""How money, dates and a programme's own words read in the language of the page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date as Date  # noqa: N812 - the filter is called date
from datetime import datetime as DateTime  # noqa: N812 - the filter is called datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_decimal
from flask import Flask, current_app
from flask_babel import get_locale

from fundflow.platform import clock, wording
from fundflow.platform.money import Money, show

NOTHING = "–"


def language() -> str:
    """The language of the page."""
    found = get_locale()
    return str(found.language) if found else "en"


def locale() -> str:
    """The language of the page, as Babel names it; British English, whose dates Europe reads."""
    spoken = language()
    return "en_GB" if spoken == "en" else spoken


def zone(name: str | None = None) -> ZoneInfo:
    """A time zone by its IANA name; the office's when none is named."""
    return ZoneInfo(name or current_app.config["BABEL_DEFAULT_TIMEZONE"])


def money(amount: int | Money | Mapping[str, Any] | None, currency: str | None = None) -> str:
    """Minor units as an amount with its currency, or {minor, currency}, or Money; a dash for none."""
    if isinstance(amount, Mapping):
        return money(amount.get("minor"), amount.get("currency"))
    if isinstance(amount, Money):
        return show(amount.minor, amount.currency, locale())
    if amount is None or currency is None:
        return NOTHING
    return show(amount, currency, locale())


def date(value: Date | DateTime | str | None, timezone: str | None = None, style: str = "medium") -> str:
    """A calendar day; a moment is first carried to the zone."""
    if not value:
        return NOTHING
    day = Date.fromisoformat(value[:10]) if isinstance(value, str) else value
    if isinstance(day, DateTime):
        day = day.astimezone(zone(timezone)).date()
    return format_date(day, format=style, locale=locale())


def datetime(value: DateTime | None, timezone: str | None = None) -> str:
    """A moment in a zone, with the zone's short name, since a deadline without one is a trap."""
    if value is None:
        return NOTHING
    where = zone(timezone)
    local = value.astimezone(where)
    text = format_datetime(local, format="d MMM y, HH:mm", locale=locale(), tzinfo=where)
    return f"{text} {local.tzname()}"


def ago(value: DateTime | None) -> str:
    """How long since, or until, a moment: "3 days ago", "in 2 hours"."""
    if value is None:
        return NOTHING
    return format_timedelta(value - clock.now(), add_direction=True, locale=locale())


def number(value: Decimal | int | str | None) -> str:
    """A plain number with the separators of the language."""
    return NOTHING if value is None or value == "" else format_decimal(Decimal(value), locale=locale())


def words(value: Any) -> str:
    """A programme's wording in the language of the page; plain and lazy strings pass through."""
    if value is None:
        return ""
    return wording.pick(value, language()) if hasattr(value, "keys") else str(value)


def size(value: int | None) -> str:
    """A file size in KB or MB."""
    if value is None:
        return NOTHING
    amount, unit = (value / 1_000_000, "MB") if value >= 1_000_000 else (max(value, 1000) / 1000, "KB")
    return f"{format_decimal(round(amount, 1), locale=locale())} {unit}"


def setup_filters(app: Flask) -> None:
    """Give all templates the filters."""
    for function in (money, date, datetime, ago, number, words):
        app.jinja_env.filters[function.__name__] = function
    app.jinja_env.filters["file_size"] = size
