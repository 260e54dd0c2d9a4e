"""Repeating rows: cells of the simple types, columns that are worked out, and exact sums."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from flask_babel import lazy_gettext as _l

from fundflow.forms import arithmetic, limits, numbers, reveal
from fundflow.forms import definition as d
from fundflow.forms.arithmetic import Exact
from fundflow.forms.fields.base import BadInput, Context, FieldType, Line, Table
from fundflow.forms.fields.money import MoneyField, is_money
from fundflow.forms.fields.number import NumberField
from fundflow.forms.fields.percentage import PercentageField
from fundflow.forms.fields.rows_control import RowsAnswerField
from fundflow.forms.fields.simple import simple
from fundflow.forms.speech import gettext as _
from fundflow.forms.speech import ngettext, said
from fundflow.platform import cel, money
from fundflow.platform.wording import pick

Row = Mapping[str, Any]
Figure = MoneyField | NumberField | PercentageField

_TOTAL = _l("Total")
_as_json = json.JSONEncoder(ensure_ascii=False).encode  # json.dumps would make an encoder for each cell


class RowCondition:
    """A condition on one row: CEL over `r` and `v`, with a short way for comparisons with fixed texts."""

    def __init__(self, text: str) -> None:
        self._expression = cel.compile(text, frozenset({"r", "v"}))
        self._clauses = reveal.clauses(text, "r")

    def holds(self, rows: RowsField, row: Row, values: Mapping[str, Any]) -> bool:
        """Whether the row meets it; not when that cannot be known."""
        if self._clauses is not None:
            return all(reveal.meets(clause, row.get(str(clause["q"])) or "") for clause in self._clauses)
        scope = {"r": rows.row_cel(row, values)} | ({"v": values} if "v" in self._expression.names else {})
        try:
            return self._expression.holds(scope)
        except cel.CelFault:
            return False


class RowsField(FieldType[d.Rows]):
    """Stored as a list of rows by column id; worked-out columns join at submission and for conditions."""

    control = "rows"
    grouped = True

    def __init__(self, question: d.Rows) -> None:
        super().__init__(question)
        self.columns: list[FieldType[Any]] = [simple(column) for column in question.columns]
        self.computed: dict[str, Figure] = {name: _figure(name, c) for name, c in question.computed.items()}
        self.by_id = {column.question.id: column for column in self.columns} | self.computed
        self._asked = [column.question.id for column in self.columns]
        self._amounts = [name for name, column in self.by_id.items() if isinstance(column, MoneyField)]
        self._given = {c.question.id: c for c in self.columns if isinstance(c, Figure)}
        self._works = {name: arithmetic.compile(c.value) for name, c in question.computed.items()}
        self._places = {n: 0 if c.type == "money" else c.decimals for n, c in question.computed.items()}
        self._where = {name: RowCondition(s.where) for name, s in question.sums.items() if s.where}
        self._required_if = {c.id: RowCondition(c.required_if) for c in question.columns if c.required_if}

    def field(self, language: str) -> Any:
        return RowsAnswerField(self, language)

    def blank(self) -> list[Row]:
        return []

    def load(self, raw: Sequence[str], context: Context) -> list[dict[str, Any]]:
        """Rows from JSON text, their cells as people write them (a spreadsheet sends this)."""
        text = raw[-1].strip() if raw else ""
        try:
            rows = json.loads(text) if text else []
            loaded = [
                {c.question.id: c.load([str(row.get(c.question.id) or "")], context) for c in self.columns}
                for row in rows
            ]
        except (AttributeError, TypeError, ValueError) as bad:
            raise bad if isinstance(bad, BadInput) else BadInput(_("These rows cannot be read.")) from bad
        return [row for row in loaded if not self._blank_row(row)]

    def dump(self, stored: Any, context: Context) -> str:
        del context
        return json.dumps(stored or [], ensure_ascii=False)

    def _blank_row(self, row: Row) -> bool:
        return all(column.empty(row.get(column.question.id)) for column in self.columns)

    # ------------------------------------------------------------------------------------------ figures
    def complete(self, row: Row, values: Mapping[str, Any]) -> dict[str, Any]:
        """A row with its worked-out columns; one that lacks a value it needs is None."""
        full = {name: row.get(name) for name in self._asked}
        for name, figure in self._figures_of(row).items():
            if name in self.computed:
                full[name] = None if figure is None else self._stored(name, figure, [row], values)
        return full

    def _figures_of(self, row: Row) -> dict[str, Exact | None]:
        """All figures of a row: amounts in minor units, calculations rounded as they are kept."""
        exact: dict[str, Exact | None] = {name: f.exact(row.get(name)) for name, f in self._given.items()}
        rounded: dict[str, Exact | None] = {}
        for name, work in self._works.items():
            exact[name] = result = work.work_out(exact)
            scale = 10 ** self._places[name]
            rounded[name] = (
                None if result is None else Fraction(arithmetic.round_half_up(result * scale), scale)
            )
        return exact | rounded

    def _stored(self, name: str, figure: Exact, rows: Sequence[Row], values: Mapping[str, Any]) -> Any:
        """The stored form of a figure in the column `name`."""
        column = self.by_id[name]
        if isinstance(column, MoneyField):
            currency = self._currency(rows, values)
            return {"minor": int(figure), "currency": currency} if currency else None
        return column.stored(figure, 6) if isinstance(column, NumberField | PercentageField) else None

    def _currency(self, rows: Sequence[Row], values: Mapping[str, Any]) -> str | None:
        """The currency of the amounts in the rows, else that of a money column."""
        for row in rows:
            for name in self._amounts:
                stored: Any = row.get(name)
                if is_money(stored):
                    return str(stored["currency"])
        for column in self.by_id.values():
            if isinstance(column, MoneyField) and (column.question.currency or values.get("currency")):
                return column.currency(values)
        return None

    def sums(self, rows: Any, values: Mapping[str, Any]) -> dict[str, Any]:
        """Name of the sum -> stored figure (0 without rows)."""
        lines: list[Row] = [row for row in rows or [] if isinstance(row, dict)]
        figures = [self._figures_of(row) for row in lines]
        return {name: self._sum(name, lines, figures, values) for name in self.question.sums}

    def _sum(
        self, name: str, lines: list[Row], figures: list[dict[str, Exact | None]], values: Mapping[str, Any]
    ) -> Any:
        of = self.question.sums[name].of
        total: Exact = 0
        for row, line in zip(lines, figures, strict=True):
            figure = line[of]
            if figure is not None and (name not in self._where or self._where[name].holds(self, row, values)):
                total += figure
        return self._stored(of, total, lines, values)

    def sum_type(self, name: str) -> Figure:
        """The type of a sum: that of its column."""
        column = self.by_id[self.question.sums[name].of]
        if not isinstance(column, MoneyField | NumberField | PercentageField):
            raise limits.BadLimit(f"{self.question.id}.{name}: only figures have sums")
        return column

    def totals(self, rows: Any, language: str, values: Mapping[str, Any]) -> list[tuple[str, str, str]]:
        """Name, words and text of the sums to show: one with `where` but no label is for conditions only."""
        figures, named = self.sums(rows, values), self.question.sums
        plain = [name for name, total in named.items() if not total.label and not total.where]
        words = {name: pick(total.label, language) for name, total in named.items() if total.label}
        if len(plain) == 1:
            words[plain[0]] = said(language, _TOTAL)
        else:
            words |= {name: self.by_id[named[name].of].label(language) for name in plain}
        shown = (name for name in named if name in words)
        return [(name, words[name], self.sum_type(name).display(figures[name], language)) for name in shown]

    def live(self, context: Context) -> dict[str, Any]:
        """The calculations for the browser: decimal sign, scales of columns, reverse Polish steps, sums."""
        figures = {name: column for name, column in self.by_id.items() if isinstance(column, Figure)}
        return {
            "decimal": numbers.decimal_sign(context.language),
            "figures": {name: _scale(column, context) for name, column in figures.items()},
            "computed": {name: work.as_json() for name, work in self._works.items()},
            "sums": {
                name: {"of": s.of, "where": self.live_where(name)} for name, s in self.question.sums.items()
            },
        }

    def live_where(self, name: str) -> list[reveal.Clause] | None:
        """The condition of a sum as the browser follows it; None when it cannot."""
        where = self.question.sums[name].where
        return reveal.clauses(where, "r") if where else []

    # ------------------------------------------------------------------------------------------- checks
    def problems_at(self, stored: Any, context: Context, *, partial: bool = False) -> dict[str, str]:
        """`index.column` (or "" for the whole) -> what is wrong; `partial`: gaps are fine yet."""
        if not isinstance(stored, list) or not all(isinstance(row, Mapping) for row in stored):
            return {"": _("These rows cannot be read.")}
        whole = self._count_problem(len(stored), partial=partial)
        found = {"": whole} if whole else {}
        for index, row in enumerate(stored):
            for strange in set(row) - set(self.by_id):
                found[f"{index}.{strange}"] = _("There is no such column.")
            for column in self.columns:
                answer, here = row.get(column.question.id), f"{index}.{column.question.id}"
                problems = column.problems_at(answer, context, partial=partial)
                if not partial and column.empty(answer) and self._needed(column, row, context):
                    problems = column.missing_at()
                found |= {f"{here}.{part}" if part else here: said for part, said in problems.items()}
        return found

    def _needed(self, column: FieldType[Any], row: Row, context: Context) -> bool:
        """A column's required_if sees its row (`r`) and the programme's values (`v`)."""
        condition = self._required_if.get(column.question.id)
        return column.question.required or (
            condition is not None and condition.holds(self, row, context.values)
        )

    def _count_problem(self, count: int, *, partial: bool) -> str | None:
        least, most = self.question.min_rows, self.question.max_rows
        if count > most:
            return ngettext("Keep to at most %(num)d row.", "Keep to at most %(num)d rows.", most)
        if not partial and 0 < count < least:
            return ngettext("Add at least %(num)d row.", "Add at least %(num)d rows.", least)
        return None

    def problems(self, stored: Any, context: Context) -> list[str]:
        found = []
        for path, message in self.problems_at(stored, context).items():
            index, _dot, column = path.partition(".")
            where = self.column_name(column, context.language)
            found.append(
                _("Row %(row)s, %(column)s: ", row=int(index) + 1, column=where) + message
                if index
                else message
            )
        return found

    def column_name(self, path: str, language: str) -> str:
        """What a column, or a part of one (`price.currency`), is called; an unknown one as it is written."""
        name, _dot, part = path.partition(".")
        if name not in self.by_id:
            return path
        column = self.by_id[name]
        label = column.label(language)
        return f"{label}, {column.part_label(part, language)}" if part else label

    def missing(self) -> str:
        return _("Add at least one row.")

    # ------------------------------------------------------------------------------------------ readers
    def row_cel(self, row: Row, values: Mapping[str, Any]) -> dict[str, Any]:
        """A row as conditions see it."""
        full = self.complete(row, values)
        return {name: column.cel(full[name]) for name, column in self.by_id.items()}

    def cel(self, stored: Any) -> list[dict[str, Any]]:
        return [self.row_cel(row, {}) for row in stored or [] if isinstance(row, dict)]

    def sample(self) -> list[dict[str, Any]]:
        return [{column.question.id: column.sample() for column in self.columns}]

    def table(self, stored: Any, language: str, values: Mapping[str, Any] | None = None) -> Table:
        """The rows as text."""
        values = values or {}
        full = [self.complete(row, values) for row in stored or []]
        shown = self.by_id
        return Table(
            headings=tuple(column.label(language) for column in shown.values()),
            rows=tuple(tuple(c.display(row[name], language) for name, c in shown.items()) for row in full),
            totals=tuple((words, text) for _name, words, text in self.totals(stored, language, values)),
            figures=frozenset(index for index, column in enumerate(shown.values()) if column.figure),
        )

    def display(self, stored: Any, language: str) -> str:
        table = self.table(stored, language)
        lines = [
            "; ".join(f"{h}: {cell}" for h, cell in zip(table.headings, row, strict=True) if cell)
            for row in table.rows
        ]
        return "\n".join(lines + [f"{label}: {text}" for label, text in table.totals if lines])

    def csv_columns(self) -> list[str]:
        return [self.question.id, *(f"{self.question.id}_{name}" for name in self.question.sums)]

    def csv_values(self, stored: Any) -> list[str]:
        return self.csv_cells(stored, self.sums(stored, {}))

    def csv_cells(self, stored: Any, sums: Mapping[str, Any]) -> list[str]:
        """The rows as JSON, then each sum; a submission brings its sums along."""
        figures = [self.sum_type(name).csv_values(sums[name])[0] for name in self.question.sums]
        return [_as_json(stored) if stored else "", *figures]

    def pdf_rows(self, stored: Any, language: str) -> list[Line]:
        return [Line(self.label(language), "", self.table(stored, language) if stored else None)]

    def faults(self) -> list[str]:
        found = [f"columns.{c.question.id}: {fault}" for c in self.columns for fault in c.faults()]
        if self.question.min_rows > self.question.max_rows:
            found.append("min_rows is above max_rows")
        return found


def _figure(name: str, computed: d.Computed) -> Figure:
    """A worked-out column as a question type, for reading and showing it."""
    if computed.type == "money":
        return MoneyField(d.Money(id=name, label=computed.label, type="money"))
    if computed.type == "percentage":
        return PercentageField(d.Percentage(id=name, label=computed.label, type="percentage"))
    return NumberField(d.Number(id=name, label=computed.label, type="number", decimals=computed.decimals))


def _scale(column: FieldType[Any], context: Context) -> dict[str, Any]:
    """How the browser writes a figure: decimals, and a currency for amounts."""
    if isinstance(column, MoneyField):
        code = column.currency(context.values)
        return {"places": money.exponent(code), "currency": code}
    suffix = column.display("0", context.language).removeprefix("0")
    return {"places": column.question.decimals, "suffix": suffix}
