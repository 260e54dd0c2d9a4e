"""Addresses in the web, a part of organisations."""

from __future__ import annotations

import re
from typing import Any

from fundflow.forms import definition as d
from fundflow.forms.fields.base import BadInput, Context, FieldType
from fundflow.forms.speech import gettext as _

_ADDRESS = re.compile(r"https?://[^\s/?#@:]+\.[^\s/?#@:.]+(:\d{1,5})?([/?#]\S*)?", re.IGNORECASE)


class UrlField(FieldType[d.Url]):
    """Stored with its scheme; one written without it is taken as https."""

    nothing = ""
    input_type = "url"
    inputmode = "url"
    autocomplete = "url"

    def read(self, text: str, context: Context) -> str:
        del context
        found = text if "://" in text else f"https://{text}"
        if not _right(found):
            raise BadInput(self._says())
        return found

    def problems(self, stored: Any, context: Context) -> list[str]:
        del context
        return [] if isinstance(stored, str) and _right(stored) else [self._says()]

    @staticmethod
    def _says() -> str:
        return _("Enter a web address, like https://www.example.org.")

    def missing(self) -> str:
        return _("Enter a web address.")


def _right(text: str) -> bool:
    return len(text) <= 300 and _ADDRESS.fullmatch(text) is not None
