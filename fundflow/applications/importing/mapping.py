"""The mapping file: from which column each question of a form is answered, as strict YAML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from fundflow import forms
from fundflow.forms import Form
from fundflow.forms import definition as d
from fundflow.forms.speech import gettext as _
from fundflow.platform.strict_yaml import YamlFault, load, locate_key

PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
NUMBER = "{n}"


class MappingFault(ValueError):
    """The mapping file cannot be used; the message names file, line and column."""


class _Part(BaseModel):
    """A frozen part of the mapping; a key that is not known is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class Value(_Part):
    """Where an answer comes from; a bare column name is short for `{from: name}`.

    `from`: one column or several, joined by `join`. A path goes into nested records: `team.size`, and
    `milestones[].title` takes one of a list. `template`: text with `{column}` in it. `constant`: the same for
    every row. `values`: what the file says -> what is stored. `default`: where the file says nothing.
    `currency`: the column that names the currency of an amount; where people choose it, the amount may name it
    itself (`12.50 ALL`). `parts`: where each part of a person, an address
    or a span of days comes from. `rows`: the columns of a table of rows; they
    follow the list of a `[]` path, or, with `numbered: 5`, the columns `title {n}` for n from 1 to 5.
    """

    columns: Annotated[tuple[str, ...], BeforeValidator(_listed)] = Field((), alias="from")
    template: str | None = None
    constant: Any = None
    values: dict[str, Any] = {}
    default: Any = None
    join: str | None = None
    currency: str | None = None
    parts: dict[str, Source] = {}
    rows: dict[str, Source] = {}
    numbered: int | None = Field(None, ge=1, le=200)

    def paths(self) -> Iterator[str]:
        """Every column that it reads."""
        yield from self.columns
        if self.template:
            yield from PLACEHOLDER.findall(self.template)
        if self.currency:
            yield self.currency
        for inner in (*self.parts.values(), *self.rows.values()):
            yield from inner.paths()


def _short(value: Any) -> Any:
    return {"from": value} if isinstance(value, str) else value


Source = Annotated[Value, BeforeValidator(_short)]
Value.model_rebuild()


class Mapping(_Part):
    """How one kind of file becomes applications of one form.

    `key` makes a record recognisable, so that a file can be imported again. `received_at` is when the
    application arrived (a moment, or a day, which counts to its end or to the call's closing); without it, now.
    `applicant_key` recognises one applicant, who has one live application per call. `submission` answers the form
    of the move that hands an application in. `numbers` is the language in which amounts and numbers are written.
    """

    programme: str | None = None
    key: Source
    received_at: Source | None = None
    applicant_key: Source | None = None
    language: Source | None = None
    questions: dict[str, Source]
    submission: dict[str, Any] = {}
    numbers: str = "en"
    encoding: str = "utf-8"
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    sheet: str | None = None

    def sources(self) -> Iterator[Value]:
        """Everything that reads a column."""
        yield self.key
        yield from (each for each in (self.received_at, self.applicant_key, self.language) if each)
        yield from self.questions.values()

    def columns(self) -> set[str]:
        """The columns of the file that are read; numbered ones stand as they are written, with `{n}`."""
        return {path for source in self.sources() for path in source.paths()}


def read_mapping(text: str, name: str, form: Form) -> Mapping:
    """The mapping in a YAML text, checked against the form that it fills; raises MappingFault."""
    try:
        data = load(text, name)
    except YamlFault as fault:
        raise MappingFault(str(fault)) from fault
    try:
        mapping = Mapping.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise _fault(text, name, tuple(first["loc"]), first["msg"]) from error
    for path, message in _faults(mapping, form):
        raise _fault(text, name, path, message)
    return mapping


def default_mapping(form: Form) -> Mapping:
    """Columns named as the questions are, `key` and, where the file has it, `received_at`."""
    questions: dict[str, Any] = {}
    for question in form.questions():
        if isinstance(question, d.Rows):
            questions[question.id] = {
                "rows": {each.id: _of_row(question.id, each) for each in question.columns}
            }
        elif isinstance(question, d.Parts):
            names = forms.parts_of(question)
            questions[question.id] = {"parts": {name: f"{question.id}_{name}" for name in names}}
        elif forms.is_chosen(question):
            questions[question.id] = {"from": question.id, "currency": f"{question.id}_currency"}
        elif not isinstance(question, d.Unasked | d.File):
            questions[question.id] = question.id
    return Mapping.model_validate({"key": "key", "received_at": "received_at", "questions": questions})


def _of_row(rows: str, column: d.Base) -> Any:
    """Where a cell of a list in the file comes from."""
    path = f"{rows}[].{column.id}"
    return {"from": path, "currency": f"{path}_currency"} if forms.is_chosen(column) else path


def _fault(text: str, name: str, path: tuple[Any, ...], message: str) -> MappingFault:
    line, column = locate_key(text, path)
    where = ".".join(str(step) for step in path)
    return MappingFault(f"{name}:{line}:{column}: {where}: {message}")


def _faults(mapping: Mapping, form: Form) -> Iterator[tuple[tuple[str, ...], str]]:
    known = {question.id: question for question in form.questions()}
    for name, source in mapping.questions.items():
        question = known.get(name)
        if question is None or isinstance(question, d.Unasked):
            yield ("questions", name), _("the form has no such question")
        elif isinstance(question, d.File):
            yield ("questions", name), _("files cannot be imported; leave this question out")
        elif isinstance(question, d.Rows):
            yield from _row_faults(name, source, question)
        elif source.rows:
            yield ("questions", name, "rows"), _("this question is not a table of rows")
        elif isinstance(question, d.Parts):
            yield from _part_faults(name, source, question)
        elif source.parts:
            yield ("questions", name, "parts"), _("this question has no parts")


def _part_faults(name: str, source: Value, question: d.Parts) -> Iterator[tuple[tuple[str, ...], str]]:
    if not source.parts:
        yield ("questions", name), _("this question has parts: say under `parts` where each comes from")
    for part in source.parts:
        if part not in forms.parts_of(question):
            yield ("questions", name, "parts", part), _("the question has no such part")


def _row_faults(name: str, source: Value, question: d.Rows) -> Iterator[tuple[tuple[str, ...], str]]:
    columns = {column.id for column in question.columns}
    if not source.rows:
        yield ("questions", name), _("this question is a table: give its columns under `rows`")
    for column, cell in source.rows.items():
        if column not in columns:
            yield ("questions", name, "rows", column), _("the table has no such column")
        paths = [path for path in cell.paths() if (NUMBER in path if source.numbered else "[]" in path)]
        if not paths and cell.constant is None and cell.template is None:
            wanted = NUMBER if source.numbered else "[]"
            yield ("questions", name, "rows", column), _("the column needs %(sign)s in its path", sign=wanted)
