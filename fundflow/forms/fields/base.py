"""The surface that every question type has, and what is the same for most of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Generic, TypeVar

from markupsafe import escape

from fundflow.forms import definition as d
from fundflow.forms.fields.control import AnswerField
from fundflow.forms.speech import gettext as _
from fundflow.forms.speech import said
from fundflow.platform.wording import pick

Q = TypeVar("Q", bound=d.Base)


class BadInput(ValueError):
    """What a person typed cannot be read; the message says what to write instead, at `part` of the answer."""

    def __init__(self, message: str = "", part: str = "") -> None:
        super().__init__(message)
        self.part = part


@dataclass(frozen=True, slots=True)
class Context:
    """What an answer is read and checked with: the programme's values, the day, the reader's language."""

    values: Mapping[str, Any]
    today: date
    language: str = "en"
    signer: tuple[str, str] = ("", "")  # account and name of the person who answers


@dataclass(frozen=True, slots=True)
class Table:
    """Repeating rows as text: headings, rows, sums as (label, text), and which columns hold figures."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    totals: tuple[tuple[str, str], ...] = ()
    figures: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Line:
    """One answer as a label with text, or with a table for repeating rows."""

    label: str
    text: str
    table: Table | None = None


class FieldType(Generic[Q]):
    """A question with the behaviour of its type; stored values are the JSON of docs/architecture.md."""

    control: str = "input"  # the macro that draws it
    input_type: ClassVar[str] = "text"
    inputmode: ClassVar[str | None] = None
    autocomplete: str | None = None
    width: ClassVar[str] = ""  # a class of forms.css for short inputs
    grouped: bool = False  # several controls under one legend
    figure: ClassVar[bool] = False  # set to the right in tables
    nothing: ClassVar[Any] = None  # how no answer is stored
    words: Any = None  # the product's own name for a part of a question, unless the definition has one

    def __init__(self, question: Q) -> None:
        self.question = question

    def field(self, language: str) -> Any:
        """The WTForms field, unbound: it binds to a form that has a `context`."""
        return AnswerField(self, language)

    def blank(self) -> Any:
        """The stored form of no answer."""
        return self.nothing

    def empty(self, stored: Any) -> bool:
        """Whether nothing was answered."""
        return stored is None or stored in ("", [], {})

    def load(self, raw: Sequence[str], context: Context) -> Any:
        """What a form sent -> stored JSON; raises BadInput."""
        text = _last(raw)
        return self.read(text, context) if text else self.blank()

    def read(self, text: str, context: Context) -> Any:
        """One trimmed, not empty text -> stored JSON; raises BadInput."""
        raise NotImplementedError

    def dump(self, stored: Any, context: Context) -> str:
        """Stored JSON -> what stands in the input."""
        del context
        return "" if stored is None else str(stored)

    def check(self, stored: Any, context: Context) -> list[str]:
        """What is wrong with a stored answer, in sentences; nothing is wrong with an empty one."""
        return [] if self.empty(stored) else self.problems(stored, context)

    def problems(self, stored: Any, context: Context) -> list[str]:
        """What is wrong with an answer that is not empty."""
        raise NotImplementedError

    def problems_at(self, stored: Any, context: Context, *, partial: bool = False) -> dict[str, str]:
        """Part ("" for the whole) -> what is wrong with an answer; `partial`: gaps are fine yet."""
        del partial
        problems = self.check(stored, context)
        return {"": problems[0]} if problems else {}

    def notices(self, stored: Any, context: Context) -> list[str]:
        """What a person should know of an answer that is taken all the same."""
        del stored, context
        return []

    def missing(self) -> str:
        """The sentence for a required question without an answer."""
        return _("Enter an answer.")

    def missing_at(self) -> dict[str, str]:
        """Part ("" for the whole) -> the sentence, for a required question without an answer."""
        return {"": self.missing()}

    def display(self, stored: Any, language: str) -> str:
        """The answer as plain text for a reader of the language; empty for none."""
        del language
        return "" if self.empty(stored) else str(stored)

    def cel(self, stored: Any) -> Any:
        """The answer as conditions see it."""
        return self.blank() if self.empty(stored) else stored

    def sample(self) -> Any:
        """A stored answer of the right kind, for trying conditions when a definition is checked."""
        return "text"

    def sums(self, stored: Any, values: Mapping[str, Any]) -> dict[str, Any]:
        """Name -> stored figure, for each of the question's `sum_names`."""
        del stored, values
        return {}

    def sum_type(self, name: str) -> FieldType[Any]:
        """The type of such a figure."""
        raise KeyError(name)

    def table(self, stored: Any, language: str, values: Mapping[str, Any] | None = None) -> Table | None:
        """The answer as a table, where it is one."""
        del stored, language, values
        return None

    def csv_columns(self) -> list[str]:
        """Names of the columns that the answer fills in a list."""
        return [self.question.id]

    def csv_values(self, stored: Any) -> list[str]:
        """The cells for those columns, for machines: ISO dates, decimal points, codes."""
        return ["" if self.empty(stored) else str(stored)]

    def pdf_rows(self, stored: Any, language: str) -> list[Line]:
        """The answer as lines of a document."""
        return [Line(self.label(language), self.display(stored, language))]

    @property
    def counter(self) -> int | None:
        """Characters to count down from while typing, None for no counter."""
        return None

    def part_label(self, part: str, language: str) -> str:
        """What a part of the answer that has its own control is called."""
        del language
        return part

    def suffix(self, context: Context) -> str:
        """What stands behind the input."""
        del context
        return ""

    def option_groups(self, language: str) -> list[tuple[str, list[tuple[str, str]]]]:
        """Group -> (id, words), for a list to pick from."""
        del language
        return []

    def options_html(self, language: str) -> str:
        """The options of a list as HTML, written once per language."""
        return d.derived(
            self.question, ("html", language), lambda: _options_html(self.option_groups(language))
        )

    def label(self, language: str) -> str:
        """The question in a language."""
        return said(language, self.words) if self.words else pick(self.question.label, language)

    def faults(self) -> list[str]:
        """What is wrong with the definition itself, beyond what its model refuses."""
        return []


def _last(raw: Sequence[str]) -> str:
    """The last value sent, trimmed; a hidden marker may stand before the real one."""
    return raw[-1].strip() if raw else ""


def _options_html(groups: list[tuple[str, list[tuple[str, str]]]]) -> str:
    parts = []
    for group, options in groups:
        inner = "".join(f'<option value="{escape(code)}">{escape(words)}</option>' for code, words in options)
        parts.append(f'<optgroup label="{escape(group)}">{inner}</optgroup>' if group else inner)
    return "".join(parts)
