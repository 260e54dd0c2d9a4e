"""How values look in the texts of one language: amounts, dates, numbers, and a programme's own words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from jinja2 import Undefined
from markupsafe import Markup, escape

from fundflow.platform import money as amounts
from fundflow.platform.wording import pick

Day = date
Length = Literal["short", "medium", "long", "full"]
FILTERS = ("money", "date", "datetime", "number", "percent", "lines")

# English letters here are read in Europe: 3 November 2026, not November 3, 2026.
LOCALES = {"en": "en_GB"}

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})")
_LANGUAGE = re.compile(r"[a-z]{2}")


class Wording:
    """The filters of one language and time zone; no-break spaces are ordinary ones, which all fonts hold."""

    def __init__(self, language: str, timezone: str) -> None:
        self.language = language
        self.locale = LOCALES.get(language, language)
        self.zone = ZoneInfo(timezone)

    def money(self, value: Any, currency: str | None = None) -> str:
        """An amount: `{minor, currency}`, or minor units beside a currency code."""
        if isinstance(value, Mapping):
            value, currency = value["minor"], value["currency"]
        if type(value) is not int or not currency:
            raise ValueError("an amount is a whole number of minor units with a currency")
        return _plain(amounts.show(value, currency, self.locale))

    def date(self, value: Any, length: Length = "long") -> str:
        """A calendar day, from ISO text or from a moment seen in the time zone."""
        return _plain(format_date(self._day(value), length, locale=self.locale))

    def datetime(self, value: Any, length: Length = "long") -> str:
        """A moment in the time zone: the day and the time to the minute."""
        moment = datetime.fromisoformat(_iso(value)).astimezone(self.zone)
        day = format_date(moment.date(), length, locale=self.locale)
        return _plain(f"{day}, {format_datetime(moment, 'HH:mm', locale=self.locale)}")

    def number(self, value: Any, decimals: int | None = None) -> str:
        """A number with the separators of the language, and with so many decimals when asked."""
        try:
            exact = Decimal(value if isinstance(value, int) else str(value))
        except InvalidOperation as fault:
            raise ValueError(f"{value!r} is not a number") from fault
        if decimals is not None:
            exact = amounts.round_half_up(exact, decimals)
        pattern = "#,##0." + ("0" * decimals if decimals is not None else "#" * 12)
        return _plain(format_decimal(exact, format=pattern.rstrip("."), locale=self.locale))

    def percent(self, value: Any, decimals: int | None = None) -> str:
        """A number of hundredths: 85 becomes 85 %."""
        return f"{self.number(value, decimals)}\u00a0%"

    def lines(self, value: Any) -> str:
        """Text, or a list of texts, whose lines stay lines."""
        parts = value if isinstance(value, list | tuple) else str(value).splitlines()
        return Markup("<br>").join(escape(self.display(part)) for part in parts)

    def display(self, value: Any) -> Any:
        """Any plain value as it stands in a sentence; raises ValueError for what has no wording."""
        if isinstance(value, Undefined):
            return str(value)  # raises with the name that is missing
        if value is None:
            raise ValueError("a value is empty: test it with {% if %}")
        if isinstance(value, bool):
            raise ValueError("true and false have no wording: use {% if %}")  # noqa: TRY004 - an author's fault
        if isinstance(value, Mapping):
            return self._mapping(value)
        if isinstance(value, list | tuple):
            raise ValueError("a list has no wording: use join or {% for %}")  # noqa: TRY004 - the same
        if isinstance(value, str):
            return self._text(value)
        return self.number(value)

    def _mapping(self, value: Mapping[str, Any]) -> str:
        if is_amount(value):
            return self.money(value)
        if is_words(value):
            return pick(value, self.language)
        raise ValueError("a group of values has no wording: name one of them")

    def _text(self, value: str) -> str:
        if _DAY.fullmatch(value):
            return self.date(value)
        if _MOMENT.fullmatch(value):
            return self.datetime(value)
        return value

    def _day(self, value: Any) -> Day:
        text = _iso(value)
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
        return datetime.fromisoformat(text).astimezone(self.zone).date()


def is_amount(value: Any) -> bool:
    """Whether a value is an amount of money."""
    return isinstance(value, Mapping) and set(value) == {"minor", "currency"}


def is_day(value: Any) -> bool:
    """Whether a value is the ISO text of a calendar day."""
    return isinstance(value, str) and _DAY.fullmatch(value) is not None


def is_words(value: Any) -> bool:
    """Whether a value is one text in several languages."""
    return (
        isinstance(value, Mapping)
        and bool(value)
        and all(isinstance(text, str) and _LANGUAGE.fullmatch(str(key)) for key, text in value.items())
    )


def _iso(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _plain(text: str) -> str:
    return text.replace("\u202f", "\u00a0")
