"""Tax numbers with their check digits: by country, or by kind where a country has several."""

from __future__ import annotations

from functools import lru_cache
from types import ModuleType
from typing import Any

from stdnum.al import nipt
from stdnum.exceptions import ValidationError
from stdnum.gr import vat
from stdnum.it import codicefiscale
from stdnum.util import get_cc_module

from fundflow.forms import codes
from fundflow.forms import definition as d
from fundflow.forms.fields.base import BadInput, Context, FieldType
from fundflow.forms.speech import gettext as _

_KINDS: dict[str, tuple[ModuleType, str]] = {
    "al_nipt": (nipt, "J91402501L"),
    "it_codicefiscale": (codicefiscale, "RCCMNL83S18D969H"),
    "gr_vat": (vat, "094259216"),
}
# What the rules of a country's tax numbers are called, the most usual first.
_NAMES = ("vat", "tin", "nif", "pib", "tax", "uid", "ein")


class TaxNumberField(FieldType[d.TaxNumber]):
    """Stored compact, as the register writes it."""

    nothing = ""
    width = "ff-medium"

    def read(self, text: str, context: Context) -> str:
        found = self._normal(text.replace("-", "").replace(".", ""))
        if found is None:
            raise BadInput(self._says(context.language))
        return found

    def problems(self, stored: Any, context: Context) -> list[str]:
        right = isinstance(stored, str) and self._normal(stored) == stored
        return [] if right else [self._says(context.language)]

    def _normal(self, text: str) -> str | None:
        rules = _KINDS[self.question.kind][0] if self.question.kind else rules_of(self.question.country or "")
        if rules is None:
            return None
        try:
            return str(rules.validate(text))
        except ValidationError:
            return None

    def _says(self, language: str) -> str:
        if self.question.kind:
            example = _KINDS[self.question.kind][1]
            return _("Check this tax number; it looks like %(example)s.", example=example)
        country = codes.names("countries", language).get(self.question.country or "", "")
        return _("Check this tax number of this country: %(country)s.", country=country)

    def missing(self) -> str:
        return _("Enter a tax number.")

    def faults(self) -> list[str]:
        if (self.question.kind is None) == (self.question.country is None):
            return ["give a kind or a country, one of them"]
        if self.question.country and rules_of(self.question.country) is None:
            return [f"country: the rules of {self.question.country}'s tax numbers are not known"]
        return []


@lru_cache(maxsize=64)
def rules_of(country: str) -> Any:
    """The module with the rules of a country's tax numbers, or None."""
    found = (get_cc_module(country, name) for name in _NAMES)
    return next((rules for rules in found if rules is not None), None)
