"""Repeating rows: exact calculations and sums, human input, checks, and readers."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundflow.forms import BadInput, Table, arithmetic
from fundflow.platform.cel import CelFault
from tests.forms.samples import BUDGET, VALUES, context, euro, field, row, total_in


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("r.a * r.b", Fraction(15, 2)),
        ("(r.a + r.b) / 2 - 1", Fraction(7, 4)),
        ("-r.a + 0.1", Fraction(-12, 5)),
        ("r.a / r.zero", None),
        ("r.a * r.missing", None),
    ],
)
def test_arithmetic_is_exact(text, expected):
    row_values = {"a": Fraction(5, 2), "b": Fraction(3), "zero": Fraction(0), "missing": None}
    assert arithmetic.compile(text).work_out(row_values) == expected


@pytest.mark.parametrize(
    "text", ["r.a * b", "r.a ** 2", "r.a > 1", "size(r.a)", "r.a *", "r.a.b", "true", "__import__('os')"]
)
def test_only_arithmetic_over_the_row_is_a_calculation(text):
    with pytest.raises(CelFault):
        arithmetic.compile(text)


@pytest.mark.parametrize(
    ("value", "expected"), [("0.5", 1), ("-0.5", -1), ("0.49", 0), ("2.5", 3), ("-2.51", -3)]
)
def test_a_half_goes_away_from_zero(value, expected):
    assert arithmetic.round_half_up(Fraction(value)) == expected


QUANTITY = st.decimals("0", "99999", places=3, allow_nan=False)


@given(st.lists(st.tuples(QUANTITY, st.integers(0, 10**9)), max_size=12))
def test_sums_are_those_of_a_careful_bookkeeper(lines):
    budget = field(**BUDGET)
    rows = [row("works", format(quantity, "f"), minor) for quantity, minor in lines]
    costs = [(q * m).quantize(Decimal(1), ROUND_HALF_UP) for q, m in lines]
    assert [budget.complete(line, VALUES)["cost"] for line in rows] == [euro(int(cost)) for cost in costs]
    assert budget.sums(rows, VALUES)["total"] == euro(int(sum(costs)))


def test_a_product_that_floats_get_wrong():
    budget = field(**BUDGET)
    # 1.005 x 100.00: binary floats make 100.49999 of it
    assert budget.complete(row("works", "1.005", 10_000), VALUES)["cost"] == euro(10_050)
    assert budget.sums([row("works", "0.1", 10)] * 3, VALUES)["total"] == euro(3)


def test_sums_may_count_some_rows_only():
    rows = [
        row("works", "2", 100),
        row("staff", "3", 100),
        {"heading": "staff", "quantity": "1", "unit_price": None},
    ]
    assert field(**BUDGET).sums(rows, VALUES) == {"total": euro(500), "staff": euro(300)}
    assert field(**BUDGET).sums([], VALUES) == {"total": euro(0), "staff": euro(0)}


def test_calculations_may_build_on_each_other_and_on_numbers():
    plan = field(
        type="rows",
        columns=[
            {"id": "price", "type": "money", "label": {"en": "Price"}},
            {"id": "share", "type": "percentage", "label": {"en": "Share"}, "decimals": 1},
        ],
        computed={
            "grant": {"label": {"en": "Grant"}, "value": "r.price * r.share / 100"},
            "own": {"label": {"en": "Own"}, "value": "r.price - r.grant"},
            "third": {"label": {"en": "Third"}, "type": "number", "decimals": 2, "value": "r.share / 3"},
        },
        sums={"own": "own", "thirds": "third"},
    )
    filled = plan.complete({"price": euro(999), "share": "12.5"}, VALUES)
    assert filled == {
        "price": euro(999),
        "share": "12.5",
        "grant": euro(125),
        "own": euro(874),
        "third": "4.17",
    }
    assert plan.sums([{"price": euro(999), "share": "12.5"}] * 2, VALUES) == {
        "own": euro(1748),
        "thirds": "8.34",
    }


def test_rows_come_from_json_with_human_cells():
    budget = field(**BUDGET)
    text = '[{"heading": "Works", "quantity": "2,5", "unit_price": "1.999,99"}, {"heading": "", "note": " "}]'
    assert budget.load([text], context("it")) == [row("works", "2.5", 199_999)]
    assert budget.load([budget.dump([], context())], context()) == []
    with pytest.raises(BadInput, match="Enter an amount"):
        budget.load(['[{"unit_price": "x"}]'], context())
    for wrong in ("[1]", "{", '"x"'):
        with pytest.raises(BadInput, match="cannot be read"):
            budget.load([wrong], context())


def test_cells_are_checked_in_place():
    budget = field(**BUDGET)
    rows = [row("works", "2", 100), {"heading": "staff", "quantity": "1.0005", "unit_price": euro(-1)}]
    assert budget.problems_at(rows, context()) == {
        "1.quantity": "Enter at most 3 decimal places.",
        "1.unit_price": "This must be €0.00 or more.",
        "1.note": "Enter an answer.",
    }
    assert budget.check(rows, context())[0] == "Row 2, Quantity: Enter at most 3 decimal places."
    assert budget.problems_at([{"heading": "works"}], context(), partial=True) == {}
    assert budget.problems_at([{"colour": "red"}], context(), partial=True) == {
        "0.colour": "There is no such column."
    }
    assert budget.check("many", context()) == ["These rows cannot be read."]
    assert budget.check([row("works", "1", 1)] * 6, context()) == ["Keep to at most 5 rows."]
    two = field(**BUDGET | {"min_rows": 2})
    assert two.check([row("works", "1", 1)], context()) == ["Add at least 2 rows."]


def test_rows_for_readers():
    budget, rows = field(**BUDGET), [row("works", "2.5", 199_999), row("staff", "1", 100_000, "one helper")]
    assert budget.table(rows, "it") == Table(
        headings=("Heading", "Quantity", "Unit price", "Note", "Cost"),
        rows=(
            ("Works", "2,5", "1.999,99\u00a0€", "", "4.999,98\u00a0€"),
            ("Staff", "1", "1.000,00\u00a0€", "one helper", "1.000,00\u00a0€"),
        ),
        totals=((total_in("it"), "5.999,98\u00a0€"), ("Staff", "1.000,00\u00a0€")),
        figures=frozenset({1, 2, 4}),
    )
    assert budget.display(rows[1:], "en") == (
        "Heading: Staff; Quantity: 1; Unit price: €1,000.00; Note: one helper; Cost: €1,000.00\n"
        "Total: €1,000.00\nStaff: €1,000.00"
    )
    assert budget.csv_columns() == ["budget", "budget_total", "budget_staff"]
    assert budget.csv_values(rows)[1:] == ["5999.98", "1000.00"]
    assert budget.cel(rows)[0] == {
        "heading": "works",
        "quantity": Decimal("2.5"),
        "unit_price": 199_999,
        "note": "",
        "cost": 499_998,
    }
    line = budget.pdf_rows(rows, "en")[0]
    assert (line.label, line.table) == ("Budget", budget.table(rows, "en"))
    assert budget.pdf_rows([], "en")[0].table is None


def test_sums_for_conditions_only_are_not_shown():
    sums = {"total": "cost", "staff": {"of": "cost", "where": "r.heading == 'staff'"}}
    rows = [row("works", "2", 100), row("staff", "3", 100)]
    hidden = field(**BUDGET | {"sums": sums})
    assert hidden.totals(rows, "en", VALUES) == [("total", "Total", "€5.00")]
    assert hidden.sums(rows, VALUES)["staff"] == euro(300)
    two = field(**BUDGET | {"sums": {"total": "cost", "prices": "unit_price"}})
    assert two.totals(rows, "en", VALUES) == [("total", "Cost", "€5.00"), ("prices", "Unit price", "€2.00")]
