"""Amounts: integer minor units beside an ISO 4217 code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_symbol

from fundflow.forms import definition as d
from fundflow.forms import limits, numbers
from fundflow.forms.fields.base import BadInput, Context, FieldType
from fundflow.forms.fields.number import limit_faults, range_problems
from fundflow.forms.speech import gettext as _
from fundflow.platform import money

_LARGEST = 10**15  # minor units: far above any grant, far below 64 bits


class AmountField(FieldType[d.Money]):
    """What amounts share, whether or not the person chooses their currency."""

    inputmode = "decimal"
    width = "ff-amount"
    figure = True

    def dump(self, stored: Any, context: Context) -> str:
        if not is_money(stored):
            return ""
        amount = money.to_decimal(stored["minor"], stored["currency"])
        places = money.exponent(stored["currency"]) if amount % 1 else 0
        return numbers.write(amount, context.language, places=places, grouped=False)

    def missing(self) -> str:
        return _("Enter an amount.")

    def display(self, stored: Any, language: str) -> str:
        return money.show(stored["minor"], stored["currency"], language) if is_money(stored) else ""

    def csv_columns(self) -> list[str]:
        return [self.question.id, f"{self.question.id}_currency"]

    def csv_values(self, stored: Any) -> list[str]:
        if not is_money(stored):
            return ["", ""]
        return [f"{money.to_decimal(stored['minor'], stored['currency']):f}", stored["currency"]]

    def outside(
        self, stored: Mapping[str, Any], least: Decimal | None, most: Decimal | None, language: str
    ) -> list[str]:
        """What is wrong with the size of an amount between two limits in its own minor units."""
        if abs(stored["minor"]) > _LARGEST:
            return [_("This amount is too large.")]
        return range_problems(
            Decimal(stored["minor"]),
            least,
            most,
            lambda limit: money.show(int(limit), stored["currency"], language),
        )


class MoneyField(AmountField):
    """An amount in one currency: the question's own, else the programme's value `currency`."""

    def currency(self, values: Mapping[str, Any]) -> str:
        """The ISO code; raises BadLimit when neither question nor programme names one."""
        code = self.question.currency or values.get("currency")
        if not code:
            raise limits.BadLimit(
                f"{self.question.id}: no currency, neither here nor as the value `currency`"
            )
        return str(code)

    def suffix(self, context: Context) -> str:
        """The currency beside the input."""
        return self.currency(context.values)

    def read(self, text: str, context: Context) -> dict[str, Any]:
        return read_amount(text, self.currency(context.values), context.language)

    def problems(self, stored: Any, context: Context) -> list[str]:
        code = self.currency(context.values)
        if not is_money(stored) or stored["currency"] != code:
            return [_("Enter an amount in %(currency)s.", currency=code)]
        least = limits.number(self.question.min_minor, context.values)
        most = limits.number(self.question.max_minor, context.values)
        return self.outside(stored, least, most, context.language)

    def cel(self, stored: Any) -> int | None:
        return int(stored["minor"]) if is_money(stored) else None

    def exact(self, stored: Any) -> int | None:
        """The minor units for calculations."""
        return self.cel(stored)

    def sample(self) -> dict[str, Any]:
        return {"minor": 200, "currency": self.question.currency or "EUR"}

    def faults(self) -> list[str]:
        return limit_faults(self.question.min_minor, self.question.max_minor, "min_minor", "max_minor")


def is_money(stored: Any) -> bool:
    """Whether a value is a stored amount."""
    return (
        isinstance(stored, dict)
        and len(stored) == 2
        and type(stored.get("minor")) is int
        and isinstance(stored.get("currency"), str)
    )


def read_amount(text: str, code: str, language: str) -> dict[str, Any]:
    """The stored amount in a text as a reader of the language means it; raises BadInput."""
    try:
        amount = numbers.read(bare(text, code, language), language)
        return {"minor": money.to_minor(amount, code), "currency": code}
    except ValueError as fault:
        places = money.exponent(code)
        example = numbers.write(Decimal("1234.5") if places else Decimal(1234), language, places=places)
        raise BadInput(
            _("Enter an amount in %(currency)s, like %(example)s.", currency=code, example=example)
        ) from fault


def bare(text: str, code: str, language: str) -> str:
    """The amount without this currency's code or sign before or after it."""
    signs = {code, *(get_currency_symbol(code, locale=locale) for locale in (language, "en"))}
    pattern = "|".join(re.escape(sign) for sign in sorted(signs, key=len, reverse=True))
    return re.sub(rf"^\s*(?:{pattern})\s*|\s*(?:{pattern})\s*$", "", text, count=1, flags=re.IGNORECASE)
