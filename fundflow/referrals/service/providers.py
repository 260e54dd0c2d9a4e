"""The register of providers: adding one and changing it."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _
from sqlalchemy import select

from fundflow.accounts import Actor, Permission
from fundflow.audit import record
from fundflow.forms import codes
from fundflow.platform import clock
from fundflow.platform.db import db, lock
from fundflow.platform.errors import Conflict, Forbidden, Invalid
from fundflow.platform.ids import new_id
from fundflow.programmes import provider_kinds
from fundflow.referrals.models import Provider
from fundflow.referrals.queries import get_provider
from fundflow.web.i18n import LANGUAGES

LONGEST_NAME, LONGEST_PHONE, LONGEST_EMAIL = 160, 40, 254


def agreement_on(provider: Provider, day: date) -> bool:
    """Whether the office has an agreement with a provider on a day; without a last day it goes on."""
    first, last = provider.agreement_from, provider.agreement_until
    return first is not None and first <= day and (last is None or day <= last)


def add(*, actor: Actor, given: Mapping[str, str]) -> Provider:
    """Enter a provider; raises Forbidden, and Invalid by field."""
    _require(actor)
    lock("providers")
    told = _read(given, None)
    row = Provider(id=new_id(), created_at=clock.now(), row_version=1, **told)
    db.session.add(row)
    db.session.flush()
    record(action="provider.added", actor_id=actor.user_id, provider=str(row.id))
    return row


def change(*, actor: Actor, provider_id: uuid.UUID, given: Mapping[str, str], seen: int) -> Provider:
    """Change a provider; raises Forbidden, NotFound, Conflict (it changed since it was read), Invalid by field."""
    _require(actor)
    lock("providers")
    row = get_provider(provider_id, lock=True)
    if row.row_version != seen:
        raise Conflict(_("This has changed since you opened the page."), current=row.name)
    told = _read(given, row.id)
    changed = sorted(name for name, value in told.items() if getattr(row, name) != value)
    for name in changed:
        setattr(row, name, told[name])
    row.row_version += 1
    db.session.flush()
    record(action="provider.changed", actor_id=actor.user_id, provider=str(row.id), fields=changed)
    return row


def _require(actor: Actor) -> None:
    if not actor.may(Permission.PROVIDER_MANAGE):
        raise Forbidden(_("Your role does not keep the register of providers."))


def _read(given: Mapping[str, str], own: uuid.UUID | None) -> dict[str, Any]:
    """The fields as they are stored; raises Invalid with all that is wrong."""
    errors: dict[str, str] = {}
    told: dict[str, Any] = {
        "name": _text(given, "name", LONGEST_NAME, errors, needed=True),
        "kind": _one_of(given, "kind", provider_kinds(), errors),
        "country": _one_of(given, "country", codes.names("countries", "en"), errors),
        "email": _email(given, errors),
        "phone": _text(given, "phone", LONGEST_PHONE, errors),
        "language": _one_of(given, "language", LANGUAGES, errors),
        "agreement_from": _day(given, "agreement_from", errors),
        "agreement_until": _day(given, "agreement_until", errors),
        "active": given.get("active") == "yes",
    }
    first, last = told["agreement_from"], told["agreement_until"]
    if last is not None and not errors.keys() & {"agreement_from", "agreement_until"}:
        if first is None:
            errors["agreement_from"] = _("Say from when the agreement is in force.")
        elif last < first:
            errors["agreement_until"] = _("The last day lies before the first.")
    if not errors and _known(told, own):
        errors["name"] = _("This provider is in the register already.")
    if errors:
        raise Invalid(errors)
    return told


def _text(
    given: Mapping[str, str], name: str, longest: int, errors: dict[str, str], *, needed: bool = False
) -> str:
    found = " ".join(given.get(name, "").split())
    if needed and not found:
        errors[name] = _("This is needed.")
    elif len(found) > longest:
        errors[name] = _("Use at most %(max)d characters.", max=longest)
    return found


def _one_of(given: Mapping[str, str], name: str, known: Collection[str], errors: dict[str, str]) -> str:
    found = given.get(name, "")
    if found not in known:
        errors[name] = _("Choose one of the list.")
    return found


def _email(given: Mapping[str, str], errors: dict[str, str]) -> str | None:
    """An address in its normal form, or none: such providers get a paper, and staff record their answers."""
    found = _text(given, "email", LONGEST_EMAIL, errors)
    if not found or "email" in errors:
        return None
    try:
        return validate_email(found, check_deliverability=False).normalized
    except EmailNotValidError:
        errors["email"] = _("This is no e-mail address.")
        return None


def _day(given: Mapping[str, str], name: str, errors: dict[str, str]) -> date | None:
    found = given.get(name, "").strip()
    try:
        return date.fromisoformat(found) if found else None
    except ValueError:
        errors[name] = _("This is no date.")
        return None


def _known(told: Mapping[str, Any], own: uuid.UUID | None) -> bool:
    same = select(Provider.id).where(Provider.name == told["name"], Provider.country == told["country"])
    return bool(set(db.session.scalars(same)) - {own})
