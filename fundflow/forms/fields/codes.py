"""Any entries of a code list: countries of work, sectors, targets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from fundflow.forms import codes
from fundflow.forms import definition as d
from fundflow.forms.fields.base import Context, FieldType
from fundflow.forms.fields.choices import count_problems, most_faults
from fundflow.forms.fields.code import CodeField
from fundflow.forms.speech import gettext as _


class CodesField(FieldType[d.Codes]):
    """Check boxes, in groups that open where the list has groups; stored as codes in the order of the list."""

    control = "code_boxes"
    grouped = True

    def __init__(self, question: d.Codes) -> None:
        super().__init__(question)
        self._one = CodeField(
            d.Code(id=question.id, label=question.label, type="code", list=question.list, only=question.only)
        )

    def option_groups(self, language: str) -> list[tuple[str, list[tuple[str, str]]]]:
        return self._one.option_groups(language)

    def blank(self) -> list[str]:
        return []

    def load(self, raw: Sequence[str], context: Context) -> list[str]:
        chosen = {self._one.read(text.strip(), context) for text in raw if text.strip()}
        return [code for code in codes.names(self.question.list, "en") if code in chosen]

    def split(self, text: str) -> list[str]:
        """The entries in a cell of a list."""
        return re.split(r"\s*;\s*", text)

    def problems(self, stored: Any, context: Context) -> list[str]:
        listed = isinstance(stored, list) and len(set(map(str, stored))) == len(stored)
        if not listed or any(self._one.problems(code, context) for code in stored):
            return [_("Choose entries of the list.")]
        return count_problems(len(stored), self.question.least, self.question.most)

    def missing(self) -> str:
        return _("Choose at least one entry of the list.")

    def display(self, stored: Any, language: str) -> str:
        return "; ".join(self._one.display(code, language) for code in stored or [])

    def cel(self, stored: Any) -> list[str]:
        return list(stored or [])

    def sample(self) -> list[str]:
        return [next(iter(codes.names(self.question.list, "en")))]

    def csv_values(self, stored: Any) -> list[str]:
        return [";".join(stored or [])]

    def faults(self) -> list[str]:
        return self._one.faults() + most_faults(self.question.least, self.question.most)
