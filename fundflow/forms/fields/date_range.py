"""A first and a last day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from fundflow.forms import definition as d
from fundflow.forms import limits
from fundflow.forms.fields.base import Context, Line
from fundflow.forms.fields.date import day
from fundflow.forms.fields.group import GroupField, Part
from fundflow.forms.fields.number import limit_faults
from fundflow.forms.speech import gettext as _
from fundflow.forms.speech import ngettext


class DateRangeField(GroupField[d.DateRange]):
    """Stored as {"from", "to"} in ISO form; both ends belong to it."""

    def described(self) -> dict[str, Part]:
        bounds = {"min": self.question.min, "max": self.question.max}
        return {
            "from": ("date", _l("First day"), bounds),
            "to": ("date", _l("Last day"), bounds),
        }

    def together(self, stored: Mapping[str, Any], context: Context) -> dict[str, str]:
        """The end comes after the beginning, and the length lies within its limits."""
        first, last = day(stored.get("from")), day(stored.get("to"))
        if first is None or last is None:
            return {}
        days = (last - first).days + 1
        if days < 1:
            return {"to": _("The last day must not be before the first.")}
        least = limits.number(self.question.least_days, context.values)
        most = limits.number(self.question.most_days, context.values)
        if least is not None and days < least:
            return {"to": ngettext("Take at least %(num)d day.", "Take at least %(num)d days.", int(least))}
        if most is not None and days > most:
            return {"to": ngettext("Take at most %(num)d day.", "Take at most %(num)d days.", int(most))}
        return {}

    def display(self, stored: Any, language: str) -> str:
        """The two days with a dash."""
        return " – ".join(text for _label, text in self.shown(stored, language))

    def pdf_rows(self, stored: Any, language: str) -> list[Line]:
        """One line: two days are read together."""
        return [Line(self.label(language), self.display(stored, language))]

    def sample(self) -> dict[str, Any]:
        return {"from": "2026-01-01", "to": "2026-01-31"}

    def faults(self) -> list[str]:
        lengths = limit_faults(self.question.least_days, self.question.most_days, "least_days", "most_days")
        return [*super().faults(), *lengths]
