"""Numbers as people write them: `1.234,56`, `1,234.56`, `1 234,56` or `1'234.56`, read without guessing."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.numbers import format_decimal

_SPACES = re.compile(r"[\s\u00a0\u202f\u2009'’]")
_SIGNED = re.compile(r"([+-]?)([0-9.,]+)")


class NoNumber(ValueError):
    """The text is no number."""


def read(text: str, language: str) -> Decimal:
    """The number in a text as a reader of the language means it; raises NoNumber.

    Where both signs stand, the last is the decimal sign. One sign alone is what the language says it is,
    unless the digits around it say otherwise (`12.5` in Italian is twelve and a half, `1.234` is a thousand).
    """
    found = _SIGNED.fullmatch(_SPACES.sub("", text).replace("−", "-"))
    if not found or not any(sign.isdigit() for sign in found[2]):
        raise NoNumber(text)
    digits = found[2]
    point = _point(digits, decimal_sign(language))
    whole, _, part = digits.rpartition(point) if point else (digits, "", "")
    group = "," if point == "." else "." if point == "," else ""
    if part and not part.isdigit():
        raise NoNumber(text)
    return Decimal(f"{found[1]}{_ungrouped(whole, group, text)}.{part or 0}")


def write(number: Decimal, language: str, *, places: int = 0, grouped: bool = True) -> str:
    """The number in the language's signs, with at least `places` decimals and all it has."""
    exponent = number.normalize().as_tuple().exponent
    shown = max(places, -exponent if isinstance(exponent, int) else 0, 0)
    pattern = ("#,##0" if grouped else "0") + ("." + "0" * shown if shown else "")
    return str(format_decimal(number, format=pattern, locale=language))


@lru_cache(maxsize=32)
def decimal_sign(language: str) -> str:
    """The decimal sign of a language: comma or point."""
    return str(Locale.parse(language).number_symbols["latn"]["decimal"])


def _point(digits: str, usual: str) -> str:
    """Which sign in `digits` separates the decimals; empty for none."""
    signs = [sign for sign in digits if not sign.isdigit()]
    if not signs:
        return ""
    last = signs[-1]
    if len(set(signs)) == 2:
        return last
    if len(signs) > 1:
        return ""
    if last == usual:
        return last
    before, after = digits.split(last)
    thousands = len(after) == 3 and 1 <= len(before) <= 3 and before[0] != "0"
    return "" if thousands else last


def _ungrouped(whole: str, group: str, text: str) -> str:
    """The digits before the decimal sign without group signs; raises NoNumber when they are no thousands."""
    if whole.isdigit() or not whole:
        return whole or "0"
    sign = group or next(character for character in whole if not character.isdigit())
    first, *rest = whole.split(sign)
    if (
        not 1 <= len(first) <= 3
        or not all(len(part) == 3 for part in rest)
        or not (first + "".join(rest)).isdigit()
    ):
        raise NoNumber(text)
    return first + "".join(rest)
