"""A filled form for readers: check-your-answers, the case page, lists and documents all read this."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from fundflow.forms import definition as d
from fundflow.forms import fields
from fundflow.forms.reading import Answers, Reading
from fundflow.forms.wording import fill
from fundflow.platform import clock
from fundflow.platform.wording import pick


@dataclass(frozen=True, slots=True)
class Item:
    """One question with its answer as text; `table` for rows and matrices, `stored` for the id of a file,
    `notice` what a reader should know of the answer."""

    question: d.AnyQuestion
    label: str
    text: str
    table: fields.Table | None
    stored: Any
    notice: str = ""


@dataclass(frozen=True, slots=True)
class SummarySection:
    """A section with the questions that were asked."""

    section: d.Section
    title: str
    items: list[Item]


def summary(
    form_def: d.Form,
    answers: Answers,
    language: str,
    *,
    values: Mapping[str, Any] | None = None,
    today: date | None = None,
    sections: Collection[str] | None = None,
) -> list[SummarySection]:
    """The asked questions with their answers; `sections` limits them to those the reader may see."""
    reading = Reading(form_def, answers, values or {}, today or clock.today())
    shown = (s for s in form_def.sections if sections is None or s.id in sections)
    read = [SummarySection(s, pick(s.title, language), _items(s, reading, language)) for s in shown]
    return [section for section in read if section.items]


def _items(section: d.Section, reading: Reading, language: str) -> list[Item]:
    found = []
    context = fields.Context(reading.values, reading.today, language)
    for question in section.questions:
        if isinstance(question, d.Unasked) or not reading.shows(question.id):
            continue
        answer, stored = fields.of(question), reading.answers.get(question.id)
        label = fill(question.label, language, reading.values)
        table = answer.table(stored, language, reading.values) if stored else None
        is_table = table is not None or isinstance(answer, fields.RowsField)
        text = "" if is_table else answer.display(stored, language)
        notice = " ".join(answer.notices(stored, context))
        found.append(Item(question, label, text, table, stored, notice))
    return found


def part_names(form_def: d.Form) -> list[str]:
    """The parts of persons, organisations and addresses as definitions name them: `contact.name`."""
    grouped = (question for question in form_def.questions() if isinstance(question, d.Parts))
    return [f"{question.id}.{part}" for question in grouped for part in fields.parts_of(question)]


def with_parts(form_def: d.Form, answers: Answers, language: str) -> dict[str, Any]:
    """Answers with their parts beside them by those names, and a whole person or address as text."""
    found = dict(answers)
    for question in form_def.questions():
        stored = answers.get(question.id)
        if isinstance(question, d.Parts) and isinstance(stored, Mapping):
            found |= {
                f"{question.id}.{part}": stored[part] for part in fields.parts_of(question) if part in stored
            }
            found[question.id] = fields.of(question).display(stored, language)
    return found


def csv_columns(form_def: d.Form) -> list[str]:
    """Names of the columns of a list of filled forms."""
    return [column for question in form_def.questions() for column in fields.of(question).csv_columns()]


def csv_values(form_def: d.Form, answers: Answers) -> list[str]:
    """The cells for those columns; sums that a submission has worked out are taken from it."""
    cells: list[str] = []
    for question in form_def.questions():
        answer, stored = fields.of(question), answers.get(question.id)
        if isinstance(answer, fields.RowsField):
            sums = {name: answers.get(f"{question.id}_{name}") for name in answer.question.sums}
            known = None not in sums.values()
            cells += answer.csv_cells(stored, sums) if known else answer.csv_values(stored)
        else:
            cells += answer.csv_values(stored)
    return cells


def pdf_rows(
    form_def: d.Form,
    answers: Answers,
    language: str,
    *,
    values: Mapping[str, Any] | None = None,
    today: date | None = None,
) -> list[fields.Line]:
    """All answers as lines of a document; with the programme's values only of the questions that were asked."""
    reading = None if values is None else Reading(form_def, answers, values, today or clock.today())
    return [
        line
        for question in form_def.questions()
        if reading is None or reading.shows(question.id)
        for line in fields.of(question).pdf_rows(answers.get(question.id), language)
    ]
