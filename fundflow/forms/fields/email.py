"""Mail addresses."""

from __future__ import annotations

from typing import Any

from email_validator import EmailNotValidError, validate_email

from fundflow.forms import definition as d
from fundflow.forms.fields.base import BadInput, Context, FieldType
from fundflow.forms.speech import gettext as _


class EmailField(FieldType[d.Email]):
    """Checked for form, not for delivery: no look-up in the network while a person types."""

    nothing = ""
    input_type = "email"
    autocomplete = "email"

    def read(self, text: str, context: Context) -> str:
        del context
        found = _normal("".join(text.split()))
        if found is None:
            raise BadInput(_("Enter an e-mail address, like name@example.org."))
        return found

    def problems(self, stored: Any, context: Context) -> list[str]:
        del context
        right = isinstance(stored, str) and _normal(stored) is not None
        return [] if right else [_("Enter an e-mail address, like name@example.org.")]

    def missing(self) -> str:
        return _("Enter an e-mail address.")


def _normal(text: str) -> str | None:
    try:
        return validate_email(text, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        return None
