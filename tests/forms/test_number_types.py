"""Numbers, percentages, money and dates: human forms, exact values, limits."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundflow.forms import BadInput, Line, limits, numbers
from tests.forms.samples import TODAY, context, euro, field

LANGUAGES = st.sampled_from(["en", "sq", "it", "el"])


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("1,234.56", "en", "1234.56"),
        ("1.234,56", "it", "1234.56"),
        ("1.234,56", "en", "1234.56"),
        ("1,234.56", "it", "1234.56"),
        ("1 234,56", "sq", "1234.56"),
        ("1\u202f234\u00a0567,5", "sq", "1234567.5"),
        ("1'234.50", "en", "1234.50"),
        ("1.234", "it", "1234"),
        ("1,234", "en", "1234"),
        ("1.234", "en", "1.234"),
        ("12.5", "it", "12.5"),
        ("12,5", "en", "12.5"),
        ("0.125", "it", "0.125"),
        ("1.234.567", "en", "1234567"),
        ("−5", "en", "-5"),
        ("+7", "el", "7"),
        (".5", "en", "0.5"),
        ("5,", "it", "5"),
    ],
)
def test_numbers_are_read_as_people_write_them(text, language, expected):
    assert numbers.read(text, language) == Decimal(expected)


@pytest.mark.parametrize(
    "text", ["", "abc", "12abc", "1,2,3", "1.23.456,7", "12.34.56", ",", "-", "1e5", "1,234,56.7"]
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(numbers.NoNumber):
        numbers.read(text, "en")


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9),
    LANGUAGES,
)
def test_a_number_survives_its_input(number, language):
    weight = field(type="number", decimals=6)
    stored = weight.load([numbers.write(number, language, places=6)], context(language))
    assert Decimal(stored) == number
    assert weight.load([weight.dump(stored, context(language))], context(language)) == stored


def test_number():
    jobs = field(type="number", decimals=1, min=1, max="v.most_jobs", unit={"en": "jobs"})
    assert jobs.load(["1,250.0"], context()) == "1250"
    assert jobs.load(["-0"], context()) == "0"
    assert jobs.load([" "], context()) is None
    assert jobs.check("2.5", context()) == []
    assert jobs.check("2.55", context()) == ["Enter at most 1 decimal places."]
    assert jobs.check("0", context()) == ["This must be 1 or more."]
    assert jobs.check("50.5", context("it")) == ["This must be 50 or less."]
    assert jobs.check("NaN", context()) == ["Enter a number."]
    assert jobs.check(True, context()) == ["Enter a number."]
    assert jobs.display("1250.5", "it") == "1.250,5 jobs"
    assert jobs.cel("2.5") == Decimal("2.5")
    assert jobs.cel(None) is None
    assert jobs.csv_values("1250.5") == ["1250.5"]
    assert jobs.pdf_rows("3", "it") == [Line("Domanda", "3 jobs")]
    with pytest.raises(BadInput, match=r"Enter a number, like 12\.0\."):
        jobs.load(["some"], context())
    assert field(type="number").check("1.5", context()) == ["Enter a whole number."]
    assert field(type="number", min=5, max=1).faults() == ["min 5 is above max 1"]
    assert field(type="number", min="five").faults() == ["min: 'five' is no number"]


def test_percentage():
    share = field(type="percentage", decimals=1)
    assert share.load(["12,5 %"], context("it")) == "12.5"
    assert share.check("100.1", context()) == ["This must be 100 or less."]
    assert share.display("12.5", "it") == "12,5\u00a0%"
    assert share.display("12.5", "en") == "12.5%"
    assert share.dump("12.5", context("sq")) == "12,5"
    assert share.csv_values("12.5") == ["12.5"]
    assert share.pdf_rows("12.5", "en") == [Line("Question", "12.5%")]
    with pytest.raises(BadInput):
        share.load(["%"], context())


@pytest.mark.parametrize(
    ("text", "language", "minor"),
    [
        ("1.234,56", "it", 123_456),
        ("1,234.56", "en", 123_456),
        ("€ 1 234,5", "sq", 123_450),
        ("1234.5 EUR", "en", 123_450),
        ("1200", "en", 120_000),
        ("12.000", "it", 1_200_000),
    ],
)
def test_amounts_are_minor_units(text, language, minor):
    assert field(type="money").load([text], context(language)) == euro(minor)


@pytest.mark.parametrize("text", ["12.345", "ten", "$ 12", "1,2345.6", "12 EUR EUR"])
def test_amounts_are_never_guessed(text):
    with pytest.raises(BadInput, match=r"Enter an amount in EUR, like 1,234\.50\."):
        field(type="money").load([text], context())


def test_money():
    grant = field(type="money", min_minor=1_000, max_minor="v.ceiling_minor")
    assert grant.check(euro(1_000_000), context()) == []
    assert grant.check(euro(1_000_001), context()) == ["This must be €10,000.00 or less."]
    assert grant.check(euro(999), context("it")) == ["This must be 10,00\u00a0€ or more."]
    assert grant.check({"minor": 5_000, "currency": "ALL"}, context()) == ["Enter an amount in EUR."]
    assert grant.check({"minor": 50.5, "currency": "EUR"}, context()) == ["Enter an amount in EUR."]
    assert grant.check(5_000, context()) == ["Enter an amount in EUR."]
    assert grant.display(euro(123_456), "it") == "1.234,56\u00a0€"
    assert grant.dump(euro(123_450), context("it")) == "1234,50"
    assert grant.dump(euro(123_400), context()) == "1234"
    assert grant.cel(euro(123_456)) == 123_456
    assert grant.csv_columns() == ["q", "q_currency"]
    assert grant.csv_values(euro(123_450)) == ["1234.50", "EUR"]
    assert grant.csv_values(None) == ["", ""]
    assert grant.pdf_rows(euro(100), "en") == [Line("Question", "€1.00")]


def test_money_has_the_currency_of_the_question_or_of_the_programme():
    assert field(type="money", currency="ALL").load(["1.500 Lekë"], context("sq")) == {
        "minor": 150_000,
        "currency": "ALL",
    }
    with pytest.raises(limits.BadLimit, match="no currency"):
        field(type="money").currency({})


@given(st.integers(0, 10**14), LANGUAGES, st.sampled_from(["EUR", "ALL", "JPY"]))
def test_an_amount_survives_its_input_and_its_display(minor, language, currency):
    price = field(type="money", currency=currency)
    stored = {"minor": minor, "currency": currency}
    assert price.load([price.dump(stored, context(language))], context(language)) == stored
    assert price.load([price.display(stored, language)], context(language)) == stored


@pytest.mark.parametrize("text", ["2026-12-31", "31/12/2026", "31.12.2026", "31-12-2026", " 31 12 2026 "])
def test_dates_are_read_as_people_write_them(text):
    assert field(type="date").load([text], context()) == "2026-12-31"


@pytest.mark.parametrize("text", ["2026-02-30", "31/13/2026", "tomorrow", "20261231", "2026-W53-1", "1/2/26"])
def test_what_is_no_day_is_refused(text):
    with pytest.raises(BadInput, match="Enter a date"):
        field(type="date").load([text], context())


def test_date():
    start = field(type="date", min="today", max="today+18m")
    assert start.check("2026-11-22", context()) == []
    assert start.check("2026-11-21", context()) == ["Enter November 22, 2026 or a later date."]
    assert start.check("2028-05-23", context("it")) == ["Enter 22 maggio 2028 or an earlier date."]
    assert start.check("20261231", context()) == ["Enter a date, like 31/12/2026."]
    assert start.dump("2026-12-31", context()) == "2026-12-31"
    assert start.display("2026-12-31", "el") == "31 Δεκεμβρίου 2026"
    assert start.csv_values("2026-12-31") == ["2026-12-31"]
    assert start.pdf_rows("2026-12-31", "it") == [Line("Domanda", "31 dicembre 2026")]
    assert field(type="date", min="yesterday").faults() == [
        "min: 'yesterday' is no day: write 2026-12-31, today, today+10d, today-18y or v.<name>"
    ]


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        ("today", TODAY),
        ("today-18y", date(2008, 11, 22)),
        ("today+3m", date(2027, 2, 22)),
        ("today+2w", date(2026, 12, 6)),
        ("today-1d", date(2026, 11, 21)),
        ("2026-02-01", date(2026, 2, 1)),
        ("v.opens_on", date(2026, 11, 1)),
        (None, None),
    ],
)
def test_day_limits(limit, expected):
    assert limits.day(limit, {"opens_on": "2026-11-01"}, TODAY) == expected


def test_the_end_of_a_month_stays_inside_it():
    assert limits.day("today+1m", {}, date(2027, 1, 31)) == date(2027, 2, 28)
    assert limits.day("today-1y", {}, date(2028, 2, 29)) == date(2027, 2, 28)
