"""Amounts in a currency that the person chooses: page, reading, checks, conditions, rows."""

from __future__ import annotations

import json
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from werkzeug.datastructures import MultiDict

from fundflow import forms
from fundflow.forms import BadInput, Line
from fundflow.forms.reading import Reading
from fundflow.forms.sampling import sample_answers
from tests.forms.samples import TODAY, VALUES, context, field

LISTED = {"type": "money", "currencies": ["EUR", "ALL", "USD", "JPY"]}
ANY = {"type": "money", "currencies": "any"}
MARKUP = (
    '{% from "forms/form.html" import render_form, error_summary %}'
    "{{ error_summary(form) }}{{ render_form(form) }}"
)


def amount(minor, currency):
    return {"minor": minor, "currency": currency}


def form_of(*questions, **section):
    asked = [{"label": {"en": "Price"}} | question for question in questions]
    sections = [{"id": "s", "title": {"en": "S"}, "questions": asked} | section]
    return forms.Form.model_validate({"title": {"en": "T"}, "sections": sections})


PRICE = {"id": "price"} | LISTED
COSTS = {
    "id": "costs",
    "type": "rows",
    "columns": [
        {"id": "currency", "type": "text", "label": {"en": "What"}},
        {"id": "price", "label": {"en": "Price"}, "required": True} | LISTED,
        {"id": "share", "type": "money", "label": {"en": "Share"}},
    ],
    "computed": {"twice": {"label": {"en": "Twice"}, "value": "r.share * 2"}},
    "sums": {"total": "share"},
}


def built(form, sent=None, **given):
    data = None if sent is None else MultiDict(sent)
    known = {"language": "en", "values": VALUES, "answers": {}, "today": TODAY} | given
    return forms.build(form, None, formdata=data, **known)


@pytest.mark.parametrize(
    ("raw", "language", "stored"),
    [
        (["1,234.50", "USD"], "en", amount(123_450, "USD")),
        (["1.234,50", "EUR"], "it", amount(123_450, "EUR")),
        (["1 234,50", "ALL"], "sq", amount(123_450, "ALL")),
        (["1,234.50", "EUR"], "it", amount(123_450, "EUR")),
        (["1,250", "JPY"], "en", amount(1250, "JPY")),
        (["€12.50", "EUR"], "en", amount(1250, "EUR")),
        (["12.50 ALL"], "en", amount(1250, "ALL")),
        (["ALL 12.50", ""], "en", amount(1250, "ALL")),
        (["12,50 usd"], "it", amount(1250, "USD")),
        (["$12.50"], "en", amount(1250, "USD")),
        (["12.50", "usd"], "en", amount(1250, "USD")),
        (["", "USD"], "en", None),
    ],
)
def test_an_amount_is_read_with_its_currency(raw, language, stored):
    assert field(**LISTED).load(raw, context(language)) == stored
    assert field(**ANY).load(raw, context(language)) == stored


@pytest.mark.parametrize(
    ("raw", "part", "says"),
    [
        (["12.50", ""], "currency", "Choose the currency of this amount."),
        (["12.50"], "currency", "Choose the currency of this amount."),
        (["12.50", "GBP"], "currency", "Choose a currency of the list."),
        (["12.50", "XXQ"], "currency", "Choose a currency of the list."),
        (["a lot", "EUR"], "", "Enter an amount in EUR, like 1,234.50."),
        (["12.505", "EUR"], "", "Enter an amount in EUR, like 1,234.50."),
        (["12.5", "JPY"], "", "Enter an amount in JPY, like 1,234."),
        (["12.50 ALL", "EUR"], "", "Enter an amount in EUR, like 1,234.50."),
    ],
)
def test_what_is_no_amount_is_refused_at_its_control(raw, part, says):
    with pytest.raises(BadInput) as bad:
        field(**LISTED).load(raw, context())
    assert (str(bad.value), bad.value.part) == (says, part)


