"""Snapshot and HTML: frozen once, complete, the same text each time, and safe whatever the facts hold."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from fundflow.documents import Letter
from fundflow.documents.render import render_html
from fundflow.documents.snapshot import canonical, digest, plain
from fundflow.platform.cel import CelFault
from fundflow.platform.sandbox import TextFault
from tests.documents.letters import (
    AT,
    AWARD,
    AWARD_FACTS,
    CODE,
    GREEK,
    GREEK_FACTS,
    eur,
    one_text,
    snapshot_of,
)


def test_a_snapshot_holds_what_the_letter_declares_and_nothing_else():
    snapshot = snapshot_of(AWARD, AWARD_FACTS, "sq")
    assert set(snapshot["facts"]) == {"applicant", "award", "tranches"}
    assert "secret" not in canonical(snapshot).decode()
    assert snapshot["languages"] == ["sq", "en"]
    assert (snapshot["issued_at"], snapshot["issued_on"]) == ("2026-11-22T15:30:00Z", "2026-11-22")
    assert snapshot["letter"]["sha256"] == digest(AWARD.model_dump(mode="json", exclude_none=True))


def test_conditions_are_decided_when_the_letter_is_frozen():
    texts = [
        block["text"]["sq"]
        for block in snapshot_of(AWARD, AWARD_FACTS, "sq")["letter"]["body"]
        if "text" in block
    ]
    assert texts[1:] == ["Ankimi: {{ award.appeal_days }} ditë."]
    with pytest.raises(CelFault):
        snapshot_of(AWARD, {**AWARD_FACTS, "award": {}}, "sq")


def test_the_issue_day_is_that_of_the_time_zone():
    late = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert snapshot_of(GREEK, GREEK_FACTS, "el", issued_at=late)["issued_on"] == "2027-01-01"


def test_plain_values():
    some = uuid.uuid4()
    assert plain(
        {
            "d": Decimal("1.50"),
            "on": date(2026, 1, 2),
            "at": AT,
            "id": some,
            "t": ("a\x00\x07b", 1, None, True),
        }
    ) == {
        "d": "1.50",
        "on": "2026-01-02",
        "at": "2026-11-22T15:30:00Z",
        "id": str(some),
        "t": ["ab", 1, None, True],
    }
    for bad in (1.5, object(), {"x": {1, 2}}, b"bytes"):
        with pytest.raises(TypeError):
            plain(bad)
    endless: list = []
    endless.append(endless)
    with pytest.raises(ValueError, match="nest too deeply"):
        plain(endless)
    with pytest.raises(ValueError, match="too many"):
        plain(list(range(60_000)))


def test_a_missing_fact_is_refused_before_anything_is_issued():
    with pytest.raises(KeyError, match="tranches"):
        snapshot_of(AWARD, {"applicant": {}, "award": {}}, "sq")


def test_the_page_says_everything_in_both_languages():
    html = render_html(snapshot_of(AWARD, AWARD_FACTS, "sq")).replace("\u00a0", " ")
    for expected in (
        '<html lang="sq">',
        '<article lang="en" class="courtesy">',
        "<title>Vendim për dhënien e grantit · SUF-AWD-2026-0001</title>",
        "<p>E nderuara Blerta Çelaj-Hoxhë,</p>",
        "<strong>12 345,67 €</strong>",
        "<strong>€12,345.67</strong>",
        "Via dell&#39;Università 14<br>20122 Milano",
        '<td class="start whole">10 dhj 2026</td>',
        '<td class="end">10 000,00 €</td>',
        "Courtesy translation. The text in Albanian is the binding one.",
        f"https://grants.office.example/check/{CODE}",
        'content="2026-11-22T15:30:00Z"',
    ):
        assert expected in html
    assert html.count('<tr class="total">') == 2
    assert html.count('class="signature"') == 2, "a courtesy translation is not signed"


def test_the_same_snapshot_gives_the_same_page():
    assert render_html(snapshot_of(AWARD, AWARD_FACTS, "sq")) == render_html(
        snapshot_of(AWARD, AWARD_FACTS, "sq")
    )


def test_an_empty_table_says_so_and_a_dash_stands_for_nothing():
    assert '<p class="empty">Κανένα.</p>' in render_html(snapshot_of(GREEK, GREEK_FACTS, "el"))
    facts = {"case": {**GREEK_FACTS["case"], "files": [{"name": None}, {"name": True}]}}
    html = render_html(snapshot_of(GREEK, facts, "el"))
    assert "<td" in html
    assert ">–</td>" in html
    assert ">ναι</td>" in html


def test_columns_of_two_currencies_do_not_add_up():
    mixed = {**AWARD_FACTS, "tranches": [*AWARD_FACTS["tranches"]]}
    mixed["tranches"][1] = {**mixed["tranches"][1], "amount": {"minor": 1, "currency": "ALL"}}
    with pytest.raises(TextFault, match="currencies differ"):
        render_html(snapshot_of(AWARD, mixed, "sq"))


def test_a_missing_value_is_an_error_with_its_name():
    with pytest.raises(TextFault, match="'nothing' is missing"):
        render_html(snapshot_of(one_text("{{ case.nothing }}"), {"case": {}}, "en"))
    rows = [{"amount": eur(1)}]
    with pytest.raises(TextFault, match="'number' is missing"):
        render_html(snapshot_of(AWARD, {**AWARD_FACTS, "tranches": rows}, "sq"))


HOSTILE = (
    '"><script>alert(1)</script><img src="file:///etc/passwd"><style>@import url(http://127.0.0.1:9)</style>'
)


def test_hostile_facts_and_hostile_wording_stay_text():
    letter = Letter.model_validate(
        {
            "title": {"en": HOSTILE},
            "prefix": "TST",
            "facts": ["case"],
            "to": {"en": HOSTILE + "{{ case.name }}"},
            "body": [
                {"text": {"en": HOSTILE + "{{ case.name }}"}},
                {"heading": {"en": HOSTILE}},
                {"details": [{"label": {"en": HOSTILE}, "value": {"en": HOSTILE}}]},
                {"list": "case.rows", "item": {"en": HOSTILE + "{{ item.name }}"}},
                {
                    "table": "case.rows",
                    "columns": [{"key": "name", "label": {"en": HOSTILE}}],
                    "caption": {"en": HOSTILE},
                },
                {"signatures": [{"en": HOSTILE}]},
            ],
        }
    )
    facts = {"case": {"name": HOSTILE, "rows": [{"name": HOSTILE}]}}
    html = render_html(
        snapshot_of(
            letter, facts, "en", office={"name": HOSTILE, "address": HOSTILE, "programme": {"en": HOSTILE}}
        )
    )
    assert html.count("<script") == html.count("@import url(http://127.0.0.1:9)</style>") == 0
    assert html.count("<img") == 1, "the QR code is the only picture"
    assert "{{" not in html


def test_values_are_never_read_as_templates():
    html = render_html(
        snapshot_of(one_text("{{ case.name }}"), {"case": {"name": "{{ 7 * 7 }} **x**"}}, "en")
    )
    assert "<p>{{ 7 * 7 }} **x**</p>" in html
