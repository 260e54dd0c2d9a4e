"""Decimal numbers, kept as the text of a decimal."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, TypeVar

from fundflow.forms import definition as d
from fundflow.forms import limits, numbers
from fundflow.forms.arithmetic import Exact, round_half_up
from fundflow.forms.fields.base import BadInput, Context, FieldType
from fundflow.forms.speech import gettext as _
from fundflow.platform.wording import pick

N = TypeVar("N", d.Number, d.Percentage)


class DecimalField(FieldType[N]):
    """What numbers and percentages share."""

    inputmode = "decimal"
    width = "ff-short"
    figure = True

    def read(self, text: str, context: Context) -> str:
        try:
            return canonical(numbers.read(text, context.language))
        except numbers.NoNumber as fault:
            raise BadInput(_("Enter a number, like %(example)s.", example=self._example(context))) from fault

    def _example(self, context: Context) -> str:
        return numbers.write(Decimal(12), context.language, places=min(self.question.decimals, 2))

    def dump(self, stored: Any, context: Context) -> str:
        number = decimal(stored)
        return "" if number is None else numbers.write(number, context.language, grouped=False)

    def problems(self, stored: Any, context: Context) -> list[str]:
        number = decimal(stored)
        if number is None:
            return [_("Enter a number.")]
        if number != round(number, self.question.decimals):
            return [self._too_fine()]
        least = limits.number(self.question.min, context.values)
        most = limits.number(self.question.max, context.values)
        return range_problems(number, least, most, lambda limit: numbers.write(limit, context.language))

    def _too_fine(self) -> str:
        if self.question.decimals == 0:
            return _("Enter a whole number.")
        return _("Enter at most %(places)s decimal places.", places=self.question.decimals)

    def missing(self) -> str:
        return _("Enter a number.")

    def display(self, stored: Any, language: str) -> str:
        number = decimal(stored)
        return "" if number is None else numbers.write(number, language)

    def cel(self, stored: Any) -> Any:
        return decimal(stored)

    def exact(self, stored: Any) -> Exact | None:
        """The number for calculations."""
        number = decimal(stored)
        return None if number is None else int(number) if number == int(number) else Fraction(number)

    def stored(self, exact: Exact, places: int) -> str:
        """The stored form of a calculated number."""
        return canonical(Decimal(round_half_up(exact * 10**places)).scaleb(-places))

    def sample(self) -> str:
        return "2" if self.question.decimals == 0 else "2.5"

    def faults(self) -> list[str]:
        return limit_faults(self.question.min, self.question.max, "min", "max")


class NumberField(DecimalField[d.Number]):
    """A number with a unit beside it, perhaps."""

    def suffix(self, context: Context) -> str:
        """The unit."""
        return pick(self.question.unit, context.language)

    def display(self, stored: Any, language: str) -> str:
        shown = super().display(stored, language)
        unit = pick(self.question.unit, language)
        return f"{shown} {unit}" if shown and unit else shown


def decimal(stored: Any) -> Decimal | None:
    """The stored text as a finite number, or None."""
    if not isinstance(stored, str | int) or isinstance(stored, bool) or stored == "":
        return None
    try:
        number = Decimal(stored)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < Decimal(10) ** 18 else None


def canonical(number: Decimal) -> str:
    """The one way a number is stored: no exponent, no trailing zeros, no minus before zero."""
    text = f"{number:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def range_problems(number: Decimal, least: Decimal | None, most: Decimal | None, show: Any) -> list[str]:
    """What is wrong with a number between two limits that `show` writes for the reader."""
    if least is not None and number < least:
        return [_("This must be %(limit)s or more.", limit=show(least))]
    if most is not None and number > most:
        return [_("This must be %(limit)s or less.", limit=show(most))]
    return []


def limit_faults(least: int | str | None, most: int | str | None, *names: str) -> list[str]:
    """What is wrong with two numeric limits of a definition."""
    found, known = [], []
    for limit, name in ((least, names[0]), (most, names[1])):
        if limits.value_name(limit) is None:
            try:
                known.append(limits.number(limit, {}))
            except limits.BadLimit as fault:
                found.append(f"{name}: {fault}")
    if len(known) == 2 and known[0] is not None and known[1] is not None and known[0] > known[1]:
        found.append(f"{names[0]} {least} is above {names[1]} {most}")
    return found
