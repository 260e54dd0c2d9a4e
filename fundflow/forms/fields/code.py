"""One entry of a code list: a country, a currency, a municipality."""

from __future__ import annotations

from typing import Any

from fundflow.forms import codes
from fundflow.forms import definition as d
from fundflow.forms.fields.base import BadInput, Context, FieldType
from fundflow.forms.speech import gettext as _


class CodeField(FieldType[d.Code]):
    """Stored as the code; people may write the name too."""

    control = "select"

    def __init__(self, question: d.Code) -> None:
        super().__init__(question)
        self.autocomplete = "country" if question.list == "countries" else None

    def option_groups(self, language: str) -> list[tuple[str, list[tuple[str, str]]]]:
        groups: dict[str, list[tuple[str, str]]] = {}
        for entry in codes.entries(self.question.list, language):
            if self._allowed(entry.code):
                groups.setdefault(entry.group, []).append((entry.code, entry.name))
        return list(groups.items())

    def _allowed(self, code: str) -> bool:
        return not self.question.only or code in self.question.only

    def read(self, text: str, context: Context) -> str:
        known = codes.names(self.question.list, context.language)
        for code in (text, text.upper()):
            if code in known:
                return code
        for language in (context.language, "en"):
            for code, name in codes.names(self.question.list, language).items():
                if name.casefold() == text.casefold():
                    return code
        raise BadInput(_("Choose an entry of the list."))

    def problems(self, stored: Any, context: Context) -> list[str]:
        known = codes.names(self.question.list, context.language)
        right = isinstance(stored, str) and stored in known and self._allowed(stored)
        return [] if right else [_("Choose an entry of the list.")]

    def missing(self) -> str:
        return _("Choose an entry of the list.")

    def display(self, stored: Any, language: str) -> str:
        return "" if not stored else codes.names(self.question.list, language).get(str(stored), str(stored))

    def cel(self, stored: Any) -> str:
        return str(stored or "")

    def faults(self) -> list[str]:
        if not codes.exists(self.question.list):
            return [f"there is no code list {self.question.list!r}"]
        unknown = set(self.question.only) - set(codes.names(self.question.list, "en"))
        return [f"only: {', '.join(sorted(unknown))} is not in {self.question.list}"] if unknown else []
