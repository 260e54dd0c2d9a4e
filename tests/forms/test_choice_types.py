"""Choices, yes and no, code lists, and numbers of identity."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from schwifty import IBAN

from fundflow.forms import BadInput, Line, codes
from tests.forms.samples import context, field

COLOURS = [{"id": c, "label": {"en": c.title(), "it": f"{c} (it)"}} for c in ("red", "green", "blue")]


def test_choice():
    colour = field(type="choice", choices=COLOURS)
    assert colour.load(["green"], context()) == "green"
    assert colour.load(["Green (IT)"], context("it")) == "green"
    assert colour.load([], context()) is None
    assert colour.check("green", context()) == []
    assert colour.check("pink", context()) == ["Choose one of the options."]
    assert colour.display("green", "it") == "green (it)"
    assert colour.dump("green", context()) == "green"
    assert colour.csv_values("green") == ["green"]
    assert colour.pdf_rows("green", "en") == [Line("Question", "Green")]
    assert (colour.control, colour.grouped) == ("radios", True)
    with pytest.raises(BadInput, match="Choose one of the options"):
        colour.load(["pink"], context())


def test_many_choices_become_a_list():
    many = field(type="choice", choices=[{"id": f"c{n}", "label": {"en": f"C {n}"}} for n in range(8)])
    assert (many.control, many.grouped) == ("select", False)
    doubled = field(type="choice", choices=[COLOURS[0], COLOURS[0]])
    assert doubled.faults() == ["choice 'red' stands twice"]


def test_yes_no_and_does_not_apply():
    plain, full = field(type="yes_no"), field(type="yes_no_na")
    assert plain.load(["no"], context()) == "no"
    assert plain.load(["Yes"], context()) == "yes"
    assert plain.check("na", context()) == ["Choose one of the options."]
    assert full.check("na", context()) == []
    assert full.display("na", "en") == "Does not apply"
    assert plain.display("yes", "en") == "Yes"
    assert plain.display(None, "en") == ""
    assert full.csv_values("na") == ["na"]
    assert full.pdf_rows("no", "en") == [Line("Question", "No")]
    assert plain.empty(None)
    assert not plain.empty("no")


def test_choices():
    colours = field(type="choices", choices=COLOURS, least=1, most=2)
    assert colours.load(["", "blue", "red"], context()) == ["red", "blue"]
    assert colours.load([""], context()) == []
    assert colours.check(["red"], context()) == []
    assert colours.check(["red", "green", "blue"], context()) == ["Choose at most 2 options."]
    assert colours.check(["red", "red"], context()) == ["Choose from the options."]
    assert colours.check("red", context()) == ["Choose from the options."]
    assert colours.display(["red", "blue"], "it") == "red (it), blue (it)"
    assert colours.csv_values(["red", "blue"]) == ["red;blue"]
    assert colours.cel(None) == []
    assert colours.pdf_rows(["red"], "en") == [Line("Question", "Red")]
    with pytest.raises(BadInput):
        colours.load(["pink"], context())
    assert field(type="choices", choices=COLOURS, least=3, most=2).faults() == [
        "least 3 and most 2 cannot both hold"
    ]


@given(st.sets(st.sampled_from(["red", "green", "blue"])))
def test_choices_keep_the_order_of_the_definition(chosen):
    colours = field(type="choices", choices=COLOURS)
    stored = colours.load(sorted(chosen), context())
    assert stored == [c for c in ("red", "green", "blue") if c in chosen]
    assert colours.check(stored, context()) == []


def test_code():
    country = field(type="code", list="countries")
    assert country.load(["al"], context()) == "AL"
    assert country.load(["Shqipëri"], context("sq")) == "AL"
    assert country.load(["Italy"], context("el")) == "IT"
    assert country.check("AL", context()) == []
    assert country.check("ZZ", context()) == ["Choose an entry of the list."]
    assert country.display("AL", "el") == "Αλβανία"
    assert country.csv_values("AL") == ["AL"]
    assert country.pdf_rows("IT", "it") == [Line("Domanda", "Italia")]
    with pytest.raises(BadInput):
        country.load(["Atlantis"], context())
    few = field(type="code", list="countries", only=["AL", "IT"])
    assert [code for _group, options in few.option_groups("en") for code, _name in options] == ["AL", "IT"]
    assert few.check("GR", context()) == ["Choose an entry of the list."]
    assert field(type="code", list="planets").faults() == ["there is no code list 'planets'"]
    assert field(type="code", list="countries", only=["AL", "QQ"]).faults() == [
        "only: QQ is not in countries"
    ]


def test_code_lists():
    places = codes.entries("municipalities", "en")
    assert len(places) == 61
    assert len({place.group for place in places}) == 12
    assert codes.names("municipalities", "sq")["19"] == "Prrenjas"
    assert next(place for place in places if place.name == "Cërrik").group == "Elbasan"
    assert len(codes.entries("counties", "en")) == 12
    assert len(codes.entries("regions_it", "it")) == 20
    assert codes.names("regions_it", "en")["IT-34"] == "Veneto"
    assert {"ALL", "EUR", "USD"} <= set(codes.names("currencies", "en"))
    assert "DEM" not in codes.names("currencies", "en")
    assert codes.names("currencies", "it")["EUR"] == "EUR – euro"
    assert {"AL", "IT", "GR", "XK"} <= set(codes.names("countries", "en"))
    assert not codes.exists("../secrets")


def test_email():
    address = field(type="email")
    assert address.load([" Ana.Hoxha@Example.ORG "], context()) == "Ana.Hoxha@example.org"
    assert address.check("ana@example.org", context()) == []
    assert address.check("ana@", context()) == ["Enter an e-mail address, like name@example.org."]
    assert address.display("ana@example.org", "en") == "ana@example.org"
    assert address.csv_values("ana@example.org") == ["ana@example.org"]
    assert address.pdf_rows("ana@example.org", "en") == [Line("Question", "ana@example.org")]
    for wrong in ("ana", "ana@x", "a b@", "ana@@example.org"):
        with pytest.raises(BadInput):
            address.load([wrong], context())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+355 69 123 4567", "+355691234567"),
        ("00355-69-123-4567", "+355691234567"),
        ("069 123 4567", "+355691234567"),
        ("(+39) 041.123.4567", "+390411234567"),
        ("+44 (0) 20 7946 0000", "+442079460000"),
    ],
)
def test_phone_numbers_are_read_as_people_write_them(text, expected):
    phone = field(type="phone", prefix="+355")
    assert phone.load([text], context()) == expected
    assert phone.check(expected, context()) == []
    assert phone.display(expected, "en") == expected
    assert phone.csv_values(expected) == [expected]
    assert phone.pdf_rows(expected, "en") == [Line("Question", expected)]


def test_phone_numbers_need_a_country():
    for wrong in ("069 123 4567", "+355", "+0123456789", "call me"):
        with pytest.raises(BadInput, match="country code"):
            field(type="phone").load([wrong], context())
    assert field(type="phone").check("069", context()) != []


ALBANIAN = "AL47212110090000000235698741"


@pytest.mark.parametrize(
    "text",
    [
        ALBANIAN,
        "AL47 2121 1009 0000 0002 3569 8741",
        "al47-2121-1009-0000-0002-3569-8741",
        f"IBAN: {ALBANIAN}",
    ],
)
def test_iban_is_read_with_spaces_and_hyphens(text):
    assert field(type="iban").load([text], context()) == ALBANIAN


def test_iban():
    account = field(type="iban", countries=["AL", "IT"])
    assert account.check(ALBANIAN, context()) == []
    assert account.check(f"{ALBANIAN[:-1]}2", context()) == [
        "Check this IBAN: a digit seems to be wrong or missing."
    ]
    assert account.check("AL47 2121 1009 0000 0002 3569 8741", context()) != []
    german = str(IBAN.generate("DE", bank_code="37040044", account_code="0532013000").compact)
    assert account.check(german, context()) == ["Enter an account in one of these countries: AL, IT."]
    assert account.display(ALBANIAN, "en") == "AL47 2121 1009 0000 0002 3569 8741"
    assert account.load([account.dump(ALBANIAN, context())], context()) == ALBANIAN
    assert account.csv_values(ALBANIAN) == [ALBANIAN]
    assert account.pdf_rows(ALBANIAN, "en") == [Line("Question", "AL47 2121 1009 0000 0002 3569 8741")]
    with pytest.raises(BadInput, match="Check this IBAN"):
        account.load(["AL00 0000"], context())


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("al_nipt", "j 91402501 l", "J91402501L"),
        ("it_codicefiscale", "rccmnl 83s18 d969h", "RCCMNL83S18D969H"),
        ("gr_vat", "EL 094259216", "094259216"),
    ],
)
def test_tax_number(kind, text, expected):
    number = field(type="tax_number", kind=kind)
    assert number.load([text], context()) == expected
    assert number.check(expected, context()) == []
    assert number.check(text, context()) != []
    assert number.display(expected, "en") == expected
    assert number.csv_values(expected) == [expected]
    assert number.pdf_rows(expected, "en") == [Line("Question", expected)]
    with pytest.raises(BadInput, match="Check this tax number"):
        number.load(["12"], context())
