"""Headings between questions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fundflow.forms import definition as d
from fundflow.forms.fields.base import Context, FieldType, Line, Q


class UnaskedField(FieldType[Q]):
    """Asks nothing, so it has no answer, no column and no line."""

    def load(self, raw: Sequence[str], context: Context) -> None:
        del raw, context

    def problems(self, stored: Any, context: Context) -> list[str]:
        del stored, context
        return []

    def csv_columns(self) -> list[str]:
        return []

    def csv_values(self, stored: Any) -> list[str]:
        del stored
        return []

    def pdf_rows(self, stored: Any, language: str) -> list[Line]:
        del stored, language
        return []


class HeadingField(UnaskedField[d.Heading]):
    """A heading with a paragraph."""

    control = "heading"
