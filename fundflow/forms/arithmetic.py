"""Exact arithmetic for computed columns: the + - * / of CEL over `r.<column>`, in fractions, rounded once.

Money takes part as its minor units, numbers and percentages as the decimals they are:
`r.quantity * r.unit_price` with 2.5 and 1999 minor units is 4997.5, which becomes 4998 minor units. CEL
itself has only 64-bit integers and binary floats, so it decides conditions and never amounts.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from fundflow.platform import cel

_OPERATORS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_ROW = frozenset({"r"})

Exact = int | Fraction
Step = str | Exact


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """A calculation in reverse Polish order: `r.` columns, constants and operators."""

    steps: tuple[Step, ...]
    columns: frozenset[str]

    def work_out(self, row: Mapping[str, Exact | None]) -> Exact | None:
        """The exact result, or None where a value is missing or a divisor is zero."""
        stack: list[Exact] = []
        for step in self.steps:
            if not isinstance(step, str):
                stack.append(step)
            elif step in "+-*/":
                right, left = stack.pop(), stack.pop()
                if step == "/" and right == 0:
                    return None
                stack.append(_apply(step, left, right))
            else:
                value = row.get(step)
                if value is None:
                    return None
                stack.append(value)
        return stack[0]

    def as_json(self) -> list[str | list[str]]:
        """The same for the browser: columns by name, constants as [numerator, denominator]."""
        return [
            [str(step.numerator), str(step.denominator)] if not isinstance(step, str) else step
            for step in self.steps
        ]


def compile(text: str) -> Arithmetic:  # noqa: A001 - the same word as in fundflow.platform.cel
    """Compile a calculation; raises CelFault when it is no CEL or more than arithmetic over `r`."""
    cel.compile(text, _ROW)
    try:
        steps = tuple(_walk(ast.parse(text.strip(), mode="eval").body))
    except SyntaxError as fault:
        raise cel.CelFault(f"{text}: only + - * / over r.<column> and numbers") from fault
    return Arithmetic(steps, frozenset(t for t in steps if isinstance(t, str) and t not in "+-*/"))


def round_half_up(value: Exact) -> int:
    """The nearest whole number; a half goes away from zero."""
    whole = (abs(value.numerator) * 2 + value.denominator) // (2 * value.denominator)
    return whole if value >= 0 else -whole


def _apply(operator: str, left: Exact, right: Exact) -> Exact:
    if operator == "+":
        return left + right
    if operator == "-":
        return left - right
    return left * right if operator == "*" else Fraction(left) / right


def _walk(node: ast.expr) -> list[Step]:
    match node:
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return [*_walk(left), *_walk(right), _OPERATORS[type(op)]]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return [Fraction(0), *_walk(operand), "-"]
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return [Fraction(repr(value))]
        case ast.Attribute(value=ast.Name(id="r"), attr=column):
            return [column]
        case _:
            raise cel.CelFault(f"{ast.unparse(node)}: only + - * / over r.<column> and numbers")