@pytest.mark.parametrize(
    ("stored", "found"),
    [
        (None, {}),
        (amount(0, "ALL"), {}),
        (amount(5, "GBP"), {"currency": "Choose a currency of the list."}),
        ({"minor": 5}, {"currency": "Choose the currency of this amount."}),
        (amount(5, ""), {"currency": "Choose the currency of this amount."}),
        (amount(-5, "EUR"), {"": "This must be €0.00 or more."}),
        (amount(10**16, "EUR"), {"": "This amount is too large."}),
        (amount("5", "EUR"), {"": "Enter an amount."}),
        ({"currency": "EUR"}, {"": "Enter an amount."}),
        ("5", {"": "Enter an amount."}),
    ],
)
def test_a_stored_amount_is_checked(stored, found):
    assert field(**LISTED).problems_at(stored, context()) == found
    assert field(**LISTED).check(stored, context()) == list(found.values())


def test_any_is_every_currency_that_is_money_today():
    anything = field(**ANY)
    assert {"EUR", "ALL", "USD", "GBP", "JPY"} <= set(anything.allowed())
    assert anything.problems_at(amount(5, "GBP"), context()) == {}
    assert anything.problems_at(amount(5, "DEM"), context()) == {"currency": "Choose a currency of the list."}


def test_the_programmes_currency_stands_chosen_else_the_first():
    assert field(**LISTED).usual(VALUES) == "EUR"
    assert field(**LISTED).usual({"currency": "USD"}) == "USD"
    assert field(**LISTED).usual({"currency": "GBP"}) == "EUR"
    assert field(**ANY).usual({"currency": "ALL"}) == "ALL"


@given(
    st.integers(0, 10**14), st.sampled_from(["en", "sq", "it", "el"]), st.sampled_from(LISTED["currencies"])
)
def test_an_amount_survives_its_input_and_its_display(minor, language, currency):
    price, stored = field(**LISTED), amount(minor, currency)
    assert price.load([price.dump(stored, context(language)), currency], context(language)) == stored
    assert price.load([price.display(stored, language)], context(language)) == stored


def test_readers_and_lists_see_amount_and_currency():
    price = field(**LISTED)
    assert price.display(amount(125_000, "JPY"), "en") == "¥125,000"
    assert price.csv_columns() == ["q", "q_currency"]
    assert price.csv_values(amount(125_000, "JPY")) == ["125000", "JPY"]
    assert price.pdf_rows(amount(123_450, "EUR"), "it") == [Line("Domanda", "1.234,50\u00a0€")]
    (part,) = forms.summary(form_of(PRICE), {"price": amount(100, "USD")}, "en", values=VALUES, today=TODAY)
    assert part.items[0].text == "$1.00"


def test_conditions_see_both_parts():
    price = field(**LISTED)
    assert price.cel(amount(5, "ALL")) == {"minor": 5, "currency": "ALL"}
    assert price.cel(None) == {"minor": None, "currency": ""}


@pytest.mark.parametrize(
    "when", ["a.price.minor <= 1000", "a.price.minor <= 1000 || a.price.currency != 'EUR'"]
)
def test_a_rule_compares_the_parts_and_says_nothing_while_there_are_none(when):
    form = form_of(PRICE, rules=[{"when": when, "at": "price", "says": {"en": "No."}}])
    for answers in ({}, {"price": amount(1000, "EUR")}):
        assert forms.validate(form, answers, values=VALUES, today=TODAY) == {}
    assert forms.validate(form, {"price": amount(1001, "EUR")}, values=VALUES, today=TODAY) == {
        "price": "No."
    }


# ---------------------------------------------------------------------------------------------- the page
def test_the_page_has_one_legend_and_two_labelled_controls(page):
    tree = page(MARKUP, form=built(form_of(PRICE | {"help": {"en": "As on the offer."}})))
    (group,) = tree.xpath("//fieldset")
    assert group.xpath("./legend")[0].text_content().strip() == "Price (optional)"
    assert group.get("aria-describedby") == "q_price-help"
    assert [(label.get("for"), label.text_content()) for label in group.xpath(".//label")] == [
        ("q_price", "Amount"), ("q_price-currency", "Currency"),
    ]  # fmt: skip
    assert [option.get("value") for option in group.xpath(".//option")] == LISTED["currencies"]
    assert group.xpath(".//option[@selected]/@value") == ["EUR"]
    assert group.xpath(".//option[2]")[0].text_content() == "ALL – Albanian Lek"


