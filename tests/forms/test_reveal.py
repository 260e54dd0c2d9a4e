"""Conditions that a browser can follow, and those that only the server knows."""

from __future__ import annotations

import pytest

from fundflow.forms.reveal import clauses


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("a.x == 'y'", [{"q": "x", "in": ["y"]}]),
        ('a.x  ==  "y"', [{"q": "x", "in": ["y"]}]),
        ("a.x != 'y'", [{"q": "x", "not": ["y"]}]),
        ("a.x in ['y', 'z']", [{"q": "x", "in": ["y", "z"]}]),
        ("'y' in a.x", [{"q": "x", "in": ["y"]}]),
        ("a.x == 'y' && a.z != 'q'", [{"q": "x", "in": ["y"]}, {"q": "z", "not": ["q"]}]),
        ("a.x == 'y' || a.z == 'q'", None),
        ("a.n > 3", None),
        ("v.x == 'y'", None),
        ("a.x == 'a && b'", None),
    ],
)
def test_clauses(condition, expected):
    assert clauses(condition) == expected
    if expected:
        assert clauses(condition.replace("a.", "r."), "r") == expected
