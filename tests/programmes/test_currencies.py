"""An amount whose currency the person chooses is refused wherever a programme takes it for its own currency."""

from __future__ import annotations

import re

import pytest

from fundflow.app import create_app
from fundflow.programmes import check, folders, read_folder
from tests.conftest import settings

APPLICATION, TRANCHE, PURCHASE = (f"machines/{kind}.yaml" for kind in ("application", "tranche", "purchase"))


@pytest.fixture(scope="module", autouse=True)
def rules(tmp_path_factory):
    """The named rules are known once the rooms are imported."""
    return create_app(settings("postgresql://nobody@localhost/none", tmp_path_factory.mktemp("currencies")))


def choosing(slug, form, question):
    """A programme in whose form that amount has a currency to choose."""
    files = read_folder(folders()[slug])
    asked = re.compile(rf"(\{{id: {question}, type: money,)([^\n]*?)( label:)")
    before = files[form]

    def chosen(found):
        kept = re.sub(r" (min|max)_minor: [^,]*,", "", found[2])
        return f"{found[1]} currencies: [EUR, ALL],{kept}{found[3]}"

    assert len(asked.findall(before)) == 1
    return {**files, form: asked.sub(chosen, before)}


def told(files):
    """File, text of the line and message of each finding about it."""
    return {
        (each.file, files[each.file].splitlines()[each.line - 1].strip(), each.message)
        for each in check(files)
        if each.code == "currency_is_chosen"
    }


def taken(rule, question, form):
    return (
        f"'{rule}' takes '{question}' of the form '{form}' for an amount in the programme's currency, "
        "but there the person chooses the currency"
    )


@pytest.mark.parametrize(
    ("slug", "form", "question", "path", "rules"),
    [
        ("startup_fund", "recommendation", "amount", "amount",
         {(APPLICATION, "line_covers_recommended"), (APPLICATION, "recommend_amount"), (APPLICATION, "reserve")}),
        ("startup_fund", "decision", "amount", "amount",
         {(APPLICATION, "amount_within_recommended"), (APPLICATION, "record_decision"), (APPLICATION, "create_award")}),
        ("startup_fund", "authorisation", "amount", "amount", {(TRANCHE, "authorise_payment")}),
        ("fellowship", "match", "amount", "stipends.amount", {(APPLICATION, "plan_tranches")}),
        ("reintegration_grant", "plan", "cost", "items.cost",
         {(APPLICATION, "line_covers_purchases"), (APPLICATION, "plan_purchases")}),
        ("reintegration_grant", "requisition", "unit_price", "lines.unit_price", {(PURCHASE, "record_requisition")}),
        ("reintegration_grant", "quote_table", "price", "quotes.price", {(PURCHASE, "record_quotes")}),
        ("reintegration_grant", "invoice", "amount", "amount", {(PURCHASE, "record_invoice")}),
    ],
)  # fmt: skip
def test_a_rule_that_takes_it_is_named_with_its_line(slug, form, question, path, rules):
    files = choosing(slug, f"forms/{form}.yaml", question)
    machines = {each for each in told(files) if each[0].startswith("machines/")}
    assert {(file, message) for file, _line, message in machines} == {
        (file, taken(rule, path, form)) for file, rule in rules
    }
    assert [line for _file, line, message in machines if message.split("'")[1] not in line] == []


def test_a_fact_that_takes_it_is_named_at_the_column():
    files = choosing("reintegration_grant", "forms/plan.yaml", "cost")
    ((_file, line, message),) = {each for each in told(files) if each[0] == "forms/plan.yaml"}
    assert line.startswith("- {id: cost, type: money, currencies: [EUR, ALL],")
    assert message == (
        "the fact 'plan' takes 'items.cost' for an amount in the programme's currency, "
        "but here the person chooses the currency"
    )


def test_the_amount_asked_for_is_in_the_programmes_currency():
    files = choosing("startup_fund", "forms/application.yaml", "requested")
    assert told(files) == {
        (
            "programme.yaml",
            "amount_question: requested       # the amount asked for",
            "the amount asked for is in the programme's currency, but 'requested' lets the person choose one",
        )
    }
    criteria = [each for each in check(files) if each.file == "criteria.yaml"]
    assert [(each.code, files["criteria.yaml"].splitlines()[each.line - 1][:5]) for each in criteria] == [
        ("faulty_condition", "ties:")
    ]
    assert "a.requested is an amount in a currency that the person chooses" in criteria[0].message


WHEN = "m.amount <= f.application.requested.minor"
OTHER = "- {id: other_aid, type: money, currencies: any, label: {en: O, sq: O, it: O, el: O}}\n      - {id: requested,"


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("f.answers.application.other_aid > 5", "f.answers.application.other_aid"),
        ("answers.application.other_aid == null || m.amount > 1", "answers.application.other_aid"),
        ("f.answers.application.other_aid.minor > 5", None),
        ("f.answers.application.other_aid.currency == 'EUR' && m.amount > 5", None),
    ],
)
def test_a_condition_of_a_move_reads_a_part_of_it(when, said):
    files = read_folder(folders()["startup_fund"])
    files |= {
        "forms/application.yaml": files["forms/application.yaml"].replace("- {id: requested,", OTHER),
        APPLICATION: files[APPLICATION].replace(WHEN, when, 1),
    }
    found = check(files)
    if said is None:
        assert found == []
    else:
        (one,) = found
        assert (one.file, one.code) == (APPLICATION, "faulty_condition")
        assert when in files[APPLICATION].splitlines()[one.line - 1]
        assert f"{said} is an amount in a currency that the person chooses: read {said}.minor" in one.message


def test_a_block_of_a_letter_reads_a_part_of_it():
    files = read_folder(folders()["startup_fund"])
    letter = "letters/award.yaml"
    text = files[letter].replace(
        "\n  - text:", '\n  - when: "answers.application.other_aid > 1"\n    text:', 1
    )
    files |= {
        "forms/application.yaml": files["forms/application.yaml"].replace("- {id: requested,", OTHER),
        letter: re.sub(r"facts: \[", "facts: [answers, ", text, count=1),
    }
    (one,) = [each for each in check(files) if "currency" in each.message]
    assert (one.file, "other_aid > 1" in files[letter].splitlines()[one.line - 1]) == (letter, True)
