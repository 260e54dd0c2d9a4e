"""Telephone numbers in international form."""

from __future__ import annotations

import re
from typing import Any

from fundflow.forms import definition as d
from fundflow.forms.fields.base import BadInput, Context, FieldType
from fundflow.forms.speech import gettext as _

_SEPARATORS = re.compile(r"[\s\u00a0\u202f().\-–/]")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


class PhoneField(FieldType[d.Phone]):
    """Stored as + and digits (E.164); 00 and the definition's own prefix are understood."""

    nothing = ""
    input_type = "tel"
    inputmode = "tel"
    autocomplete = "tel"
    width = "ff-medium"

    def read(self, text: str, context: Context) -> str:
        del context
        # "(0)" after a country code is not dialled from abroad.
        bare = _SEPARATORS.sub("", text.replace("(0)", ""))
        number = f"+{bare[2:]}" if bare.startswith("00") else bare
        if not number.startswith("+") and self.question.prefix:
            number = self.question.prefix + number.removeprefix("0")
        if not _E164.fullmatch(number):
            raise BadInput(self._says())
        return number

    def problems(self, stored: Any, context: Context) -> list[str]:
        del context
        return [] if isinstance(stored, str) and _E164.fullmatch(stored) else [self._says()]

    @staticmethod
    def _says() -> str:
        return _("Enter a telephone number with its country code, like +355 69 123 4567.")

    def missing(self) -> str:
        return _("Enter a telephone number.")
