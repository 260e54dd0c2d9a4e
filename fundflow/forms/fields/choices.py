"""Any of a few choices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fundflow.forms import definition as d
from fundflow.forms.fields.base import BadInput, Context, FieldType
from fundflow.forms.fields.choice import Option, choice_faults, worded
from fundflow.forms.speech import gettext as _
from fundflow.forms.speech import ngettext


class ChoicesField(FieldType[d.Choices]):
    """Check boxes; stored as a list of ids in the order of the definition."""

    control = "checkboxes"
    grouped = True

    def __init__(self, question: d.Choices) -> None:
        super().__init__(question)
        self._ids = [choice.id for choice in question.choices]

    def options(self, language: str) -> list[Option]:
        """The choices in order, worded for a reader."""
        return worded(self.question, language)

    def blank(self) -> list[str]:
        return []

    def load(self, raw: Sequence[str], context: Context) -> list[str]:
        del context
        chosen = {text for text in raw if text}
        if chosen - set(self._ids):
            raise BadInput(_("Choose from the options."))
        return [option for option in self._ids if option in chosen]

    def problems(self, stored: Any, context: Context) -> list[str]:
        del context
        listed = isinstance(stored, list) and all(isinstance(item, str) for item in stored)
        if not listed or set(stored) - set(self._ids) or len(set(stored)) != len(stored):
            return [_("Choose from the options.")]
        return count_problems(len(stored), self.question.least, self.question.most)

    def missing(self) -> str:
        return _("Choose at least one option.")

    def display(self, stored: Any, language: str) -> str:
        chosen = stored if isinstance(stored, list) else []
        return ", ".join(label for option, label, _help in self.options(language) if option in chosen)

    def cel(self, stored: Any) -> list[str]:
        return list(stored or [])

    def sample(self) -> list[str]:
        return self._ids[:1]

    def csv_values(self, stored: Any) -> list[str]:
        return [";".join(stored or [])]

    def faults(self) -> list[str]:
        return choice_faults(self.question) + most_faults(self.question.least, self.question.most)


def count_problems(count: int, least: int, most: int | None) -> list[str]:
    """What is wrong with how many were chosen."""
    if count < least:
        return [ngettext("Choose at least %(num)d option.", "Choose at least %(num)d options.", least)]
    if most is not None and count > most:
        return [ngettext("Choose at most %(num)d option.", "Choose at most %(num)d options.", most)]
    return []


def most_faults(least: int, most: int | None) -> list[str]:
    """What is wrong with limits of how many may be chosen."""
    fine = most is None or 0 < max(least, 1) <= most
    return [] if fine else [f"least {least} and most {most} cannot both hold"]
