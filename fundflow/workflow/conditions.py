"""Conditions of moves in CEL: as in fundflow.platform.cel, with names checked to the last dot before use."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from itertools import pairwise
from typing import Any

from fundflow.platform import cel

Scope = Collection[str] | Mapping[str, Any]
"""The names a text may use: a set of names, or a map from name to the names inside it (None: anything)."""

Path = tuple[str, ...]

_MACROS = frozenset(
    {*cel.MACROS, "existsOne", "bind", "optMap", "optFlatMap", "sortBy"}
    | {"transformList", "transformMap", "transformMapEntry"}
)
_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*)
    |(?P<text>[rRbB]{0,2}(?:'''.*?'''|\"\"\".*?\"\"\"|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"))
    |(?P<number>(?:0x[0-9a-fA-F]+|\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)[uU]?)
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<mark>.)""",
    re.VERBOSE | re.DOTALL,
)
_WORDS = frozenset({"true", "false", "null", "in"})
_DOT = ("mark", ".")

Token = tuple[str, str]


class ConditionFault(cel.CelFault):
    """A condition that cannot be read or cannot be answered; the message says why."""


class Condition:
    """A compiled yes-or-no question; `paths` are the dotted names it reads.

    Raises ConditionFault when the text is too long, walks through lists, or names what is not in scope.
    """

    __slots__ = ("_expression", "paths", "text")

    def __init__(self, text: str, names: Scope) -> None:
        self.text = text
        tokens = [] if len(text) > cel.LONGEST else _tokens(text)
        _refuse_macros(tokens)
        self.paths = _paths(tokens)
        for path in sorted(self.paths):
            _check_path(path, names)
        try:
            self._expression = cel.compile(text, frozenset(names))
        except cel.CelFault as fault:
            raise ConditionFault(_in_short(str(fault))) from fault

    def holds(self, values: Mapping[str, Any], unanswered: bool | None = None) -> bool:
        """Whether it is true over plain values (money in minor units, dates as ISO text).

        `unanswered` is the answer while a value it names is missing or null. Raises ConditionFault for such a
        value when `unanswered` is None, and whenever the answer is neither true nor false.
        """
        try:
            return self._expression.holds(values)
        except cel.CelFault as fault:
            gap = self._gap(values)
            if gap and unanswered is not None:
                return unanswered
            reason = f"'{self.text}' needs {gap}, which has no value" if gap else _in_short(str(fault))
            raise ConditionFault(reason) from fault

    def _gap(self, values: Mapping[str, Any]) -> str:
        for path in sorted(self.paths):
            inside: Any = values
            for step in path:
                if not isinstance(inside, Mapping):
                    break
                inside = inside.get(step)
                if inside is None:
                    return ".".join(path)
        return ""


def did_you_mean(word: str, known: Collection[str]) -> str:
    """The nearest known word as "; did you mean 'x'?", else nothing."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean '{near[0]}'?" if near else ""


def _tokens(text: str) -> list[Token]:
    found = _TOKEN.finditer(text)
    return [(str(token.lastgroup), token.group()) for token in found if token.lastgroup != "space"]


def _refuse_macros(tokens: list[Token]) -> None:
    for (kind, name), (_, after) in pairwise(tokens):
        if kind == "name" and after == "(" and name in _MACROS:
            raise ConditionFault(f"'{name}' walks through lists and is not allowed in conditions")


def _paths(tokens: list[Token]) -> frozenset[Path]:
    """Every dotted name the text reads, without the functions called on it."""
    found: set[Path] = set()
    for position, (kind, word) in enumerate(tokens):
        after_dot = position > 0 and tokens[position - 1] == _DOT
        if kind == "name" and word not in _WORDS and not after_dot:
            found.add(_read_path(tokens, position))
    return frozenset(found - {()})


def _read_path(tokens: list[Token], start: int) -> Path:
    path = [tokens[start][1]]
    position = start + 1
    while tokens[position : position + 1] == [_DOT] and _is_name(tokens, position + 1):
        path.append(tokens[position + 1][1])
        position += 2
    if tokens[position : position + 1] == [("mark", "(")]:
        path.pop()
    return tuple(path)


def _is_name(tokens: list[Token], position: int) -> bool:
    return position < len(tokens) and tokens[position][0] == "name"


def _check_path(path: Path, names: Scope) -> None:
    inside: Scope | None = names
    for depth, step in enumerate(path):
        if inside is None:
            return
        if step not in inside:
            whole = ".".join((*path[:depth], step))
            raise ConditionFault(f"unknown name '{whole}'{did_you_mean(step, inside)}")
        inside = inside[step] if isinstance(inside, Mapping) else None


def _in_short(fault: str) -> str:
    syntax = re.search(r"ERROR: <input>:\d+:(\d+): (?:Syntax error: )?(.*)", fault)
    if syntax:
        what = syntax.group(2).split(" expecting")[0][:120]
        return f"this is not a condition: {what} (at character {syntax.group(1)})"
    return fault.partition("CEL does not coerce")[0].strip()
