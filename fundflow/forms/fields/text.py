"""One line of text."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from fundflow.forms import definition as d
from fundflow.forms.fields.base import Context, FieldType
from fundflow.forms.speech import gettext as _
from fundflow.platform.wording import pick

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class TextField(FieldType[d.Text]):
    """Trimmed, in composed Unicode, inner runs of spaces made one."""

    nothing = ""

    def __init__(self, question: d.Text) -> None:
        super().__init__(question)
        self.autocomplete = question.autocomplete

    @property
    def counter(self) -> int | None:
        """Characters to count down from, where the definition sets a limit that people may meet."""
        if self.question.soft_max_length is not None:
            return self.question.soft_max_length
        limit = self.question.max_length
        return limit if limit >= 100 and "max_length" in self.question.model_fields_set else None

    def read(self, text: str, context: Context) -> str:
        del context
        return " ".join(clean(text).split())

    def problems(self, stored: Any, context: Context) -> list[str]:
        if not isinstance(stored, str):
            return [_("Enter text.")]
        found = length_problems(stored, self.question.min_length, self.question.max_length)
        if not found and self.question.pattern and not re.fullmatch(self.question.pattern, stored):
            found.append(
                pick(self.question.pattern_says, context.language) or _("This is not in the right form.")
            )
        return found

    def notices(self, stored: Any, context: Context) -> list[str]:
        del context
        return length_notices(stored, self.question.soft_max_length)

    def faults(self) -> list[str]:
        found = length_faults(
            self.question.min_length, self.question.max_length, self.question.soft_max_length
        )
        try:
            re.compile(self.question.pattern or "")
        except re.error as fault:
            found.append(f"pattern: {fault}")
        return found


def clean(text: str) -> str:
    """Text without control characters, in composed form (ë is one character, however it was typed)."""
    return _CONTROL.sub("", unicodedata.normalize("NFC", text))


def length_problems(text: str, least: int, most: int) -> list[str]:
    """What is wrong with the length of a text."""
    if len(text) > most:
        over = len(text) - most
        return [_("Shorten this to %(most)s characters; it has %(over)s too many.", most=most, over=over)]
    if len(text) < least:
        return [_("Write at least %(least)s characters.", least=least)]
    return []


def length_notices(stored: Any, advised: int | None) -> list[str]:
    """That a text is longer than advised."""
    if advised is None or not isinstance(stored, str) or len(stored) <= advised:
        return []
    over = len(stored) - advised
    return [
        _(
            "This is %(over)s characters longer than the advised %(most)s. It will be taken as it is.",
            over=over,
            most=advised,
        )
    ]


def length_faults(least: int, most: int, advised: int | None = None) -> list[str]:
    """What is wrong with limits of length."""
    if not (0 <= least <= most and most > 0):
        return [f"min_length {least} and max_length {most} cannot both hold"]
    if advised is not None and not max(least, 1) <= advised <= most:
        return [f"soft_max_length {advised} must lie between min_length {least} and max_length {most}"]
    return []
