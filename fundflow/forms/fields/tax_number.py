"""Tax numbers of Albania, Italy and Greece with their check digits."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from stdnum.al import nipt
from stdnum.exceptions import ValidationError
from stdnum.gr import vat
from stdnum.it import codicefiscale

from fundflow.forms import definition as d
from fundflow.forms.fields.base import BadInput, Context, FieldType
from fundflow.forms.speech import gettext as _

_KINDS: dict[str, tuple[ModuleType, str]] = {
    "al_nipt": (nipt, "J91402501L"),
    "it_codicefiscale": (codicefiscale, "RCCMNL83S18D969H"),
    "gr_vat": (vat, "094259216"),
}


class TaxNumberField(FieldType[d.TaxNumber]):
    """Stored compact, as the register writes it."""

    nothing = ""
    width = "ff-medium"

    def read(self, text: str, context: Context) -> str:
        del context
        found = self._normal(text.replace("-", "").replace(".", ""))
        if found is None:
            raise BadInput(self._says())
        return found

    def problems(self, stored: Any, context: Context) -> list[str]:
        del context
        return [] if isinstance(stored, str) and self._normal(stored) == stored else [self._says()]

    def _normal(self, text: str) -> str | None:
        try:
            return str(_KINDS[self.question.kind][0].validate(text))
        except ValidationError:
            return None

    def _says(self) -> str:
        return _("Check this tax number; it looks like %(example)s.", example=_KINDS[self.question.kind][1])

    def missing(self) -> str:
        return _("Enter a tax number.")
