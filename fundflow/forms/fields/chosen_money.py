"""Amounts in a currency that the person chooses: an input and a list beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l

from fundflow.forms import codes, numbers
from fundflow.forms import definition as d
from fundflow.forms.fields.base import BadInput, Context
from fundflow.forms.fields.chosen_money_control import ChosenMoneyAnswerField
from fundflow.forms.fields.money import AmountField, MoneyField, bare, is_money, read_amount
from fundflow.forms.speech import gettext as _
from fundflow.forms.speech import said

LIST = "currencies"
_CURRENCY = _l("Currency")


class ChosenMoneyField(AmountField):
    """Stored as any amount; conditions see `{minor, currency}`, as figures of several currencies do not compare."""

    control = "amount"
    grouped = True

    def field(self, language: str) -> Any:
        return ChosenMoneyAnswerField(self, language)

    def allowed(self) -> tuple[str, ...]:
        """The codes that may be chosen, in the order of the list."""
        if isinstance(self.question.currencies, tuple):
            return self.question.currencies
        return tuple(codes.names(LIST, "en"))

    def usual(self, values: Mapping[str, Any]) -> str:
        """The currency that stands chosen before anybody chooses: the programme's, else the first."""
        allowed, own = self.allowed(), str(values.get("currency"))
        return own if own in allowed else allowed[0]

    def option_groups(self, language: str) -> list[tuple[str, list[tuple[str, str]]]]:
        names = codes.names(LIST, language)
        return [("", [(code, names.get(code, code)) for code in self.allowed()])]

    def part_label(self, part: str, language: str) -> str:
        return said(language, _CURRENCY) if part == "currency" else part

    # ------------------------------------------------------------------------------------------- reading
    def load(self, raw: Sequence[str], context: Context) -> Any:
        """The amount, then its code; a spreadsheet may send `12.50 ALL` alone. Raises BadInput."""
        text, given = (str(each).strip() for each in (*raw, "", "")[:2])
        if not text:
            return self.blank()
        code = given.upper() or self._named(text, context.language)
        if not code:
            raise BadInput(_("Choose the currency of this amount."), "currency")
        if code not in self.allowed():
            raise BadInput(_("Choose a currency of the list."), "currency")
        return read_amount(text, code, context.language)

    def _named(self, text: str, language: str) -> str:
        """The one currency whose code or sign stands beside a figure; empty for none and for several."""
        found = [code for code in self.allowed() if _names(text, code, language)]
        return found[0] if len(found) == 1 else ""

    # ------------------------------------------------------------------------------------------- checks
    def problems_at(self, stored: Any, context: Context, *, partial: bool = False) -> dict[str, str]:
        del partial
        if self.empty(stored):
            return {}
        if isinstance(stored, dict) and stored.get("currency") in (None, "") and _has_figure(stored):
            return {"currency": _("Choose the currency of this amount.")}
        if not is_money(stored):
            return {"": self.missing()}
        if stored["currency"] not in self.allowed():
            return {"currency": _("Choose a currency of the list.")}
        least = None if self.question.min_minor is None else Decimal(0)
        problems = self.outside(stored, least, None, context.language)
        return {"": problems[0]} if problems else {}

    def problems(self, stored: Any, context: Context) -> list[str]:
        return list(self.problems_at(stored, context).values())

    def faults(self) -> list[str]:
        asked = self.question
        found = []
        if asked.currency:
            found.append("`currency` and `currencies` exclude each other")
        limited = {"min_minor": asked.min_minor not in (None, 0), "max_minor": asked.max_minor is not None}
        found += [
            f"{name}: a limit is in one currency, but here the person chooses it; compare `minor` and `currency` "
            "of the answer in a rule"
            for name, is_limited in limited.items()
            if is_limited
        ]
        listed, known = self.allowed(), codes.names(LIST, "en")
        if unknown := sorted(set(listed) - set(known)):
            found.append(f"currencies: {', '.join(unknown)} is not in the code list `{LIST}`")
        doubles = sorted({code for code in listed if listed.count(code) > 1})
        return found + [f"currencies: {code} stands twice" for code in doubles]

    # ------------------------------------------------------------------------------------------ readers
    def cel(self, stored: Any) -> dict[str, Any]:
        return dict(stored) if is_money(stored) else {"minor": None, "currency": ""}

    def sample(self) -> dict[str, Any]:
        return {"minor": 200, "currency": self.allowed()[0]}


def money_type(question: d.Money) -> AmountField:
    """The behaviour of a question of type money."""
    return MoneyField(question) if question.currencies is None else ChosenMoneyField(question)


def _has_figure(stored: Mapping[str, Any]) -> bool:
    return type(stored.get("minor")) is int and not set(stored) - {"minor", "currency"}


def _names(text: str, code: str, language: str) -> bool:
    figure = bare(text, code, language)
    if figure == text:
        return False
    try:
        numbers.read(figure, language)
    except numbers.NoNumber:
        return False
    return True
