"""The WTForms field behind repeating rows: which rows were sent, in which order, and their cells."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fundflow.forms.fields.chosen_money_control import ChosenMoneyAnswerField
from fundflow.forms.fields.control import AnswerField

if TYPE_CHECKING:
    from fundflow.forms.fields.rows import RowsField

# Far more rows than a definition allows are cut off before they are read: each costs memory.
_MOST_ROWS = 400


class CellField(AnswerField):
    """A question as a cell: radio buttons would not fit, so they become a list."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.control == "radios":
            self.control = "select"

    @property
    def suffix(self) -> str:
        """Units stand once, in the head of the column."""
        return ""

    @property
    def unit(self) -> str:
        """The unit, for the head of the column and the label of the cell."""
        return self.answer.suffix(self.context)

    @property
    def counter(self) -> int | None:
        """Only texts of several lines are counted in the narrow cells."""
        return self.answer.counter if self.control == "textarea" else None

    def described(self, error: str | None) -> str:
        """As for a question of its own, but the help stands once, in the head of the column."""
        rows, _key, column = self.name.split("-")
        return super().described(error).replace(f"{self.id}-help", f"{rows}-{column}-help")


class AmountCell(ChosenMoneyAnswerField, CellField):
    """An amount with the list of its currency as a cell."""


@dataclass(slots=True)
class Entry:
    """One row on the page; `position` is its place among the rows that hold something."""

    key: str
    cells: list[AnswerField]
    worked_out: list[tuple[str, str]]
    position: int | None = None

    @property
    def number(self) -> str:
        """The row's number for readers."""
        return str(int(self.key) + 1) if self.key.isdigit() else ""

    @property
    def blank(self) -> bool:
        """Whether nothing stands in it."""
        return all(cell.answer.empty(cell.data) and not cell.process_errors for cell in self.cells)


class RowsAnswerField(AnswerField):
    """`q_budget` is sent once per row with its key; the cell of a column is `q_budget-<key>-<column>`."""

    answer: RowsField
    entries: list[Entry]
    focus: str = ""

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Take the stored or the posted rows; blank ones stay on the page and out of the answer."""
        del extra_filters
        self.object_data = data
        if formdata is not None and self.name in formdata:
            self.sent = True
            keys = [key for key in formdata.getlist(self.name) if key.isdigit()][:_MOST_ROWS]
            self.entries = [
                self._posted(index, key, formdata) for index, key in enumerate(dict.fromkeys(keys))
            ]
            self.focus = formdata.get("rows_focus", "")
        else:
            self.entries = [self._stored(index, row) for index, row in enumerate(data or [])]
        self._pad()
        self.data = self._gather()
        self._work_out()

    def _cells(self, index: int) -> list[AnswerField]:
        return [
            (AmountCell if column.control == "amount" else CellField)(
                column,
                self.context.language,
                name=f"{self.name}-{index}-{column.question.id}",
                path=f"{self.path}.{index}.{column.question.id}",
                context=self.context,
                _form=None,
            )
            for column in self.answer.columns
        ]

    def _posted(self, index: int, key: str, formdata: Any) -> Entry:
        cells = self._cells(index)
        for cell, column in zip(cells, self.answer.columns, strict=True):
            cell.take(cell.posted(formdata, f"{self.name}-{key}-{column.question.id}"))
        return Entry(str(index), cells, [])

    def _stored(self, index: int, row: Any) -> Entry:
        cells = self._cells(index)
        for cell, column in zip(cells, self.answer.columns, strict=True):
            cell.data = row.get(column.question.id) if isinstance(row, dict) else None
        return Entry(str(index), cells, [])

    def _pad(self) -> None:
        """A first row to write in, and as many as are asked for."""
        while len(self.entries) < max(1, self.question.min_rows):
            index = len(self.entries)
            self.entries.append(Entry(str(index), self._cells(index), []))

    def _gather(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        for entry in self.entries:
            if not entry.blank:
                entry.position = len(rows)
                rows.append({cell.question.id: cell.data for cell in entry.cells})
        return rows

    def _work_out(self) -> None:
        values, language = self.context.values, self.context.language
        for entry in self.entries:
            row = (
                self.answer.complete(self.data[entry.position], values) if entry.position is not None else {}
            )
            for name, column in self.answer.computed.items():
                entry.worked_out.append((column.label(language), column.display(row.get(name), language)))

    @property
    def sums(self) -> list[tuple[str, str, str]]:
        """Name, label and text of each sum."""
        return self.answer.totals(self.data, self.context.language, self.context.values)

    def prototype(self) -> Entry:
        """An empty row for the browser to copy; its key is a placeholder."""
        entry = Entry("__row__", self._cells(0), [])
        for cell in entry.cells:
            cell.name = cell.id = f"{self.name}-__row__-{cell.question.id}"
            cell.path = ""
        entry.worked_out = [
            (column.label(self.context.language), "") for column in self.answer.computed.values()
        ]
        return entry

    @property
    def live(self) -> str:
        """What the browser needs to keep worked-out columns and sums up while a person types, as JSON."""
        return json.dumps(self.answer.live(self.context), separators=(",", ":"))

    @property
    def process_messages(self) -> dict[str, str]:
        """Path -> what could not be read, for cells."""
        return {
            c.faulty_path: c.process_errors[0]
            for entry in self.entries
            for c in entry.cells
            if c.process_errors
        }

    def on_page(self, path: str) -> str:
        """The path of a message about the stored rows as a path on the page, where blank rows count too."""
        head, _, rest = path.partition(".")
        position, _, column = rest.partition(".")
        for entry in self.entries:
            if position and entry.position == int(position):
                return f"{head}.{entry.key}.{column}"
        return path
