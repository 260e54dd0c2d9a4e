"""The form of a page: posted data, drafts, row buttons, uploads, locked questions."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from werkzeug.datastructures import FileStorage, MultiDict

from fundflow import forms
from tests.forms.samples import COMPLETE, TODAY, VALUES, application, euro, row, total_in


def build(section: str | None, posted: list[tuple[str, str]] | None = None, **options: Any) -> forms.PageForm:
    given = {"language": "en", "values": VALUES, "answers": {}, "today": TODAY} | options
    definition = given.pop("definition", None) or application()
    data = None if posted is None else MultiDict(posted)
    return forms.build(definition, section, formdata=data, **given)


ROWS = [
    ("q_budget", ""),
    ("q_budget", "0"),
    ("q_budget-0-heading", "works"),
    ("q_budget-0-quantity", "2,5"),
    ("q_budget-0-unit_price", "1.999,99"),
    ("q_budget", "4"),
    ("q_budget-4-heading", ""),
    ("q_budget", "7"),
    ("q_budget-7-heading", "staff"),
    ("q_budget-7-quantity", "1"),
    ("q_budget-7-unit_price", "1000"),
    ("q_budget-7-note", "one helper"),
]


def test_form_classes_are_made_once_per_definition_section_and_language():
    definition = application()
    first, again = build("money", definition=definition), build("money", definition=definition)
    assert type(first) is type(again)
    assert type(first) is not type(build("money", definition=definition, language="it"))
    assert type(first) is not type(build("money"))


def test_a_question_called_data_does_no_harm():
    questions = [
        {"id": name, "type": "text", "label": {"en": name}} for name in ("data", "errors", "validate")
    ]
    odd = application(sections=[{"id": "s", "title": {"en": "S"}, "questions": questions}])
    form = build("s", [("q_data", "1"), ("q_errors", "2"), ("q_validate", "3")], definition=odd)
    assert form.validate()
    assert form.answers() == {"data": "1", "errors": "2", "validate": "3"}


def test_posted_text_becomes_answers_and_other_sections_stay():
    form = build("enterprise", [("q_status", "idea"), ("q_jobs", "3")], answers={"truth": True, "jobs": "9"})
    assert form.validate()
    assert form.answers() == {"truth": True, "status": "idea", "jobs": "3"}


def test_text_that_cannot_be_read_stays_on_the_page_and_leaves_the_old_answer():
    form = build("enterprise", [("q_status", "idea"), ("q_jobs", "three")], answers={"jobs": "9"})
    assert not form.validate()
    assert form.problems == {"jobs": "Enter a number, like 12."}
    assert form["q_jobs"].value == "three"
    assert form.answers()["jobs"] == "9"


def test_a_question_that_was_not_posted_keeps_its_draft():
    form = build("enterprise", [("q_status", "idea")], answers={"nipt": "J91402501L"})
    assert form.answers() == {"status": "idea", "nipt": "J91402501L"}
    assert form.reading.hidden == {"nipt", "extract"}


def test_conditions_look_at_what_was_posted():
    assert build("enterprise", [("q_status", "idea")]).validate()
    form = build("enterprise", [("q_status", "registered"), ("q_nipt", "")])
    assert not form.validate()
    assert form.problems == {"nipt": "Enter a tax number."}
    assert form["q_nipt"].errors == ["Enter a tax number."]


def test_a_draft_is_checked_for_what_is_there():
    form = build("enterprise", [("q_status", ""), ("q_jobs", "51")])
    assert not form.validate(partial=True)
    assert form.problems == {"jobs": "This must be 50 or less."}
    assert build("enterprise", [("q_status", "")]).validate(partial=True)


def test_rows_are_read_in_order_and_blank_ones_left_out():
    form = build("money", [*ROWS, ("q_truth", ""), ("q_truth", "true")], language="it")
    assert form.validate(), form.problems
    assert form.answers() == {
        "budget": [row("works", "2.5", 199_999), row("staff", "1", 100_000, "one helper")],
        "truth": True,
    }
    entries = form["q_budget"].entries
    assert [entry.key for entry in entries] == ["0", "1", "2"]
    assert [entry.position for entry in entries] == [0, None, 1]
    assert entries[0].worked_out == [("Cost", "4.999,98\u00a0€")]
    assert form["q_budget"].sums[0] == ("total", total_in("it"), "5.999,98\u00a0€")


def test_messages_about_rows_stand_at_the_row_of_the_page():
    posted = dict(ROWS) | {"q_budget-7-quantity": "1.0005", "q_budget-0-unit_price": "free"}
    data = [("q_budget", key) for key in ("", "0", "4", "7")]
    data += [(name, text) for name, text in posted.items() if name != "q_budget"]
    form = build("money", [*data, ("q_truth", "true")])
    form.validate()
    assert form.problems == {
        "budget.0.unit_price": "Enter an amount in EUR, like 1,234.50.",
        "budget.2.quantity": "Enter at most 3 decimal places.",
    }
    assert form.anchor("budget.2.quantity") == form["q_budget"].entries[2].cells[1].id
    assert form.name_of("budget.2.quantity") == "Budget (row 3, Quantity)"


def test_a_rule_over_a_sum_looks_at_what_was_posted():
    form = build("money", [*ROWS, ("q_truth", "true")], values=VALUES | {"ceiling_minor": 100}, language="it")
    form.validate()
    assert form.problems == {"budget": "5.999,98\u00a0€ is above the ceiling of 1,00\u00a0€."}


def test_stored_answers_fill_the_page():
    form = build(None, answers=COMPLETE, language="it")
    assert [field.name for field in form][:3] == ["q_status", "q_nipt", "q_extract"]
    assert form["q_jobs"].value == "3"
    assert [cell.value for cell in form["q_budget"].entries[0].cells] == ["works", "2,5", "1999,99", ""]
    assert form.answers() == COMPLETE
    assert form.validate()


def test_an_empty_rows_question_offers_a_first_row():
    assert len(build("money")["q_budget"].entries) == 1
    assert build("money")["q_budget"].data == []


def test_a_row_is_added_without_javascript():
    definition = application()
    changed = forms.apply_row_action(
        definition, MultiDict([*ROWS, ("rows_add", "budget"), ("q_truth", "true")])
    )
    assert changed is not None
    assert changed.getlist("q_budget") == ["", "0", "4", "7", "8"]
    form = build("money", list(changed.items(multi=True)), definition=definition)
    assert len(form["q_budget"].entries) == 4
    assert form["q_budget"].focus == "q_budget-3"
    assert form.answers()["truth"] is True


def test_a_row_is_removed_without_javascript():
    changed = forms.apply_row_action(application(), MultiDict([*ROWS, ("rows_remove", "budget:0")]))
    assert changed is not None
    form = build("money", list(changed.items(multi=True)))
    assert form.answers()["budget"] == [row("staff", "1", 100_000, "one helper")]


def test_only_the_buttons_of_rows_are_row_actions():
    definition = application()
    for pressed in ([], [("rows_add", "status")], [("rows_add", "nothing")], [("rows_remove", "")]):
        assert forms.apply_row_action(definition, MultiDict([*ROWS, *pressed])) is None


def test_a_flood_of_rows_is_cut_off():
    form = build("money", [("q_budget", str(number)) for number in range(5000)])
    assert len(form["q_budget"].entries) == 400


PDF = {"file_id": "0198", "name": "extract.pdf", "size": 9, "sha256": "ab" * 32}
REGISTERED = [("q_status", "registered"), ("q_nipt", "J91402501L")]


def upload(name: str, content: bytes = b"%PDF-1.7") -> dict[str, FileStorage]:
    return {"q_extract": FileStorage(BytesIO(content), filename=name)}


def test_an_upload_is_offered_and_the_view_stores_it():
    form = build("enterprise", REGISTERED, files=upload("extract.pdf"))
    assert form.validate()
    assert form.uploads()["extract"].read() == b"%PDF-1.7"
    assert "extract" not in form.answers() or form.answers()["extract"] is None


def test_an_upload_is_refused_by_name_and_by_size():
    for name, content in (("extract.exe", b"MZ"), ("extract.pdf", b"")):
        form = build("enterprise", REGISTERED, files=upload(name, content))
        assert not form.validate()
        assert list(form.problems) == ["extract"]
        assert form.uploads() == {}


def test_a_stored_file_stays_until_it_is_removed():
    assert build("enterprise", REGISTERED, answers={"extract": PDF}).answers()["extract"] == PDF
    removed = build("enterprise", [*REGISTERED, ("q_extract-remove", "1")], answers={"extract": PDF})
    assert removed.answers()["extract"] is None


def test_a_clarification_opens_some_questions_only():
    form = build(
        "enterprise", [("q_status", "registered"), ("q_jobs", "7")], answers={"status": "idea"}, only={"jobs"}
    )
    assert form.answers() == {"status": "idea", "jobs": "7"}
    assert form.validate()
    assert [field.name for field in form.shown(form.sections[0])] == ["q_jobs"]


def test_a_browser_may_follow_simple_conditions_on_its_page():
    form = build("enterprise")
    questions = {question.id: question for question in form.sections[0].questions}
    assert form.reveals(questions["nipt"]) == '["==",{"q":"status","as":"text"},{"c":"registered"}]'
    assert form.reveals(questions["extract"]) == '["!=",{"q":"nipt","as":"text"},{"c":""}]'
    assert form.reveals(questions["jobs"]) == ""


def test_money_sums_to_the_cent():
    tenths = [("q_budget", "")]
    for key in range(3):
        tenths += [("q_budget", str(key)), (f"q_budget-{key}-heading", "works")]
        tenths += [(f"q_budget-{key}-quantity", "1"), (f"q_budget-{key}-unit_price", "0.10")]
    form = build("money", tenths)
    assert form["q_budget"].answer.sums(form["q_budget"].data, VALUES)["total"] == euro(30)


def test_a_question_without_an_answer_is_drawn_once_for_all_and_one_with_an_answer_each_time():
    section = application().sections[0].id
    definition, drawn = application(), []

    def draw(page: forms.PageForm, field: Any, errors: Any) -> str:
        drawn.append((field.name, field.value))
        return f"<{page.context.language} {field.name}={field.value}>"

    def first(**options: Any) -> str:
        page = build(section, definition=definition, **options)
        return page.drawn(next(iter(page)), page.problems, draw)

    empty = first()
    question = next(iter(build(section, definition=definition))).question.id
    assert first() == empty
    assert len(drawn) == 1
    assert first(language="it") != empty
    assert len(drawn) == 2
    assert first(posted=[(f"q_{question}", "")]) == empty
    assert len(drawn) == 3
    assert first(answers={question: "mine"}) != empty
    assert first() == empty
    assert len(drawn) == 4
