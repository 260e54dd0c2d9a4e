"""Static checks of definitions."""

from __future__ import annotations

import pytest

from fundflow import forms
from tests.forms.samples import BUDGET, VALUES, application


def test_a_sound_form_passes_its_checks():
    found = forms.check(application(), values=VALUES, languages=["en"])
    assert found == []
    missing = forms.check(application(), values=VALUES, languages=["en", "it"])
    assert {each.severity for each in missing} == {"warning"}
    assert ("title", "warning", "no words in it", "missing_language") in missing
    assert "sections.enterprise.questions.status.choices.idea.label" not in {each.path for each in missing}


def checked(question, **section):
    sections = [{"id": "s", "title": {"en": "S"}, "questions": [{"label": {"en": "Q"}} | question]} | section]
    return forms.check(application(sections=sections), values=VALUES, languages=["en"])


NUMBER = {"id": "n", "type": "number"}
HERE = "sections.s.questions.n"
BUDGET_HERE = "sections.s.questions.budget"
NO_QUESTION = {"rules": [{"when": "a.n > 1", "at": "m", "says": {"en": "No."}}]}


def cost(value):
    return BUDGET | {"computed": {"cost": {"label": {"en": "Cost"}, "value": value}}}


@pytest.mark.parametrize(
    ("question", "section", "path", "message"),
    [
        (NUMBER | {"show_if": "a.m > 1"}, {}, f"{HERE}.show_if", "a.m > 1: unknown m"),
        (NUMBER | {"required_if": "v.m > 1"}, {}, f"{HERE}.required_if", "v.m > 1: unknown m"),
        (NUMBER | {"show_if": "a.n + 1"}, {}, f"{HERE}.show_if", "neither true nor false"),
        (NUMBER | {"show_if": "a.n > 'x'"}, {}, f"{HERE}.show_if", "a.n > 'x'"),
        (NUMBER | {"show_if": "a.n >"}, {}, f"{HERE}.show_if", "Syntax error"),
        (NUMBER | {"max": "v.unknown"}, {}, HERE, "the programme has no value 'unknown'"),
        (NUMBER | {"help": {"en": "Up to {{ roof }}."}}, {}, f"{HERE}.help", "nothing fills {{ roof }}"),
        (NUMBER, NO_QUESTION, "sections.s.rules.0.at", "no question 'm'"),
        (NUMBER, {"show_if": "a.k"}, "sections.s.show_if", "unknown k"),
        (
            BUDGET | {"sums": {"total": "heading"}},
            {},
            f"{BUDGET_HERE}.sums.total",
            "is no figure of these rows",
        ),
        (BUDGET | {"sums": {"t": {"of": "cost", "where": "r.x == 1"}}}, {}, BUDGET_HERE, "no column 'x'"),
        (cost("r.x * 2"), {}, f"{BUDGET_HERE}.computed.cost", "no figure x"),
        (cost("r.quantity > 2"), {}, BUDGET_HERE, "only + - * /"),
    ],
)
def test_a_fault_in_a_definition_is_found(question, section, path, message):
    found = [finding for finding in checked(question, **section) if finding[1] == "error"]
    assert found[0][0] == path
    assert message in found[0][2]


def test_words_may_name_values_of_the_programme():
    assert checked(NUMBER | {"help": {"en": "Up to {{ceiling}} and {{ v.most_jobs }} jobs."}}) == []


def test_ids_that_stand_twice_are_found():
    twice = [NUMBER | {"label": {"en": "N"}}] * 2
    assert checked(NUMBER, questions=twice)[0][:3] == (
        "sections.0.questions.1",
        "error",
        "question 'n' stands twice",
    )
    clash = [BUDGET, {"id": "budget_total", "type": "text", "label": {"en": "T"}}]
    assert checked(NUMBER, questions=clash)[0][2] == "question 'budget_total' stands twice"
