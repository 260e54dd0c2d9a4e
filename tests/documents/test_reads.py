"""A paper carries what it says and nothing else of the facts it was given."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pikepdf
import pytest

from fundflow.documents import Letter
from fundflow.documents.reads import PRESENT
from fundflow.documents.service import make_pdf
from fundflow.documents.snapshot import canonical
from tests.documents.letters import AWARD, AWARD_FACTS, eur, one_text, snapshot_of

CASE: dict[str, Any] = {
    "name": "E. Ç.",
    "born_on": "2010-05-06",
    "guardian": {"name": "Drita", "iban": "AL35202111090000000001234567"},
    "phones": ["+355 69 000 0001"],
    "goods": [
        {
            "title": "Oven",
            "price": {"minor": 900, "currency": "EUR"},
            "vendor": {"name": "V", "iban": "AL12"},
        },
        {"title": "Table", "price": None, "vendor": {"name": "W", "iban": "AL13"}},
    ],
}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("{{ case.name }}", {"name": "E. Ç."}),
        ("{{ case['name'] | upper }}", {"name": "E. Ç."}),
        ("{{ case.guardian.name }}", {"guardian": {"name": "Drita"}}),
        ("{% if case.guardian %}x{% endif %}", {"guardian": PRESENT}),
        ("{% if not case.guardian %}x{% endif %}", {"guardian": PRESENT}),
        ("{% if case.guardian is none %}x{% endif %}", {"guardian": PRESENT}),
        ("{% if case.guardian %}{{ case.guardian.name }}{% endif %}", {"guardian": {"name": "Drita"}}),
        ("{% if case.guardian.name == 'D' %}x{% endif %}", {"guardian": {"name": "Drita"}}),
        ("{{ 'x' if case.guardian else case.name }}", {"guardian": PRESENT, "name": "E. Ç."}),
        ("{{ case.goods | length }}", {"goods": [{}, {}]}),
        ("{{ case.phones | length }}", {"phones": [None]}),
        ("{% if case.phones %}x{% endif %}", {"phones": [None]}),
        ("{{ case.phones | join(', ') }}", {"phones": CASE["phones"]}),
        ("{{ case.phones[0] }}", {"phones": CASE["phones"]}),
        ("{{ (case.goods | first).title }}", {"goods": [{"title": "Oven"}, {"title": "Table"}]}),
        (
            "{{ case.goods[0].vendor.name }}",
            {"goods": [{"vendor": {"name": "V"}}, {"vendor": {"name": "W"}}]},
        ),
        (
            "{% for good in case.goods if good.price %}{{ loop.index }} {{ good.title }}{% endfor %}",
            {"goods": [{"title": "Oven", "price": PRESENT}, {"title": "Table", "price": None}]},
        ),
        (
            "{% for good in case.goods if good.price %}{{ good.price }}{% endfor %}",
            {"goods": [{"price": eur(900)}, {"price": None}]},
        ),
    ],
)
def test_what_a_text_reads_is_kept(text, kept):
    assert snapshot_of(one_text(text), {"case": CASE}, "en")["facts"] == {"case": kept}


def test_a_fact_that_is_declared_and_never_read_is_left_out():
    assert snapshot_of(one_text("nothing"), {"case": CASE}, "en")["facts"] == {}


def test_what_tables_lists_and_signatures_read_is_kept():
    letter = Letter.model_validate(
        {
            "title": {"en": "Test"},
            "prefix": "TST",
            "facts": ["case"],
            "body": [
                {
                    "table": "case.goods",
                    "columns": [{"key": "price", "label": {"en": "Price"}, "total": True}],
                },
                {"list": "case.goods", "item": {"en": "{{ item.vendor.name }}"}},
                {"list": "case.phones", "item": {"en": "one"}},
                {"signatures": [{"en": "{{ case.guardian.name }}"}]},
            ],
        }
    )
    goods = [
        {"price": eur(900), "vendor": {"name": "V"}},
        {"price": None, "vendor": {"name": "W"}},
    ]
    assert snapshot_of(letter, {"case": CASE}, "en")["facts"] == {
        "case": {"goods": goods, "phones": [None], "guardian": {"name": "Drita"}}
    }


def test_what_conditions_decided_with_is_not_kept():
    block = {"when": "case.born_on > '2008-11-22'", "text": {"en": "{{ case.name }}"}}
    letter = Letter.model_validate(
        {"title": {"en": "Test"}, "prefix": "TST", "facts": ["case"], "body": [block]}
    )
    snapshot = snapshot_of(letter, {"case": CASE}, "en")
    assert snapshot["facts"] == {"case": {"name": "E. Ç."}}
    assert len(snapshot["letter"]["body"]) == 1


def test_only_the_languages_that_are_written_count():
    words = {"en": "{{ case.name }}", "it": "{{ case.born_on }}"}
    letter = Letter.model_validate(
        {"title": {"en": "Test"}, "prefix": "TST", "facts": ["case"], "body": [{"text": words}]}
    )
    assert snapshot_of(letter, {"case": CASE}, "en")["facts"] == {"case": {"name": "E. Ç."}}
    assert snapshot_of(letter, {"case": CASE}, "it")["facts"] == {"case": {"born_on": "2010-05-06"}}


def test_a_value_that_no_text_reads_is_nowhere_in_the_pdf():
    planted = "CANARY-AL35202111090000000001234567"
    facts = {
        **AWARD_FACTS,
        "applicant": {**AWARD_FACTS["applicant"], "iban": planted},
        "tranches": [{**row, "payee": {"iban": planted}} for row in AWARD_FACTS["tranches"]],
    }
    snapshot = snapshot_of(AWARD, facts, "sq")
    assert planted not in canonical(snapshot).decode()
    with pikepdf.open(BytesIO(make_pdf(snapshot))) as pdf:
        streams = [item.read_bytes() for item in pdf.objects if isinstance(item, pikepdf.Stream)]
    assert any(b"Blerta" in each for each in streams)
    assert not any(planted.encode() in each for each in streams)
