"""Checks of stored answers without a web form (submission, import, API), and what a submission keeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from fundflow.forms import definition as d
from fundflow.forms import fields
from fundflow.forms.reading import Answers, Reading
from fundflow.forms.speech import gettext as _
from fundflow.forms.wording import fill

Problems = dict[str, str]  # path -> sentence; a path is `question` or `rows.<index>.<column>`


def validate(
    form_def: d.Form,
    answers: Answers,
    *,
    values: Mapping[str, Any],
    today: date,
    partial: bool = False,
    language: str = "en",
) -> Problems:
    """What is wrong with stored answers; empty when they may be submitted.

    `values` are the programme's (with `currency`). `partial` checks a draft: what is there must be right,
    what is missing is not missed and rules over several answers wait.
    """
    reading = Reading(form_def, answers, values, today)
    context = fields.Context(values, today, language)
    found: Problems = {name: _("This form has no such question.") for name in _strange(form_def, answers)}
    for question in form_def.questions():
        if reading.shows(question.id):
            found |= question_problems(question, answers.get(question.id), reading, context, partial=partial)
    return found if partial else found | rule_problems(form_def.sections, reading, context, found)


def question_problems(
    question: d.AnyQuestion, stored: Any, reading: Reading, context: fields.Context, *, partial: bool = False
) -> Problems:
    """Path -> what is wrong with one stored answer."""
    answer = fields.of(question)
    if answer.empty(stored):
        missed = not partial and not isinstance(question, d.Unasked) and reading.requires(question)
        found = answer.missing_at() if missed else {}
    else:
        found = answer.problems_at(stored, context, partial=partial)
    return {f"{question.id}.{path}" if path else question.id: message for path, message in found.items()}


def rule_problems(
    sections: Iterable[d.Section], reading: Reading, context: fields.Context, already: Mapping[str, str]
) -> Problems:
    """Path -> the sentence of a broken rule, beside questions that have no other problem."""
    found: Problems = {}
    blamed = {path.partition(".")[0] for path in already}
    for section in sections:
        for rule in section.rules:
            if rule.at in blamed or rule.at in found or not reading.shows(rule.at) or reading.holds(rule):
                continue
            found[rule.at] = fill(
                rule.says, context.language, context.values, shown_answers(reading, context.language)
            )
    return found


def shown_answers(reading: Reading, language: str) -> dict[str, str]:
    """Answers and sums as text, for placeholders in sentences."""
    found: dict[str, str] = {}
    for question in reading.form_def.questions():
        answer, stored = fields.of(question), reading.answers.get(question.id)
        for name, figure in answer.sums(stored, reading.values).items():
            found[f"{question.id}_{name}"] = answer.sum_type(name).display(figure, language)
        if not isinstance(answer, fields.RowsField) and not answer.empty(stored):
            found[question.id] = answer.display(stored, language)
    return found


def normalise_submission(
    form_def: d.Form, answers: Answers, *, values: Mapping[str, Any], today: date
) -> dict[str, Any]:
    """The answers that a submission keeps, in the form's order: asked and answered questions, rows with their
    worked-out columns, and the sums as `<rows>_<sum>`."""
    reading = Reading(form_def, answers, values, today)
    kept: dict[str, Any] = {}
    for question in form_def.questions():
        answer, stored = fields.of(question), answers.get(question.id)
        if isinstance(question, d.Unasked) or not reading.shows(question.id) or answer.empty(stored):
            continue
        kept[question.id] = stored
        if isinstance(answer, fields.RowsField):
            kept[question.id] = [answer.complete(row, values) for row in stored or []]
        kept |= {f"{question.id}_{name}": figure for name, figure in answer.sums(stored, values).items()}
    return kept


def sum_names(questions: Iterable[d.AnyQuestion]) -> set[str]:
    """The names under which the sums of questions stand beside the answers."""
    return {f"{question.id}_{name}" for question in questions for name in question.sum_names}


def _strange(form_def: d.Form, answers: Answers) -> list[str]:
    known = {question.id for question in form_def.questions() if not isinstance(question, d.Unasked)}
    known |= sum_names(form_def.questions())
    return [name for name in answers if name not in known]
