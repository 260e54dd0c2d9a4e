"""Bank accounts (IBAN)."""

from __future__ import annotations

from typing import Any

from schwifty import IBAN
from schwifty.exceptions import SchwiftyException

from fundflow.forms import definition as d
from fundflow.forms.fields.base import BadInput, Context, FieldType
from fundflow.forms.speech import gettext as _


class IbanField(FieldType[d.Iban]):
    """Stored compact and in capitals; shown in groups of four."""

    nothing = ""
    autocomplete = "off"

    def read(self, text: str, context: Context) -> str:
        del context
        try:
            return str(IBAN(_compact(text)).compact)
        except SchwiftyException as fault:
            raise BadInput(_("Check this IBAN: a digit seems to be wrong or missing.")) from fault

    def dump(self, stored: Any, context: Context) -> str:
        return self.display(stored, context.language)

    def problems(self, stored: Any, context: Context) -> list[str]:
        del context
        try:
            account = IBAN(stored if isinstance(stored, str) else "")
        except SchwiftyException:
            return [_("Check this IBAN: a digit seems to be wrong or missing.")]
        if account.compact != stored:
            return [_("Check this IBAN: a digit seems to be wrong or missing.")]
        if self.question.countries and account.country_code not in self.question.countries:
            wanted = ", ".join(self.question.countries)
            return [_("Enter an account in one of these countries: %(countries)s.", countries=wanted)]
        return []

    def missing(self) -> str:
        return _("Enter an IBAN.")

    def display(self, stored: Any, language: str) -> str:
        del language
        text = stored if isinstance(stored, str) else ""
        return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def _compact(text: str) -> str:
    """The account without spaces, hyphens and dots, and without the word IBAN."""
    return "".join(character for character in text if character.isalnum()).upper().removeprefix("IBAN")
