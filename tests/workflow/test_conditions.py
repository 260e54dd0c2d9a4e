"""Conditions of moves: bounded, checked to the last dot, and clear about what is missing."""

import pytest

from fundflow.platform import clock
from fundflow.workflow import Condition, ConditionFault, move_scope
from tests.workflow.office import Row, attempt, person

SCOPE = {"award": {"amount": None}, "m": {"reason": None, "lines": None}, "v": None, "today": None}
VALUES = {
    "award": {"amount": 5},
    "m": {"reason": "because", "lines": [1, 2]},
    "v": {"most": 4},
    "today": "2026-03-02",
}


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("award.amount > v.most", True),
        ("award.amount > v.most && m.reason == ''", False),
        ("size(m.reason) >= 5 && m.lines.size() == 2", True),
        ("today >= '2026-03-02' && m.reason in ['because', 'so']", True),
        ("m.reason.startsWith('map(')", False),
        ("has(v.least)", False),
        ("(1 + 2) * 2 == 6 ? true : false", True),
    ],
)
def test_a_condition_answers(text, answer):
    assert Condition(text, SCOPE).holds(VALUES) is answer


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("award.amont > 1", "unknown name 'award.amont'; did you mean 'amount'?"),
        ("avard.amount > 1", "unknown name 'avard'; did you mean 'award'?"),
        ("m.lines.map(x, x) == []", "'map' walks through lists and is not allowed in conditions"),
        (
            "m.lines.map // hidden\n (x, x) == []",
            "'map' walks through lists and is not allowed in conditions",
        ),
        ("m.lines.exists ( x, x > 1 )", "'exists' walks through lists and is not allowed in conditions"),
        ("m.lines.existsOne(m, m > 1)", "'existsOne' walks through lists and is not allowed in conditions"),
        ("open('x') == 1", "open('x') == 1: unknown function open"),
        ("award.amount >", "this is not a condition: mismatched input '<EOF>' (at character 15)"),
        ("true " + " " * 500, "a condition has at most 500 characters, this one has 505"),
        (".award.amount > 1", ".award.amount > 1: unknown name .award"),
    ],
)
def test_a_condition_that_cannot_be_asked_is_refused_before_use(text, fault):
    with pytest.raises(ConditionFault) as caught:
        Condition(text, SCOPE)
    assert str(caught.value) == fault


def test_a_missing_value_is_named_or_taken_as_told():
    condition = Condition("award.amount > 1", SCOPE)
    for values in ({"award": {"amount": None}}, {"award": {}}, {}):
        with pytest.raises(ConditionFault, match=r"needs award.amount, which has no value"):
            condition.holds(values)
        assert condition.holds(values, unanswered=False) is False
        assert condition.holds(values, unanswered=True) is True


@pytest.mark.parametrize("text", ["award.amount", "award.amount / 0 > 1", "award.amount == 1 && m.reason"])
def test_an_answer_that_is_neither_yes_nor_no_is_a_fault(text):
    with pytest.raises(ConditionFault):
        Condition(text, SCOPE).holds({"award": {"amount": 1}, "m": {"reason": "x"}}, unanswered=False)


def test_a_move_gives_a_condition_what_it_reads_and_no_fact_beyond(rules, noon):
    computed = []
    for name in ("award", "call", "plan"):
        rules.fact(name, fields={"amount": "x"})(
            lambda ctx, name=name: computed.append(name) or {"amount": 5}
        )
    ctx = attempt(rules, Row(), person("ana"), form={"a": 1}, values={"most": 4})
    condition = Condition(
        "award.amount > v.most && f.plan.amount > m.a && today == '2026-03-02'", move_scope(rules)
    )
    assert condition.holds(ctx.asks(condition)) is True
    assert sorted(computed) == ["award", "plan"]
    ctx.answers = {"a": 6}
    assert condition.holds(ctx.asks(condition)) is False
    assert ctx.asks(condition)["today"] == clock.today()
