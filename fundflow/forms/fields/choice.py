"""One choice among a few: by the definition's list, or yes, no and does not apply."""

from __future__ import annotations

from typing import Any

from fundflow.forms import definition as d
from fundflow.forms.fields.base import BadInput, Context, FieldType, Q
from fundflow.forms.speech import gettext as _
from fundflow.platform.wording import pick

Option = tuple[str, str, str]  # id, label, help

_MOST_RADIOS = 7


class OneOf(FieldType[Q]):
    """What all types share whose answer is one id among options."""

    control = "radios"
    grouped = True

    def options(self, language: str) -> list[Option]:
        """The options in order, worded for a reader."""
        raise NotImplementedError

    def ids(self) -> list[str]:
        """The ids in order."""
        return [option for option, _label, _help in self.options("en")]

    def option_groups(self, language: str) -> list[tuple[str, list[tuple[str, str]]]]:
        return [("", [(option, label) for option, label, _help in self.options(language)])]

    def read(self, text: str, context: Context) -> str:
        if text in self.ids():
            return text
        # People who type into a spreadsheet write the words, not the ids.
        wanted = text.casefold()
        for language in (context.language, "en"):
            for option, label, _help in self.options(language):
                if wanted in (label.casefold(), option):
                    return option
        raise BadInput(_("Choose one of the options."))

    def problems(self, stored: Any, context: Context) -> list[str]:
        del context
        return [] if isinstance(stored, str) and stored in self.ids() else [_("Choose one of the options.")]

    def missing(self) -> str:
        return _("Choose an option.")

    def display(self, stored: Any, language: str) -> str:
        for option, label, _help in self.options(language):
            if option == stored:
                return label
        return "" if stored is None else str(stored)

    def cel(self, stored: Any) -> str:
        return str(stored or "")

    def sample(self) -> str:
        return self.ids()[0]


class ChoiceField(OneOf[d.ChoiceOf]):
    """Radio buttons, or a list where there are many."""

    def __init__(self, question: d.ChoiceOf) -> None:
        super().__init__(question)
        self._ids = [choice.id for choice in question.choices]
        if len(self._ids) > _MOST_RADIOS:
            self.control, self.grouped = "select", False

    def options(self, language: str) -> list[Option]:
        return worded(self.question, language)

    def ids(self) -> list[str]:
        return self._ids

    def faults(self) -> list[str]:
        return choice_faults(self.question)


def worded(question: d.ChoiceOf | d.Choices, language: str) -> list[Option]:
    """The choices of a definition in a language, worked out once."""
    return d.derived(
        question,
        ("options", language),
        lambda: [(c.id, pick(c.label, language), pick(c.help, language)) for c in question.choices],
    )


def choice_faults(question: d.ChoiceOf | d.Choices) -> list[str]:
    """Ids that stand twice."""
    ids = [choice.id for choice in question.choices]
    return [f"choice {double!r} stands twice" for double in sorted({i for i in ids if ids.count(i) > 1})]
