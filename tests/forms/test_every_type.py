"""Each type of question with the answer of its example: page, stored JSON, display, list, document, import."""

from __future__ import annotations

import json
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from fundflow import forms
from fundflow.applications.importing.mapping import default_mapping
from fundflow.applications.importing.shaping import shape
from fundflow.forms.catalogue import QuestionType
from tests.forms.samples import TODAY, VALUES, context

pytestmark = pytest.mark.usefixtures("page")
KINDS = forms.question_types()
TYPES = {each.name: each for each in KINDS} | {
    f"{each.name} {other.example['id']}": other for each in KINDS for other in each.also
}
ASKED = {name: each for name, each in TYPES.items() if each.stored is not None}
every = pytest.mark.parametrize("name", TYPES)
asked = pytest.mark.parametrize("name", ASKED)


def form_of(*types: QuestionType) -> forms.Form:
    questions = [each.example for each in types]
    return forms.Form.model_validate(
        {"title": {"en": "T"}, "sections": [{"id": "s", "title": {"en": "S"}, "questions": questions}]}
    )


def page_of(form: forms.Form, **given: Any) -> forms.PageForm:
    return forms.build(
        form, None, **({"language": "en", "values": VALUES, "answers": {}, "today": TODAY} | given)
    )


def posted(page: forms.PageForm) -> MultiDict[str, str]:
    """What a browser sends when nothing is changed."""
    sent: list[tuple[str, str]] = []
    for field in page:
        if field.control in ("heading", "guidance", "file"):
            continue
        if field.control == "amount":
            sent += [(field.name, field.value), (field.currency_name, field.currency)]
        elif field.control in ("checkboxes", "code_boxes"):
            sent += [(field.name, code) for code in ["", *field.selected]]
        elif field.control == "rows":
            sent += [(field.name, entry.key) for entry in field.entries]
            sent += [(cell.name, cell.value) for entry in field.entries for cell in entry.cells]
        else:
            sent.append((field.name, "" if hasattr(field, "cells") else field.value))
            sent += [(cell.name, cell.value) for cell in getattr(field, "cells", ())]
    return MultiDict(sent)


@every
def test_the_example_has_no_faults(name):
    each = TYPES[name]
    form = form_of(each)
    assert forms.check(form, values=VALUES, languages=["en"]) == []
    assert each.words.endswith(".")
    for parameter in each.parameters:
        assert parameter.words.endswith("."), parameter.name
    answers = {each.example["id"]: each.stored} if each.stored is not None else {}
    assert forms.validate(form, answers, values=VALUES, today=TODAY) == {}


@asked
@pytest.mark.parametrize("language", ["en", "it"])
def test_the_page_gives_back_what_is_stored(name, language):
    form, question = form_of(ASKED[name]), ASKED[name].example["id"]
    stored = {question: ASKED[name].stored}
    shown = page_of(form, answers=stored, language=language)
    again = page_of(form, answers=stored, formdata=posted(shown), language=language)
    assert again.validate(), again.problems
    assert again.answers() == stored


@asked
def test_nothing_is_an_answer_that_is_missed_only_where_it_is_required(name):
    each = ASKED[name]
    question = each.example["id"]
    free, needed = (form_of(_with(each, required=required)) for required in (False, True))
    empty = posted(page_of(free))
    page = page_of(free, formdata=empty)
    assert page.validate(), page.problems
    assert forms.validate(free, page.answers(), values=VALUES, today=TODAY) == {}
    page = page_of(needed, formdata=empty)
    assert not page.validate()
    assert {path.partition(".")[0] for path in page.problems} == {question}
    assert all(sentence.endswith(".") for sentence in page.problems.values())
    assert page.validate(partial=True)


@asked
def test_the_answer_can_be_read(name):
    each = ASKED[name]
    form, answers = form_of(each), {each.example["id"]: each.stored}
    (section,) = forms.summary(form, answers, "en", values=VALUES, today=TODAY)
    (item,) = section.items
    assert item.text or item.table
    assert item.notice == ""
    lines = forms.pdf_rows(form, answers, "en")
    assert all(line.label and (line.text or line.table) for line in lines)
    assert lines
    assert not any("{" in line.text for line in lines)
    assert forms.pdf_rows(form, {}, "en")


@every
def test_the_answer_stands_in_lists(name):
    each = TYPES[name]
    form = form_of(each)
    columns = forms.csv_columns(form)
    assert columns == list(each.cells)
    answers = {each.example["id"]: each.stored} if each.stored is not None else {}
    assert forms.csv_values(form, answers) == list(each.cells.values())
    assert forms.csv_values(form, {}) == [""] * len(columns) or each.name == "rows"


@pytest.mark.parametrize("name", [name for name in ASKED if name != "file"])
def test_the_line_of_a_list_can_be_imported(name):
    each = ASKED[name]
    form, question = form_of(each), each.example["id"]
    record: dict[str, Any] = dict(each.cells)
    if name == "rows":
        record = {question: [{"item": "Hives", "quantity": "10", "price": "95.00"}]}
    shaped = shape(record, default_mapping(form), form, context())
    assert shaped.faults == {}
    if name == "signature":
        assert {key: shaped.answers[question][key] for key in ("name", "on", "statement")} == {
            key: each.stored[key] for key in ("name", "on", "statement")
        }
    else:
        assert shaped.answers == {question: each.stored}


@asked
def test_rubbish_is_refused_and_leaves_what_stood_there(name):
    each = ASKED[name]
    form, question = form_of(each), each.example["id"]
    for rubbish in (7.5, {"strange": "x"}, ["x", "x"], "\x00", {"": "x"}):
        found = forms.validate(form, {question: rubbish}, values=VALUES, today=TODAY, partial=True)
        taken = name in ("text", "long_text") and isinstance(rubbish, str)
        assert bool(found) != taken, rubbish
        assert all(sentence and "Traceback" not in sentence for sentence in found.values())


@asked
def test_conditions_see_the_answer_and_its_absence(name):
    each = ASKED[name]
    form, question = form_of(each), each.example["id"]
    assert forms.cel_answers(form, {question: each.stored}, values=VALUES)[question] == each.in_conditions
    json.dumps(forms.cel_answers(form, {}, values=VALUES)[question], default=str)


def test_there_is_an_example_for_every_type_and_every_type_has_its_own_name():
    assert len({each.name for each in KINDS}) == len(KINDS) == 28
    assert len({each.example["id"] for each in TYPES.values()}) == len(TYPES) == 29
    assert {name for name, each in TYPES.items() if each.stored is None} == {"heading", "guidance"}


def _with(each: QuestionType, **changes: Any) -> QuestionType:
    return QuestionType(
        each.name, each.words, each.parameters, each.example | changes, each.stored, each.cells,
        each.in_conditions, each.column,
    )  # fmt: skip
