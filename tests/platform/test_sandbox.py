"""Texts of programme files: what they may do, what they may not, and how values read in four languages."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from fundflow.platform.sandbox import LONGEST_TEXT, TextFault, check, render

VALUES = {
    "a": {
        "name": "Ana <b>",
        "amount": {"minor": 123456789, "currency": "EUR"},
        "words": {"en": "eligible", "sq": "i pranueshëm"},
        "on": "2026-11-03",
        "at": "2026-11-03T10:00:00Z",
        "list": ["x", "y"],
        "none": None,
        "score": "72.5",
        "many": list(range(200)),
    }
}


def test_values_read_as_in_the_language():
    shown = {
        language: render("{{ a.amount }} | {{ a.on }} | {{ a.at }} | {{ a.score | number }}", VALUES,
                         language=language, timezone="Europe/Tirane").replace("\u00a0", " ")
        for language in ("en", "sq", "it", "el")
    }  # fmt: skip
    assert shown == {
        "en": "€1,234,567.89 | 3 November 2026 | 3 November 2026, 11:00 | 72.5",
        "sq": "1 234 567,89 € | 3 nëntor 2026 | 3 nëntor 2026, 11:00 | 72,5",
        "it": "1.234.567,89 € | 3 novembre 2026 | 3 novembre 2026, 11:00 | 72,5",
        "el": "1.234.567,89 € | 3 Νοεμβρίου 2026 | 3 Νοεμβρίου 2026, 11:00 | 72,5",
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ a.words }}", "i pranueshëm"),
        ("{{ a.amount.minor | money('ALL') }}", "1 234 567,89 Lekë"),
        ("{{ a.list | join(', ') }}", "x, y"),
        (
            "{% for x in a.list %}{{ loop.index }}{{ x }}{% if not loop.last %};{% endif %}{% endfor %}",
            "1x;2y",
        ),
        ("{% if a.none %}yes{% else %}no{% endif %}", "no"),
        ("{{ a.name if a.none is none else 'x' }}", "Ana <b>"),
        ("{{ 85 | percent }} {{ 12345.678 | number(1) }}", "85 % 12 345,7"),
        ("{{ a['name'] ~ '!' }}", "Ana <b>!"),
        ("Line one\nline **two**", "Line one\nline **two**"),
    ],
)
def test_what_authors_write(text, expected):
    assert render(text, VALUES, language="sq").replace("\u00a0", " ") == expected


def test_html_escapes_author_and_value_alike():
    text = "A **{{ a.name }}** & <i>\n\nTwo\nlines\n\n{% if a.none %}gone{% endif %}\n\n{{ a.list | lines }}"
    assert render(text, VALUES, language="en", kind="prose") == (
        "<p>A <strong>Ana &lt;b&gt;</strong> &amp; &lt;i&gt;</p><p>Two<br>lines</p><p>x<br>y</p>"
    )
    assert render("x\ny <br>", {}, language="en", kind="inline") == "x y &lt;br&gt;"


@pytest.mark.parametrize(
    "text",
    [
        "{{ a.__class__ }}",
        "{{ a['__class__'] }}",
        "{{ a.items() }}",
        "{{ ''.join(a.list) }}",
        "{{ a | attr('name') }}",
        "{{ a | map(attribute='x') | list }}",
        "{% set x = 1 %}",
        "{{ 2 ** 99999 }}",
        "{{ 'a' * 999999999 }}",
        "{{ unknown }}",
        "{{ range(9) }}",
        "{{ self }}",
        "{{ loop }}",
        "{{ a.list[0:1] }}",
        "{{ a[a.name] }}",
        "{% include 'mail.txt' %}",
        "{% import 'x' as y %}",
        "{% extends 'x' %}",
        "{% block x %}{% endblock %}",
        "{% macro x() %}{% endmacro %}",
        "{% filter upper %}x{% endfilter %}",
        "{% for x in a.list recursive %}{{ loop(x) }}{% endfor %}",
        "{{ {'x': 1} }}",
        "{{ a is callable }}",
        "{{ a.name | counted }}",
        "{{ cycler }} {{ joiner }} {{ namespace }} {{ lipsum }}",
        "{% for x in a.list %}{% for y in a.list %}{% for z in a.list %}{% endfor %}{% endfor %}{% endfor %}",
        "{{ a.name",
        "x" * (LONGEST_TEXT + 1),
        "{{ " + "(" * 5000 + "a" + ")" * 5000 + " }}",
    ],
)
def test_a_hostile_text_is_found_by_the_check_and_refused_again_when_rendered(text):
    assert check(text, {"a"})
    with pytest.raises(TextFault):
        render(text, VALUES, language="en")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{{ a.missing }}", "the value 'missing' is missing"),
        ("{{ a.missing.deeper }}", "the value 'missing' is missing"),
        ("{{ a.keys }}", "the value 'keys' is missing"),
        ("{{ a.name.upper }}", "the value 'upper' is missing"),
        ("{{ a.none }}", "a value is empty"),
        ("{{ a.list }}", "a list has no wording"),
        ("{{ a }}", "a group of values has no wording"),
        ("{{ a.name | date }}", "Invalid isoformat string"),
        ("{{ a.name | money }}", "an amount is a whole number"),
        ("{% for x in a.name %}{% endfor %}", "a loop goes over a list"),
        ("{% for x in a.missing %}{% endfor %}", "missing"),
        ("{% for x in a.many %}{% for y in a.many %}{% endfor %}{% endfor %}", "more than 20000 rounds"),
    ],
)
def test_a_value_that_does_not_fit_is_an_error(text, says):
    assert check(text, {"a"}) == []
    with pytest.raises(TextFault, match=says):
        render(text, VALUES, language="en")


def test_an_endless_text_is_stopped():
    values = {"a": {"many": [1] * 9999, "long": "x" * 9999}}
    with pytest.raises(TextFault, match="grows beyond"):
        render("{% for x in a.many %}{{ a.long }}{% endfor %}", values, language="en")


def test_python_dates_and_decimals_are_shown_too():
    assert render("{{ d }} {{ n }}", {"d": "2026-01-31", "n": Decimal("1234.50")}, language="it") == (
        "31 gennaio 2026 1.234,5"
    )
    assert render("{{ d | date('short') }}", {"d": date(2026, 1, 31)}, language="it") == "31/01/26"


def test_findings_name_the_line():
    assert [(finding.line, finding.message) for finding in check("fine\n\n{{ b.x }}", {"a"})] == [
        (3, "unknown name 'b'; in scope are a")
    ]
    assert [finding.message for finding in check("**open", set(), kind="prose")] == [
        "** is opened and never closed"
    ]
