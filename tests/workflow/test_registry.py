"""Named rules: typed parameters, registered once, facts computed once."""

from decimal import Decimal

import pytest

from fundflow.workflow import Cel, Facts, FormName, Registry, RuleFault, RuleRef
from fundflow.workflow.parameters import Parameter


def spent(
    ctx, form: FormName, least: int, share: Decimal = Decimal(1), from_: list[str] | None = None
) -> bool:
    return (form, least, share, from_) == ctx


@pytest.fixture
def filled(rules) -> Registry:
    rules.guard("spent", says="Not spent.", help="Spent enough.")(spent)
    return rules


def test_parameters_are_read_off_the_signature(filled):
    params = {"form": "report", "least": 3, "share": "0.8", "from": ["a"]}
    bound = filled.bind_guard(RuleRef("spent", params))
    assert bound.params == {"form": "report", "least": 3, "share": Decimal("0.8"), "from_": ["a"]}
    assert bound.decide(("report", 3, Decimal("0.8"), ["a"])).allowed is True
    assert bound.decide(()).reason == "Not spent."


def test_parameters_are_described_for_authors(filled):
    assert filled.guards["spent"].parameters.described == (
        Parameter("form", "str", True, ..., "form"),
        Parameter("least", "int", True, ..., None),
        Parameter("share", "Decimal", False, Decimal(1), None),
        Parameter("from", "list[str] | None", False, None, "stage"),
    )


@pytest.mark.parametrize(
    ("params", "fault"),
    [
        ({"form": "x"}, "guard 'spent': parameter 'least' is missing"),
        (
            {"form": "x", "least": 1, "shar": 2},
            "guard 'spent': unknown parameter 'shar'; did you mean 'share'?",
        ),
        ({"form": "x", "least": "many"}, "guard 'spent': parameter 'least': input should be a valid integer"),
        ({"form": 5, "least": 1}, "guard 'spent': parameter 'form': input should be a valid string"),
    ],
)
def test_wrong_parameters_are_named(filled, params, fault):
    with pytest.raises(RuleFault) as caught:
        filled.bind_guard(RuleRef("spent", params))
    assert str(caught.value).startswith(fault)


def test_an_unknown_rule_is_named_with_its_neighbour(filled):
    with pytest.raises(RuleFault, match="unknown guard 'spend'; did you mean 'spent'"):
        filled.bind_guard(RuleRef("spend"))
    with pytest.raises(RuleFault, match=r"^unknown effect 'spent'$"):
        filled.bind_effect(RuleRef("spent"))


def test_a_name_is_registered_once_per_kind(filled):
    with pytest.raises(RuleFault, match="guard 'spent' is registered twice"):
        filled.guard("spent", help="x")(spent)
    filled.effect("spent", help="x")(spent)
    assert set(filled.effects) == {"spent"}


def test_a_rule_without_typed_parameters_is_refused(rules):
    with pytest.raises(TypeError, match="parameter 'least' has no type"):
        rules.guard("bad", help="x")(lambda ctx, least: True)
    with pytest.raises(TypeError, match="a rule names each of its parameters"):
        rules.effect("bad", help="x")(lambda ctx, **params: None)


def test_a_guard_speaks_by_registered_words_or_by_its_decision(rules):
    from fundflow.workflow import Decision as Ruling  # noqa: PLC0415 - another name for the same type

    def ruling(ctx) -> Ruling:
        return Ruling(True)

    def plain(ctx, when: Cel) -> bool:
        return True

    rules.guard("ruling", help="x")(ruling)
    rules.guard("mute", help="x")(plain)
    rules.guard("spoken", help="x", says=lambda ctx, when: "No.")(plain)
    assert [rule.speaks for rule in rules.guards.values()] == [True, False, True]


def test_facts_are_computed_when_read_and_once_until_forgotten(rules):
    computed = []
    rules.fact("award", fields={"amount": "x"})(lambda ctx: computed.append(ctx) or {"amount": len(computed)})
    rules.fact("call", fields={"title": "x"})(lambda ctx: {"titel": "x"})
    rules.fact("answers")(lambda ctx: {"anything": 1})
    facts = Facts(rules, "case")
    assert (list(facts), len(facts), computed) == (["award", "call", "answers"], 3, [])
    assert (facts["award"], facts["award"], facts["answers"]) == (
        {"amount": 1},
        {"amount": 1},
        {"anything": 1},
    )
    facts.forget()
    assert facts["award"] == {"amount": 2}
    with pytest.raises(RuleFault, match="fact 'call' gives undeclared fields: titel"):
        facts["call"]
    with pytest.raises(KeyError):
        facts["unknown"]
    assert rules.fact_scope() == {"award": {"amount": None}, "call": {"title": None}, "answers": None}
