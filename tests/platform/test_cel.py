"""Conditions: what they see, what bounds them, and how they fail."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from fundflow.platform import cel

NAMES = frozenset({"a", "v", "today"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.total <= v.ceiling_minor", True),
        ("a.share >= 12.5 && a.jobs > 1", True),
        ("a.start_on < today", True),
        ("a.start_on >= '2026-01-01'", False),
        ("'sq' in a.languages", True),
        ("size(a.languages) == 3", False),
        ("a.note == null", True),
        ("has(a.nothing)", False),
    ],
)
def test_conditions_read_plain_values(text, expected):
    values = {
        "a": {
            "total": 10_000, "share": Decimal("12.5"), "jobs": Decimal(2), "start_on": date(2025, 5, 1),
            "languages": ["sq", "it"], "note": None,
        },
        "v": {"ceiling_minor": 10_000},
        "today": date(2026, 1, 1),
    }  # fmt: skip
    assert cel.compile(text, NAMES).holds(values) is expected
    assert cel.compile(text, NAMES).holds(cel.Scope(values)) is expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a.x ==", "Syntax error"),
        ("b.x == 1", "unknown name b"),
        ("a.rows.all(a, a > 1)", "macro 'all'"),
        ("a.rows . map (a, a)", "macro 'map'"),
        ("open(a.x)", "unknown function open"),
        ("a.x == '" + "y" * 500 + "'", "at most 500 characters"),
    ],
)
def test_what_does_not_compile_says_why(text, reason):
    with pytest.raises(cel.CelFault, match=reason):
        cel.compile(text, NAMES)


def test_a_word_inside_a_text_is_no_macro():
    assert cel.compile("a.x == '.map(x'", NAMES).holds({"a": {"x": ".map(x"}}) is True


@pytest.mark.parametrize("text", ["a.missing == 1", "a.n > 1", "1 / a.zero == 1", "a.zero * 2", "a.n"])
def test_what_cannot_be_known_is_a_fault(text):
    with pytest.raises(cel.CelFault):
        cel.compile(text, NAMES).holds({"a": {"n": None, "zero": 0}})


def test_an_expression_names_what_it_reads():
    compiled = cel.compile("a.x == 'v.y' && v.z > 1 || a.x == today", NAMES)
    assert compiled.members == {("a", "x"), ("v", "z")}
    assert compiled.names == {"a", "v", "today"}
    assert cel.compile(compiled.text, NAMES) is compiled
