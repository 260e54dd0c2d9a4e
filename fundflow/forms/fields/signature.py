"""Signatures: a typed name and a day under a statement, and beside them who signed with which account and when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from babel.dates import format_datetime
from flask_babel import lazy_gettext as _l

from fundflow.forms import definition as d
from fundflow.forms.fields.base import Context, Line
from fundflow.forms.fields.group import GroupField, Part
from fundflow.forms.speech import gettext as _
from fundflow.forms.speech import said
from fundflow.platform import clock
from fundflow.platform.wording import pick

_STAMP = ("statement", "by", "account", "at")
_SIGNED = _l("Signed with the account of")


class SignatureField(GroupField[d.Signature]):
    """Stored as {"name", "on"} with {"statement", "by", "account", "at"}, which the server alone writes.

    `at` is UTC in ISO form. A name or a day that changes is a new signature with a new stamp.
    """

    control = "signature"

    def described(self) -> dict[str, Part]:
        return {
            "name": ("text", _l("Full name, as a signature"), {"min_length": 2, "max_length": 120}),
            "on": ("date", _l("Date of signature"), {"max": "today"}),
        }

    @property
    def beside(self) -> set[str]:
        """The stamp."""
        return set(_STAMP)

    def assemble(self, parts: Mapping[str, Any], before: Any, context: Context) -> dict[str, Any]:
        """The parts with the stamp that they have, or a new one where they changed."""
        signed = super().assemble(parts, before, context)
        if not signed:
            return {}
        kept = before if isinstance(before, Mapping) else {}
        if kept.get("at") and all(kept.get(name) == signed.get(name) for name in self.parts):
            return signed | {name: kept[name] for name in _STAMP if name in kept}
        account, name = context.signer
        stamp = (pick(self.question.statement, context.language), name, account, clock.now().isoformat())
        return signed | dict(zip(_STAMP, stamp, strict=True))

    def together(self, stored: Mapping[str, Any], context: Context) -> dict[str, str]:
        """A signature without its stamp is none."""
        del context
        whole = all(isinstance(stored.get(name), str) for name in _STAMP) and stored.get("statement")
        return {} if whole and _moment(stored) else {"name": _("Sign again.")}

    def statement(self, language: str) -> str:
        """The words that are signed."""
        return pick(self.question.statement, language)

    def signed(self, stored: Any, language: str) -> str:
        """With whose account, and when in UTC; empty without a signature."""
        at = _moment(stored)
        if at is None:
            return ""
        when = format_datetime(at, "long", tzinfo=None, locale=language)
        return ", ".join(filter(None, (f"{said(language, _SIGNED)} {stored.get('by', '')}".strip(), when)))

    def display(self, stored: Any, language: str) -> str:
        if self.empty(stored):
            return ""
        name, on = (part.display(stored.get(key), language) for key, part in self.parts.items())
        lines = (
            ", ".join(filter(None, (name, on))),
            str(stored.get("statement", "")),
            self.signed(stored, language),
        )
        return "\n".join(filter(None, lines))

    def pdf_rows(self, stored: Any, language: str) -> list[Line]:
        """One line: name, day, statement and stamp are read together."""
        return [Line(self.label(language), self.display(stored, language))]

    def cel(self, stored: Any) -> dict[str, Any]:
        given = stored if isinstance(stored, Mapping) else {}
        return super().cel(stored) | {name: str(given.get(name, "")) for name in _STAMP}

    def sample(self) -> dict[str, Any]:
        stamp = dict(zip(_STAMP, ("text", "text", "1", "2026-01-31T12:00:00+00:00"), strict=True))
        return {"name": "text", "on": "2026-01-31"} | stamp

    def csv_columns(self) -> list[str]:
        return [*super().csv_columns(), *(f"{self.question.id}_{name}" for name in ("by", "at"))]

    def csv_values(self, stored: Any) -> list[str]:
        given = stored if isinstance(stored, Mapping) else {}
        return [*super().csv_values(stored), str(given.get("by", "")), str(given.get("at", ""))]


def _moment(stored: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(stored["at"])
    except (KeyError, TypeError, ValueError):
        return None
