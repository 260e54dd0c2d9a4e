"""Calendar days, kept in ISO form."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from babel.dates import format_date

from fundflow.forms import definition as d
from fundflow.forms import limits
from fundflow.forms.fields.base import BadInput, Context, FieldType
from fundflow.forms.speech import gettext as _

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TYPED = re.compile(r"(\d{1,2})[./\- ](\d{1,2})[./\- ](\d{4})")


class DateField(FieldType[d.Date]):
    """The browser's date input sends ISO; one without it may get 31.12.2026 or 31/12/2026."""

    input_type = "date"
    width = "ff-date"

    def __init__(self, question: d.Date) -> None:
        super().__init__(question)
        self.autocomplete = question.autocomplete

    def read(self, text: str, context: Context) -> str:
        del context
        typed = _TYPED.fullmatch(text)
        try:
            return (date(int(typed[3]), int(typed[2]), int(typed[1])) if typed else _iso(text)).isoformat()
        except ValueError as fault:
            raise BadInput(_("Enter a date, like 31/12/2026.")) from fault

    def problems(self, stored: Any, context: Context) -> list[str]:
        found = day(stored)
        if found is None:
            return [_("Enter a date, like 31/12/2026.")]
        least, most = self.bounds(context)
        if least and found < least:
            return [_("Enter %(day)s or a later date.", day=_shown(least, context.language))]
        if most and found > most:
            return [_("Enter %(day)s or an earlier date.", day=_shown(most, context.language))]
        return []

    def bounds(self, context: Context) -> tuple[date | None, date | None]:
        """The first and the last day allowed."""
        return (
            limits.day(self.question.min, context.values, context.today),
            limits.day(self.question.max, context.values, context.today),
        )

    def missing(self) -> str:
        return _("Enter a date.")

    def display(self, stored: Any, language: str) -> str:
        found = day(stored)
        return "" if found is None else _shown(found, language)

    def sample(self) -> str:
        return "2026-01-31"

    def faults(self) -> list[str]:
        found = []
        for name in ("min", "max"):
            limit = getattr(self.question, name)
            if limits.value_name(limit) is None:
                try:
                    limits.day(limit, {}, date(2026, 1, 31))
                except limits.BadLimit as fault:
                    found.append(f"{name}: {fault}")
        return found


def day(stored: Any) -> date | None:
    """The stored text as a day, or None."""
    try:
        return _iso(stored) if isinstance(stored, str) else None
    except ValueError:
        return None


def _iso(text: str) -> date:
    """The day of `2026-12-31`; Python would take `20261231` and week dates too."""
    if not _ISO.fullmatch(text):
        raise ValueError(text)
    return date.fromisoformat(text)


def _shown(value: date, language: str) -> str:
    return str(format_date(value, "long", locale=language))
