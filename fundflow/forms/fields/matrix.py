"""The same scale for several things, with a total where the steps count points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from fundflow.forms import definition as d
from fundflow.forms.fields.base import FieldType, Line, Table
from fundflow.forms.fields.group import GroupField, Part
from fundflow.forms.fields.number import NumberField
from fundflow.forms.speech import gettext as _
from fundflow.forms.speech import said
from fundflow.platform.wording import pick

_TOTAL = _l("Total")
_THING, _STEP = _l("Question"), _l("Answer")


class MatrixField(GroupField[d.Matrix]):
    """Stored as a map row -> step; every row is needed. Conditions see points, or steps where none are given."""

    control = "matrix"

    def __init__(self, question: d.Matrix) -> None:
        super().__init__(question)
        self._points = {step.id: step.points for step in question.scale}
        self._figure = NumberField(d.Number(id="total", label={"en": "Total"}, type="number"))
        self._figure.words = _TOTAL
        for part in self.parts.values():
            part.control = "radios"

    def described(self) -> dict[str, Part]:
        steps = [step.model_dump(exclude={"points"}) for step in self.question.scale]
        return {
            row.id: ("choice", None, {"label": row.label, "help": row.help, "choices": steps})
            for row in self.question.rows
        }

    def cel(self, stored: Any) -> dict[str, Any]:
        if not self.question.sum_names:
            return super().cel(stored)
        given = stored if isinstance(stored, Mapping) else {}
        return {row: self._points.get(given.get(row, "")) for row in self.parts}

    def sums(self, stored: Any, values: Mapping[str, Any]) -> dict[str, Any]:
        """The sum of the points; rows without an answer count nothing."""
        del values
        given = stored if isinstance(stored, Mapping) else {}
        total = sum(self._points.get(given.get(row, "")) or 0 for row in self.parts)
        return {name: str(total) for name in self.question.sum_names}

    def sum_type(self, name: str) -> FieldType[Any]:
        if name not in self.question.sum_names:
            raise KeyError(name)
        return self._figure

    def table(self, stored: Any, language: str, values: Mapping[str, Any] | None = None) -> Table | None:
        """A line for each row with its step."""
        totals = self.sums(stored, values or {}) if not self.empty(stored) else {}
        given = stored if isinstance(stored, Mapping) else {}
        return Table(
            headings=(said(language, _THING), said(language, _STEP)),
            rows=tuple((p.label(language), p.display(given.get(r), language)) for r, p in self.parts.items()),
            totals=tuple((said(language, _TOTAL), total) for total in totals.values()),
        )

    def display(self, stored: Any, language: str) -> str:
        lines = [super().display(stored, language)]
        lines += [
            f"{said(language, _TOTAL)}: {total}" for total in self.sums(stored, {}).values() if lines[0]
        ]
        return "\n".join(lines)

    def csv_columns(self) -> list[str]:
        return [*super().csv_columns(), *(f"{self.question.id}_{name}" for name in self.question.sum_names)]

    def csv_values(self, stored: Any) -> list[str]:
        totals = ["" if self.empty(stored) else total for total in self.sums(stored, {}).values()]
        return [*super().csv_values(stored), *totals]

    def pdf_rows(self, stored: Any, language: str) -> list[Line]:
        """One line with a table."""
        return [Line(self.label(language), "", None if self.empty(stored) else self.table(stored, language))]

    def missing(self) -> str:
        return _("Choose an option in each row.")

    def faults(self) -> list[str]:
        found = super().faults()
        ids = [row.id for row in self.question.rows]
        found += [f"row {double!r} stands twice" for double in sorted({i for i in ids if ids.count(i) > 1})]
        counted = [step.points is not None for step in self.question.scale]
        if any(counted) and not all(counted):
            found.append("scale: give points to every step or to none")
        return found

    def legend(self, language: str) -> str:
        """The question."""
        return pick(self.question.label, language)
