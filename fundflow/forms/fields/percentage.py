"""Shares in percent."""

from __future__ import annotations

from typing import Any

from fundflow.forms import definition as d
from fundflow.forms.fields.base import Context
from fundflow.forms.fields.number import DecimalField


class PercentageField(DecimalField[d.Percentage]):
    """Stored as the number before the sign: 12.5 for 12.5 %."""

    def read(self, text: str, context: Context) -> str:
        return super().read(text.removesuffix("%").strip() or text, context)

    def suffix(self, context: Context) -> str:
        """The sign beside the input."""
        del context
        return "%"

    def display(self, stored: Any, language: str) -> str:
        shown = super().display(stored, language)
        return f"{shown}%" if shown and language == "en" else f"{shown}\u00a0%" if shown else ""
