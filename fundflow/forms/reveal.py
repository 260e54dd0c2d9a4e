"""Which show_if conditions a browser can follow by itself: those that compare an answer with fixed texts."""

from __future__ import annotations

import re

Clause = dict[str, str | list[str]]

_EQUALS = re.compile(r"\w\.(\w+) (==|!=) '([^'\\]*)'")
_IN = re.compile(r"\w\.(\w+) in \[((?:'[^'\\]*'(?:, ?)?)+)\]")
_HAS = re.compile(r"'([^'\\]*)' in \w\.(\w+)")


def clauses(condition: str, name: str = "a") -> list[Clause] | None:
    """The condition on `a` (or `r`) as clauses that must all hold: `{"q": question, "in" or "not": [texts]}`.

    None when the browser cannot follow it.
    """
    if not set(re.findall(r"\b(\w)\.", condition)) <= {name}:
        return None
    found = [_clause(" ".join(part.split()).replace('"', "'")) for part in condition.split("&&")]
    return None if None in found else [clause for clause in found if clause is not None]


def meets(clause: Clause, answer: str) -> bool:
    """Whether one answer meets a clause, as CEL would say."""
    return answer not in clause["not"] if "not" in clause else answer in clause["in"]


def _clause(text: str) -> Clause | None:
    if equal := _EQUALS.fullmatch(text):
        return {"q": equal[1], "in" if equal[2] == "==" else "not": [equal[3]]}
    if within := _IN.fullmatch(text):
        return {"q": within[1], "in": re.findall(r"'([^']*)'", within[2])}
    if contains := _HAS.fullmatch(text):
        return {"q": contains[2], "in": [contains[1]]}
    return None
