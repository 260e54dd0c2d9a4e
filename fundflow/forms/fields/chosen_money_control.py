"""The WTForms field behind an amount with its currency: two controls, one answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from fundflow.forms.fields.control import AnswerField
from fundflow.forms.speech import gettext as _

if TYPE_CHECKING:
    from fundflow.forms.fields.chosen_money import ChosenMoneyField


class ChosenMoneyAnswerField(AnswerField):
    """`q_price` is the amount, `q_price-currency` its code."""

    answer: ChosenMoneyField

    def posted(self, formdata: Any, name: str) -> list[str]:
        """The amount and its currency; without a list beside it, the amount alone."""
        given, chosen = formdata.getlist(name), formdata.getlist(f"{name}-currency")
        return [*(given[-1:] or [""]), *chosen[-1:]]

    @property
    def value(self) -> str:
        """What stands in the input of the amount."""
        if self.raw_data is not None:
            return self.raw_data[0]
        return self.answer.dump(self.data, self.context)

    @property
    def currency(self) -> str:
        """The code that is chosen."""
        if self.raw_data is not None and len(self.raw_data) > 1:
            return self.raw_data[1]
        stored = self.data if isinstance(self.data, dict) else {}
        return str(stored.get("currency") or self.answer.usual(self.context.values))

    @property
    def currency_name(self) -> str:
        """The name and the id of the list."""
        return f"{self.name}-currency"

    @property
    def currency_label(self) -> str:
        """What the list is called."""
        return self.answer.part_label("currency", self.context.language)

    @property
    def options_markup(self) -> Markup:
        """The currencies, the chosen one marked; one that is not offered any more leaves the choice open."""
        options, mark = self.answer.options_html(self.context.language), f'value="{escape(self.currency)}"'
        if f"<option {mark}" not in options:
            return Markup('<option value="">{}</option>').format(_("Choose")) + Markup(options)  # noqa: S704
        return Markup(options.replace(mark, f"{mark} selected", 1))  # noqa: S704 - escaped

    def described(self, error: str | None) -> str:
        """The help describes the pair; each control has its own message."""
        del error
        return super().described(None)
