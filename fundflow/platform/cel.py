"""Conditions of definitions in CEL (Common Expression Language): compiled once, bounded, over named values.

What an expression sees: the names its caller allows (`a`, `v`, `today`, ...) and nothing else. Text, lists,
maps, booleans and null are themselves; money is an int of minor units; a date is its ISO text, so that
`a.start_on >= today` compares right. A Decimal becomes an int when it is whole and a double otherwise: good
for comparing, and the reason why money is never computed here (fundflow.forms.arithmetic does that exactly).

Bounds: 500 characters, no macros (`all`, `exists`, `exists_one`, `map`, `filter`: nested ones can take for
ever), no callbacks into Python. A fault at run time (missing value, null compared with a number, division by
zero, overflow) raises CelFault; the caller decides what an answer that cannot be known means.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from types import ModuleType
from typing import Any

# The package imports its own command line with its engine: 200 modules and 14 MB that no process here needs.
sys.modules.setdefault("cel.cli", ModuleType("cel.cli"))

import cel  # noqa: E402 - see above

LONGEST = 500
MACROS = (
    "all",
    "exists",
    "exists_one",
    "existsOne",
    "map",
    "filter",
    "bind",
    "sortBy",
    "optMap",
    "optFlatMap",
)

_TEXT = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"")
_MACRO = re.compile(rf"\.\s*({'|'.join(MACROS)})\s*\(")
_CONVERSIONS = {"int", "uint", "double", "string", "timestamp", "duration"}
_FUNCTIONS = {"size", "has", "contains", "startsWith", "endsWith", "matches"} | _CONVERSIONS


class CelFault(ValueError):
    """An expression that does not compile, breaks a bound, or cannot be evaluated on these values."""


class Scope:
    """Values made ready once for many expressions: converting sixty answers costs more than evaluating."""

    __slots__ = ("context", "values")

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = {name: plain(value) for name, value in values.items()}
        self.context = cel.Context(variables=self.values)


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression; `names` are the top-level names it reads, `members` the `a.x` pairs."""

    text: str
    program: Any
    names: frozenset[str]
    members: frozenset[tuple[str, str]]

    def evaluate(self, values: Mapping[str, Any] | Scope) -> Any:
        """The value over a mapping or a prepared scope; raises CelFault when it cannot be known."""
        scope = values if isinstance(values, Scope) else Scope(values)
        try:
            return self.program.execute(scope.context)
        except (KeyError, TypeError, ValueError, ArithmeticError, RuntimeError) as fault:
            raise CelFault(f"{self.text}: {fault}") from fault

    def holds(self, values: Mapping[str, Any] | Scope) -> bool:
        """Whether the condition is true; raises CelFault when it is neither true nor false."""
        result = self.evaluate(values)
        if not isinstance(result, bool):
            raise CelFault(f"{self.text}: is {result!r}, neither true nor false")
        return result


def compile(text: str, names: frozenset[str]) -> Expression:  # noqa: A001 - the word of the matter: cel.compile
    """Compile an expression that may read `names`; cached; raises CelFault with the reason."""
    return _compile(text, frozenset(names))


@lru_cache(maxsize=4096)
def _compile(text: str, names: frozenset[str]) -> Expression:
    if len(text) > LONGEST:
        raise CelFault(f"a condition has at most {LONGEST} characters, this one has {len(text)}")
    bare = _TEXT.sub("''", text)
    if macro := _MACRO.search(bare):
        raise CelFault(f"{text}: the macro {macro[1]!r} is not available in conditions")
    try:
        program = cel.compile(text)
    except ValueError as fault:
        raise CelFault(str(fault)) from fault
    used = program.references()
    if unknown := set(used["variables"]) - names:
        raise CelFault(f"{text}: unknown name {', '.join(sorted(unknown))}")
    if strange := {f for f in used["functions"] if f.isidentifier() and not f.startswith("_")} - _FUNCTIONS:
        raise CelFault(f"{text}: unknown function {', '.join(sorted(strange))}")
    return Expression(text, program, frozenset(used["variables"]), _members(bare, names))


def _members(bare: str, names: frozenset[str]) -> frozenset[tuple[str, str]]:
    """The `name.member` pairs of an expression without its texts."""
    pairs = re.findall(r"(?<![\w.])([A-Za-z_]\w*)\s*\.\s*([A-Za-z_]\w*)", bare)
    return frozenset((name, member) for name, member in pairs if name in names)


def plain(value: Any) -> Any:
    """A value as CEL knows it: dates as ISO text, whole Decimals as ints, other Decimals as doubles."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