def test_what_was_sent_stands_there_again_with_its_message(page):
    form = built(form_of(PRICE), {"q_price": "12.5", "q_price-currency": "JPY"})
    assert not form.validate()
    tree = page(MARKUP, form=form)
    assert tree.xpath("//*[@id='q_price']/@value") == ["12.5"]
    assert tree.xpath("//*[@id='q_price']/@aria-describedby") == ["q_price-error"]
    assert tree.xpath("//option[@selected]/@value") == ["JPY"]
    assert tree.xpath("//*[@id='q_price-error']")[0].text_content() == "Enter an amount in JPY, like 1,234."
    assert tree.xpath("//*[@id='errors']//a/@href") == ["#q_price"]


def test_a_missing_currency_is_told_at_its_list(page):
    form = built(form_of(PRICE), {"q_price": "12.50", "q_price-currency": ""})
    assert not form.validate()
    assert form.problems == {"price.currency": "Choose the currency of this amount."}
    assert form.answers() == {}
    tree = page(MARKUP, form=form)
    (link,) = tree.xpath("//*[@id='errors']//a")
    assert (link.get("href"), link.text_content()) == (
        "#q_price-currency", "Price, Currency – Choose the currency of this amount.",
    )  # fmt: skip
    (select,) = tree.xpath("//select")
    assert (select.get("id"), select.get("aria-invalid")) == ("q_price-currency", "true")
    assert select.get("aria-describedby") == "q_price-currency-error"
    assert tree.xpath("//option[1]/@value") == [""]
    assert not tree.xpath("//*[@id='q_price']/@aria-invalid")


def test_a_currency_that_is_offered_no_more_is_not_changed_silently(page):
    stored = {"price": amount(5000, "GBP")}
    form = built(form_of(PRICE), answers=stored)
    tree = page(MARKUP, form=form)
    assert (tree.xpath("//option[1]/@value"), tree.xpath("//option[@selected]")) == ([""], [])
    again = built(form_of(PRICE), {"q_price": "50", "q_price-currency": ""}, answers=stored)
    assert not again.validate(partial=True)
    assert again.answers() == stored


def test_the_amount_of_a_required_question_is_missed():
    form = built(form_of(PRICE | {"required": True}), {"q_price": "", "q_price-currency": "EUR"})
    assert not form.validate()
    assert form.problems == {"price": "Enter an amount."}
    assert form.validate(partial=True)


# ----------------------------------------------------------------------------------------------- rows
def sent_row(price, currency, share="10"):
    cells = {"currency": "Hives", "price": price, "price-currency": currency, "share": share}
    return {"q_costs": ["", "0"]} | {f"q_costs-0-{name}": text for name, text in cells.items()}


def test_a_column_has_its_own_list_and_sums_the_others(page):
    form = built(form_of(COSTS), sent_row("4,500", "ALL"))
    assert form.validate(), form.problems
    row = {"currency": "Hives", "price": amount(450_000, "ALL"), "share": amount(1000, "EUR")}
    assert form.answers() == {"costs": [row]}
    (kept,) = forms.normalise_submission(form_of(COSTS), form.answers(), values=VALUES, today=TODAY)["costs"]
    assert kept["twice"] == amount(2000, "EUR")
    tree = page(MARKUP, form=built(form_of(COSTS), answers=form.answers()))
    (body,) = tree.xpath("//tbody")
    assert body.xpath(".//select/@name") == ["q_costs-0-price-currency"]
    assert body.xpath(".//option[@selected]/@value") == ["ALL"]
    assert body.xpath(".//*[@name='q_costs-0-price']/@value") == ["4500"]
    assert [" ".join(each.text_content().split()) for each in body.xpath(".//label")] == [
        "What 1", "Price 1", "Price, Currency 1", "Share (EUR) 1",
    ]  # fmt: skip
    live = json.loads(tree.xpath("//@data-live")[0])
    assert set(live["figures"]) == {"share", "twice"}
    template = tree.xpath("//template//select")[0]
    assert template.get("id") == template.get("name") == "q_costs-__row__-price-currency"


