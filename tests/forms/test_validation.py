"""Stored answers: conditions, cross rules, what a submission keeps, what readers see."""

from __future__ import annotations

import pytest

from fundflow import forms
from fundflow.forms.reading import Reading
from tests.forms.samples import COMPLETE, TODAY, VALUES, application, euro, row, total_in


def problems(answers, **options):
    return forms.validate(application(), answers, values=VALUES, today=TODAY, **options)


def test_a_complete_form_has_no_problems():
    assert problems(COMPLETE) == {}


def test_what_is_missing_is_named_by_its_question():
    assert problems({}) == {
        "status": "Choose an option.",
        "budget": "Add at least one row.",
        "truth": "Confirm this statement to go on.",
    }
    assert problems({}, partial=True) == {}


def test_a_draft_may_have_gaps_but_no_wrong_answers():
    assert problems({"jobs": "51", "budget": [{"heading": "pink"}]}, partial=True) == {
        "jobs": "This must be 50 or less.",
        "budget.0.heading": "Choose one of the options.",
    }


def test_unknown_answers_are_refused_and_sums_are_not():
    assert problems(COMPLETE | {"colour": "red", "budget_total": euro(1)}) == {
        "colour": "This form has no such question."
    }


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"status": "idea"}, False),
        ({"status": "registered"}, True),
        ({}, False),
        ({"status": None}, False),
    ],
)
def test_show_if(answers, expected):
    assert Reading(application(), answers, VALUES, TODAY).shows("nipt") is expected


def test_a_shown_question_is_required_and_a_hidden_one_is_not():
    assert problems(COMPLETE | {"status": "registered"}) == {"nipt": "Enter a tax number."}
    assert problems(COMPLETE | {"nipt": "wrong"}) == {}


def test_a_chain_of_conditions_folds_up_as_a_whole():
    stale = {"status": "idea", "nipt": "J91402501L"}
    reading = Reading(application(), stale, VALUES, TODAY)
    assert reading.hidden == {"nipt", "extract"}
    assert Reading(application(), stale | {"status": "registered"}, VALUES, TODAY).hidden == frozenset()


def test_conditions_in_a_circle_end():
    circle = [
        {"id": x, "type": "text", "label": {"en": x}, "show_if": f"a.{y} == ''"}
        for x, y in (("p", "q"), ("q", "p"))
    ]
    turning = application(sections=[{"id": "s", "title": {"en": "S"}, "questions": circle}])
    assert Reading(turning, {"p": "1", "q": "2"}, VALUES, TODAY).hidden <= {"p", "q"}


def test_a_condition_may_take_the_answers_as_a_whole():
    questions = [
        {"id": "p", "type": "text", "label": {"en": "p"}},
        {"id": "q", "type": "text", "label": {"en": "q"}, "show_if": "a['p'] == 'yes'"},
    ]
    asking = application(sections=[{"id": "s", "title": {"en": "S"}, "questions": questions}])
    assert Reading(asking, {"p": "yes"}, VALUES, TODAY).hidden == frozenset()
    assert Reading(asking, {"p": "no"}, VALUES, TODAY).hidden == {"q"}


def test_a_section_may_be_hidden_as_a_whole():
    sections = [
        {
            "id": "s",
            "title": {"en": "S"},
            "questions": [{"id": "minor", "type": "yes_no", "label": {"en": "Minor?"}}],
        },
        {
            "id": "guardian",
            "title": {"en": "Guardian"},
            "show_if": "a.minor == 'yes'",
            "questions": [{"id": "name", "type": "text", "label": {"en": "Name"}, "required": True}],
        },
    ]
    two = application(sections=sections)
    assert forms.validate(two, {"minor": "no"}, values=VALUES, today=TODAY) == {}
    assert forms.validate(two, {"minor": "yes"}, values=VALUES, today=TODAY) == {"name": "Enter an answer."}
    assert [s.section.id for s in forms.summary(two, {"minor": "no"}, "en")] == ["s"]


def test_required_if():
    assert problems(COMPLETE | {"jobs": "0", "women": "0"}) == {"why_none": "Enter an answer."}
    assert problems(COMPLETE | {"jobs": "0", "women": "0", "why_none": "A family business."}) == {}


def test_rules_over_several_answers():
    assert problems(COMPLETE | {"women": "4"}) == {"women": "More than all 3 jobs."}
    assert problems(COMPLETE | {"budget": [row("works", "1", 1_000_001)]}) == {
        "budget": "€10,000.01 is above the ceiling of €10,000.00."
    }
    assert problems(COMPLETE | {"budget": [row("works", "3", 100), row("staff", "1", 101, "x")]}) == {
        "budget": "Staff may cost a quarter at most."
    }


def test_a_rule_waits_for_the_answers_it_needs():
    assert problems({name: value for name, value in COMPLETE.items() if name != "jobs"}) == {}


def test_a_submission_keeps_what_was_asked_and_adds_the_sums():
    kept = forms.normalise_submission(
        application(), COMPLETE | {"nipt": "J91402501L", "why_none": ""}, values=VALUES, today=TODAY
    )
    assert kept == {
        "status": "idea",
        "jobs": "3",
        "women": "2",
        "budget": [
            row("works", "2.5", 199_999) | {"cost": euro(499_998)},
            row("staff", "1", 100_000, "one helper") | {"cost": euro(100_000)},
        ],
        "budget_total": euro(599_998),
        "budget_staff": euro(100_000),
        "truth": True,
    }
    assert forms.validate(application(), kept, values=VALUES, today=TODAY) == {}
    assert forms.normalise_submission(application(), kept, values=VALUES, today=TODAY) == kept


def test_conditions_see_every_question():
    seen = forms.cel_answers(application(), {"budget": [row("works", "2", 50)]}, values=VALUES)
    assert seen["budget_total"] == 100
    assert seen["budget_staff"] == 0
    assert (seen["status"], seen["why_none"], seen["jobs"], seen["truth"]) == ("", "", None, False)


def test_a_summary_in_the_language_of_the_reader():
    enterprise, money = forms.summary(application(), COMPLETE, "it", values=VALUES)
    assert (enterprise.title, money.title) == ("Impresa", "Money")
    assert [(item.label, item.text) for item in enterprise.items] == [
        ("Stato", "Un'idea"),
        ("Jobs", "3"),
        ("Of these, for women", "2"),
        ("Why no jobs?", ""),
    ]
    assert money.items[0].table.totals == ((total_in("it"), "5.999,98\u00a0€"), ("Staff", "1.000,00\u00a0€"))
    assert money.items[1].label == "All of this is true, up to 10.000,00\u00a0€."
    assert [s.section.id for s in forms.summary(application(), COMPLETE, "it", sections={"money"})] == [
        "money"
    ]


def test_columns_and_cells_of_a_list_agree():
    definition = application()
    columns, cells = forms.csv_columns(definition), forms.csv_values(definition, COMPLETE)
    assert columns[:6] == ["status", "nipt", "extract", "jobs", "women", "why_none"]
    assert columns[6:] == ["budget", "budget_total", "budget_staff", "truth"]
    assert dict(zip(columns, cells, strict=True))["budget_total"] == "5999.98"
    assert [line.label for line in forms.pdf_rows(definition, COMPLETE, "en")][:2] == ["Status", "Tax number"]
