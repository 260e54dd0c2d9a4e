"""Money as integer minor units beside an ISO 4217 code; no float ever."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

from babel.numbers import format_currency, get_currency_precision


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (cents, qindarka) of one currency."""

    minor: int
    currency: str

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other).minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other).minor, self.currency)

    def _same(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up")
        return other

    def as_dict(self) -> dict[str, int | str]:
        """The JSON form that answers, facts and snapshots hold."""
        return {"minor": self.minor, "currency": self.currency}


@lru_cache(maxsize=256)
def exponent(currency: str) -> int:
    """Number of decimals of a currency's minor unit (ISO 4217; the lek has two, though nobody coins them)."""
    return 2 if currency == "ALL" else int(get_currency_precision(currency))


def to_minor(amount: str | Decimal | int, currency: str) -> int:
    """Minor units of a decimal amount; raises ValueError when it is no number or too fine for the currency."""
    try:
        scaled = Decimal(amount).scaleb(exponent(currency))
    except InvalidOperation as fault:
        raise ValueError(f"{amount!r} is not an amount") from fault
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{amount} is finer than the smallest unit of {currency}")
    return int(scaled)


def to_decimal(minor: int, currency: str) -> Decimal:
    """The amount as a Decimal in whole units."""
    return Decimal(minor).scaleb(-exponent(currency))


def show(minor: int, currency: str, locale: str) -> str:
    """The amount as a reader of the locale writes it, always with the currency's decimals."""
    pattern_digits = exponent(currency)
    value = to_decimal(minor, currency)
    if minor % 10**pattern_digits == 0 and currency == "ALL":
        value = value.quantize(Decimal(1))
    text = str(format_currency(value, currency, locale=locale, currency_digits=currency != "ALL"))
    return re.sub(r"(?<=[^\W\d_])(?=\d)", "\u00a0", text)  # ALL 1,234.00: a code does not touch its figure


def split(minor: int, shares: Sequence[int]) -> list[int]:
    """Split an amount by integer shares; the remainder lands by the largest-remainder rule, so the sum is exact."""
    total = sum(shares)
    if total <= 0 or minor < 0:
        raise ValueError("shares must add up to more than nothing, of an amount that is not negative")
    parts = [minor * share // total for share in shares]
    by_remainder = sorted(range(len(shares)), key=lambda i: (-(minor * shares[i] % total), i))
    for index in by_remainder[: minor - sum(parts)]:
        parts[index] += 1
    return parts


def round_half_up(value: Decimal, places: int = 2) -> Decimal:
    """Round once, half up, as score and rate rules ask."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