@pytest.mark.parametrize(
    ("sent", "path", "name", "says"),
    [
        (("4,500", ""), "costs.0.price.currency", "Price, Currency", "Choose the currency of this amount."),
        (("4,500.505", "ALL"), "costs.0.price", "Price", "Enter an amount in ALL, like 1,234.50."),
        (("", "ALL"), "costs.0.price", "Price", "Enter an amount."),
        (("-3", "ALL"), "costs.0.price", "Price", "This must be ALL\u00a00.00 or more."),
    ],
)
def test_a_cell_has_its_message_at_its_control(page, sent, path, name, says):
    form = built(form_of(COSTS), sent_row(*sent))
    assert not form.validate()
    assert form.problems == {path: says}
    tree = page(MARKUP, form=form)
    (link,) = tree.xpath("//*[@id='errors']//a")
    assert link.text_content() == f"Price (row 1, {name}) – {says}"
    (control,) = tree.xpath(f"//tbody//*[@id='{link.get('href')[1:]}']")
    assert control.get("aria-invalid") == "true"
    assert control.get("aria-describedby") == f"{control.get('id')}-error"


def test_a_stored_cell_is_checked_and_told():
    rows = [{"currency": "Hives", "price": amount(5, "GBP")}]
    found = forms.validate(form_of(COSTS), {"costs": rows}, values=VALUES, today=TODAY)
    assert found == {"costs.0.price.currency": "Choose a currency of the list."}
    table = field(**COSTS)
    assert table.problems(rows, context()) == ["Row 1, Price, Currency: Choose a currency of the list."]
    assert table.row_cel({"price": amount(5, "ALL")}, VALUES)["price"] == {"minor": 5, "currency": "ALL"}


# ------------------------------------------------------------------------------------------- definitions
NO_LIMIT = "a limit is in one currency, but here the person chooses it"
NO_SUM = "people choose the currency of 'price', and amounts of several currencies do not add up"
MISREAD = "is an amount in a currency that the person chooses: read"
TEXT = {"id": "why", "type": "text"}


@pytest.mark.parametrize(
    ("questions", "section", "at", "says"),
    [
        ([PRICE | {"max_minor": 5000}], {}, "price", f"max_minor: {NO_LIMIT}"),
        ([PRICE | {"max_minor": 0}], {}, "price", f"max_minor: {NO_LIMIT}"),
        ([PRICE | {"min_minor": "v.ceiling_minor"}], {}, "price", f"min_minor: {NO_LIMIT}"),
        ([PRICE | {"currency": "EUR"}], {}, "price", "`currency` and `currencies` exclude each other"),
        ([PRICE | {"currencies": ["EUR", "EUX"]}], {}, "price", "EUX is not in the code list `currencies`"),
        ([PRICE | {"currencies": ["EUR", "EUR"]}], {}, "price", "EUR stands twice"),
        ([PRICE, TEXT | {"show_if": "a.price > 1000"}], {}, "why.show_if", f"a.price {MISREAD} a.price.minor"),
        ([PRICE, TEXT | {"show_if": "v.currency == 'X' && a.price > 1"}], {}, "why.show_if", f"a.price {MISREAD}"),
        ([PRICE, TEXT | {"required_if": "a.price == null"}], {}, "why.required_if", f"a.price {MISREAD}"),
        ([PRICE, TEXT | {"show_if": "a.price.amount > 1"}], {}, "why.show_if", f"a.price {MISREAD}"),
        ([COSTS | {"sums": {"total": "price"}}], {}, "costs.sums.total", NO_SUM),
        (
            [COSTS | {"sums": {"t": {"of": "price", "where": "r.price.currency == 'EUR'"}}}],
            {}, "costs.sums.t", NO_SUM,
        ),
        (
            [COSTS | {"computed": {"twice": {"label": {"en": "T"}, "value": "r.price * 2"}}, "sums": {}}],
            {}, "costs.computed.twice", NO_SUM,
        ),
        ([COSTS | {"sums": {"t": {"of": "share", "where": "r.price > 1"}}}], {}, "costs", f"r.price {MISREAD}"),
    ],
)  # fmt: skip
def test_a_fault_in_a_definition_is_found(questions, section, at, says):
    errors = forms.check(form_of(*questions, **section), values=VALUES, languages=["en"])
    assert errors[0][:2] == (f"sections.s.questions.{at}", "error")
    assert says in errors[0][2]


