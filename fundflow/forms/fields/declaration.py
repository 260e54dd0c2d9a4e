"""Statements to confirm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from fundflow.forms import definition as d
from fundflow.forms.fields.base import Context, FieldType
from fundflow.forms.speech import gettext as _
from fundflow.forms.speech import said

_CONFIRMED = _l("Confirmed")


class DeclarationField(FieldType[d.Declaration]):
    """Stored as true or false; only true is an answer."""

    control = "declaration"

    def blank(self) -> bool:
        return False

    def empty(self, stored: Any) -> bool:
        return stored is None or stored is False or stored == ""

    def load(self, raw: Sequence[str], context: Context) -> bool:
        del context
        return any(text.strip().lower() in ("true", "yes", "1", "on") for text in raw)

    def dump(self, stored: Any, context: Context) -> str:
        del context
        return "true" if stored is True else ""

    def problems(self, stored: Any, context: Context) -> list[str]:
        del context
        return [] if stored is True else [self.missing()]

    def missing(self) -> str:
        return _("Confirm this statement to go on.")

    def display(self, stored: Any, language: str) -> str:
        return said(language, _CONFIRMED) if stored is True else ""

    def cel(self, stored: Any) -> bool:
        return stored is True

    def sample(self) -> bool:
        return True

    def csv_values(self, stored: Any) -> list[str]:
        return ["yes" if stored is True else ""]
