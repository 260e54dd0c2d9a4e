"""Conditions for the browser: the same CEL, parsed once into a tree that forms.js works out while a person writes.

A tree is a list `[operator, ...]`, a constant `{"c": value}` or `{"n": "12.5"}`, or an answer on the page
`{"q": "jobs", "as": "number"}`. Values of the programme, the day and answers of other pages are constants of the
page. What the browser cannot follow has no tree: only the server decides it, as it decides all of them again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from fundflow.forms import definition as d
from fundflow.forms import fields, numbers
from fundflow.forms.fields.chosen_money import ChosenMoneyField
from fundflow.forms.fields.money import MoneyField
from fundflow.forms.fields.rows import RowsField
from fundflow.platform import cel, money

Node = list[Any] | dict[str, Any]

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'[^'\\]*'|\"[^\"\\]*\")|(?P<number>\d+(?:\.\d+)?)|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<sign>\|\||&&|[=!<>]=|[-!<>+*()\[\],.]))"
)
_BINDS = {
    "||": 1,
    "&&": 2,
    "==": 3,
    "!=": 3,
    "<": 3,
    "<=": 3,
    ">": 3,
    ">=": 3,
    "in": 3,
    "+": 4,
    "-": 4,
    "*": 5,
}
_KINDS = {
    "text": "text", "long_text": "text", "email": "text", "phone": "text", "iban": "text", "tax_number": "text",
    "url": "text", "choice": "text", "yes_no": "text", "yes_no_na": "text", "code": "text", "date": "day",
    "number": "number", "percentage": "number", "choices": "list", "codes": "list", "declaration": "flag",
}  # fmt: skip
_CENTS = 2
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None}


class _Beyond(Exception):
    """The browser cannot follow this."""


@lru_cache(maxsize=2048)
def parse(text: str) -> Node | None:
    """The tree of a condition with names still in it (`{"name": ["a", "jobs"]}`), None when it says more."""
    try:
        return _Parser(text).whole()
    except _Beyond:
        return None


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        at, text = 0, text.strip()
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None:
                raise _Beyond
            kind = str(found.lastgroup)
            self.tokens.append((kind, found[kind]))
            at = found.end()
        self.tokens.append(("end", ""))
        self.at = 0

    def whole(self) -> Node:
        tree = self.expression(0)
        if self.tokens[self.at][0] != "end":
            raise _Beyond
        return tree

    def take(self, *signs: str) -> bool:
        if self.tokens[self.at][1] in signs and self.tokens[self.at][0] in ("sign", "name"):
            self.at += 1
            return True
        return False

    def need(self, sign: str) -> None:
        if not self.take(sign):
            raise _Beyond

    def expression(self, least: int) -> Node:
        left = self.single()
        while (sign := self.tokens[self.at][1]) in _BINDS and self.tokens[self.at][0] != "text":
            if _BINDS[sign] <= least:
                break
            self.at += 1
            left = [sign, left, self.expression(_BINDS[sign])]
            if sign in "+-*" and any("." in str(side) for side in left[1:] if isinstance(side, dict)):
                raise _Beyond  # CEL does not mix whole numbers with others
        return left

    def single(self) -> Node:
        kind, said = self.tokens[self.at]
        self.at += 1
        if kind == "text":
            return {"c": said[1:-1]}
        if kind == "number":
            return {"n": said}
        if kind == "name":
            return self.named(said)
        if said == "!":
            return ["!", self.single()]
        if said == "(":
            inner = self.expression(0)
            self.need(")")
            return inner
        if said == "[":
            return self.listed()
        raise _Beyond

    def named(self, said: str) -> Node:
        if said in _WORDS:
            return {"c": _WORDS[said]}
        if said == "size":
            self.need("(")
            inner = self.expression(0)
            self.need(")")
            return ["size", inner]
        path = [said]
        while self.take("."):
            kind, part = self.tokens[self.at]
            self.at += 1
            if kind != "name":
                raise _Beyond
            path.append(part)
        if self.tokens[self.at][1] == "(":
            raise _Beyond
        return {"name": path}

    def listed(self) -> Node:
        items: list[Node] = []
        while not self.take("]"):
            items.append(self.single())
            if not self.take(","):
                self.need("]")
                break
        return ["list", *items]


def tree(
    text: str, form_def: d.Form, *, here: Callable[[str], bool], scope: cel.Scope, context: fields.Context
) -> Node | None:
    """The condition for one page: `here` tells which questions stand on it; the scope has the values of others.

    None when the browser cannot follow it, or when nothing on the page decides it.
    """
    parsed = parse(text)
    if parsed is None:
        return None
    names = _Names(form_def, here, scope.values, context)
    try:
        found = names.put(parsed)
    except _Beyond:
        return None
    return found if names.asked else None


class _Names:
    """Puts questions of the page and constants where a condition has names."""

    def __init__(
        self,
        form_def: d.Form,
        here: Callable[[str], bool],
        values: Mapping[str, Any],
        context: fields.Context,
    ) -> None:
        self.form_def, self.here, self.values, self.context = form_def, here, values, context
        self.asked = False

    def put(self, node: Node) -> Node:
        if isinstance(node, list):
            return [node[0], *(self.put(inner) for inner in node[1:])]
        return self._named(node["name"]) if "name" in node else node

    def _named(self, path: list[str]) -> Node:
        if path[0] == "a" and len(path) > 1 and (asked := self._asked(path[1:])):
            self.asked = True
            return asked
        value: Any = self.values
        for step in path:
            if not isinstance(value, Mapping) or step not in value:
                raise _Beyond
            value = value[step]
        return _constant(value)

    def _asked(self, path: list[str]) -> Node | None:
        home = self.form_def.named(path[0])
        if home is None:
            raise _Beyond
        question, total = home
        if not self.here(question.id):
            return None
        answer = fields.of(question)
        if total:
            return self._sum(answer, question.id, total)
        name = path[0]
        if isinstance(answer, ChosenMoneyField):
            return self._chosen(answer, path)
        if isinstance(answer, fields.GroupField) and len(path) == 2 and not question.sum_names:
            if path[1] not in answer.parts:
                raise _Beyond
            answer, name = answer.parts[path[1]], f"{path[0]}-{path[1]}"
        elif len(path) > 1:
            raise _Beyond
        return self._node(answer, name)

    def _chosen(self, answer: ChosenMoneyField, path: list[str]) -> Node:
        """Either part of an amount whose currency stands beside it: `other` has the scales that are not two places."""
        name, currency = path[0], f"{path[0]}-currency"
        if path[1:] == ["currency"]:
            return {"q": currency, "as": "text", "with": name}
        if path[1:] != ["minor"]:
            raise _Beyond
        other = {code: places for code in answer.allowed() if (places := money.exponent(code)) != _CENTS}
        point = numbers.decimal_sign(self.context.language)
        return {"q": name, "as": "number", "places": _CENTS, "by": currency, "other": other, "point": point}

    def _node(self, answer: fields.FieldType[Any], name: str) -> Node:
        if isinstance(answer, MoneyField):
            places = money.exponent(answer.currency(self.context.values))
            return {
                "q": name,
                "as": "number",
                "places": places,
                "point": numbers.decimal_sign(self.context.language),
            }
        kind = _KINDS.get(answer.question.type)
        if kind is None:
            raise _Beyond
        node = {"q": name, "as": kind}
        return node | {"point": numbers.decimal_sign(self.context.language)} if kind == "number" else node

    def _sum(self, answer: fields.FieldType[Any], rows: str, total: str) -> Node:
        """A sum that is shown at the foot of its table, where forms.js keeps it up."""
        if not isinstance(answer, RowsField):
            raise _Beyond
        column = answer.question.sums[total]
        if column.where and (not column.label or answer.live_where(total) is None):
            raise _Beyond
        return {"rows": rows, "sum": total}


def _constant(value: Any) -> Node:
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return {"c": value}
    if isinstance(value, int | float | Decimal):
        return {"n": f"{Decimal(str(value)):f}"}
    if isinstance(value, list | tuple):
        return ["list", *(_constant(item) for item in value)]
    raise _Beyond
