"""Several lines of text."""

from __future__ import annotations

from typing import Any

from fundflow.forms import definition as d
from fundflow.forms.fields.base import Context, FieldType
from fundflow.forms.fields.text import clean, length_faults, length_notices, length_problems
from fundflow.forms.speech import gettext as _


class LongTextField(FieldType[d.LongText]):
    """Line ends are made one kind; a line end counts as one character."""

    control = "textarea"
    nothing = ""

    @property
    def counter(self) -> int | None:
        """Characters to count down from."""
        return self.question.soft_max_length or self.question.max_length

    def read(self, text: str, context: Context) -> str:
        del context
        return clean(text.replace("\r\n", "\n").replace("\r", "\n")).strip()

    def problems(self, stored: Any, context: Context) -> list[str]:
        del context
        if not isinstance(stored, str):
            return [_("Enter text.")]
        return length_problems(stored, self.question.min_length, self.question.max_length)

    def notices(self, stored: Any, context: Context) -> list[str]:
        del context
        return length_notices(stored, self.question.soft_max_length)

    def faults(self) -> list[str]:
        return length_faults(
            self.question.min_length, self.question.max_length, self.question.soft_max_length
        )