@pytest.mark.parametrize(
    "text",
    [
        "a.price.minor > 1000", "a.price.currency in ['EUR', 'USD']", "a.price.currency.startsWith('E')",
        "a.why == 'a.price'", "a.price.minor == null",
    ],
)  # fmt: skip
def test_conditions_may_read_its_parts(text):
    form = form_of(PRICE, TEXT, {"id": "more", "type": "text", "show_if": text})
    assert forms.check(form, values={}, languages=["en"]) == []
    assert forms.check(form_of(PRICE | {"currencies": "any"}), values={}, languages=["en"]) == []


@pytest.mark.parametrize("wrong", [[], "all", ["euro"], ["eur"], [""], [7], 7, "EUR", {}])
def test_what_is_no_list_of_currencies_is_refused_in_one_sentence(wrong):
    with pytest.raises(ValidationError) as refused:
        form_of(PRICE | {"currencies": wrong})
    found = [each for each in refused.value.errors() if "currencies" in each["loc"]]
    assert [(each["loc"][-1], each["msg"]) for each in found] == [
        ("currencies", "Value error, a list of currencies, each in three capital letters, or `any`")
    ]


def test_a_limit_of_a_column_is_told_at_the_column():
    columns = [*COSTS["columns"][:1], COSTS["columns"][1] | {"max_minor": 5}]
    found = forms.check(
        form_of({"id": "costs", "type": "rows", "columns": columns}), values={}, languages=["en"]
    )
    assert [(each.path, each.message[: len(NO_LIMIT) + 11]) for each in found] == [
        ("sections.s.questions.costs.columns.price", f"max_minor: {NO_LIMIT}")
    ]


@pytest.mark.parametrize("question", [PRICE, PRICE | {"currencies": "any"}, COSTS])
def test_samples_are_accepted(question):
    form = form_of(question | {"required": True})
    for seed in range(20):
        answers = sample_answers(form, values=VALUES, today=TODAY, lots=Random(seed))
        assert forms.validate(form, answers, values=VALUES, today=TODAY) == {}


def test_a_hidden_amount_is_nothing_to_others():
    form = form_of(
        {"id": "paid", "type": "yes_no"}, PRICE | {"show_if": "a.paid == 'yes'"},
        TEXT | {"show_if": "a.price.currency == 'EUR'"},
    )  # fmt: skip
    answers = {"paid": "no", "price": amount(5, "EUR")}
    assert not Reading(form, answers, VALUES, TODAY).shows("why")
    assert Reading(form, answers | {"paid": "yes"}, VALUES, TODAY).shows("why")


def test_the_browser_follows_both_parts_and_no_sum_that_the_page_does_not_show():
    quiet = {"sums": {"total": "share", "quiet": {"of": "share", "where": "r.currency == 'x'"}}}
    asked = [
        TEXT | {"id": f"t{number}", "show_if": text}
        for number, text in enumerate(("a.price.minor > 5", "a.price.currency == 'ALL'", "a.costs_quiet > 0"))
    ]
    page = built(form_of(PRICE, COSTS | quiet, *asked))
    trees = [page.reveals(page.form_def.question(f"t{number}")) for number in range(3)]
    assert json.loads(trees[0])[1] == {
        "q": "price", "as": "number", "places": 2, "by": "price-currency", "other": {"JPY": 0}, "point": ".",
    }  # fmt: skip
    assert json.loads(trees[1])[1] == {"q": "price-currency", "as": "text", "with": "price"}
    assert trees[2] == ""
