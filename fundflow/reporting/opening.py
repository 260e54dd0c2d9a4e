"""Opening a budget line: what the page sent, checked field by field, then posted by the ledger."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from babel.core import get_global
from flask_babel import gettext as _
from sqlalchemy import select

from fundflow.accounts import Actor, Permission
from fundflow.audit import record
from fundflow.forms.numbers import read
from fundflow.ledger import BudgetLine, Fund, fund_line, open_fund
from fundflow.platform.db import db, lock
from fundflow.platform.errors import Forbidden, Invalid
from fundflow.platform.money import to_minor

LONGEST = {"fund_code": 40, "fund_title": 200, "donor": 200, "code": 40, "title": 200}
MOST_MINOR = 10**13


def funds() -> Sequence[Fund]:
    """All funds, by code."""
    return db.session.scalars(select(Fund).order_by(Fund.code)).all()


def open_line(*, actor: Actor, given: Mapping[str, str], language: str) -> BudgetLine:
    """A budget line with the amount of its agreement, of the fund `fund` or of a new one.

    Amounts are read as people write them in the language. Raises Forbidden, and Invalid by field.
    """
    if not actor.may(Permission.FUND_MANAGE):
        raise Forbidden(_("Your role does not open budget lines."))
    lock("funds")
    errors: dict[str, str] = {}
    fund = _known(given, errors)
    names = ("code", "title") if given.get("fund") else ("fund_code", "fund_title", "donor", "code", "title")
    told = {name: _text(given, name, errors) for name in names}
    currency = fund.currency if fund else _currency(given, errors)
    minor = _amount(given, currency, language, errors)
    if fund and db.session.scalar(
        select(BudgetLine.id).where(BudgetLine.fund_id == fund.id, BudgetLine.code == told["code"])
    ):
        errors["code"] = _("This fund has a line with this code.")
    if not fund and db.session.scalar(select(Fund.id).where(Fund.code == told.get("fund_code", ""))):
        errors["fund_code"] = _("There is a fund with this code; choose it above.")
    if errors:
        raise Invalid(errors)
    if fund is None:
        fund = open_fund(
            code=told["fund_code"], title=told["fund_title"], donor=told["donor"], currency=currency
        )
        record(action="fund.opened", actor_id=actor.user_id, fund=fund.code, currency=currency)
    return fund_line(
        actor_id=actor.user_id, fund=fund, code=told["code"], title=told["title"], amount_minor=minor
    )


def _known(given: Mapping[str, str], errors: dict[str, str]) -> Fund | None:
    wanted = given.get("fund", "")
    if not wanted:
        return None
    try:
        found = db.session.get(Fund, uuid.UUID(wanted))
    except ValueError:
        found = None
    if found is None:
        errors["fund"] = _("Choose a fund of the list, or none for a new one.")
    return found


def _text(given: Mapping[str, str], name: str, errors: dict[str, str]) -> str:
    found = " ".join(given.get(name, "").split())
    if not found:
        errors[name] = _("This is needed.")
    elif len(found) > LONGEST[name]:
        errors[name] = _("Use at most %(max)d characters.", max=LONGEST[name])
    return found


def _currency(given: Mapping[str, str], errors: dict[str, str]) -> str:
    found = given.get("currency", "").strip().upper()
    if found not in get_global("all_currencies"):
        errors["currency"] = _("Write the three letters of a currency, such as EUR or ALL.")
    return found


def _amount(given: Mapping[str, str], currency: str, language: str, errors: dict[str, str]) -> int:
    try:
        minor = to_minor(read(given.get("amount", ""), language), currency)
    except (ValueError, ArithmeticError):
        minor = 0
    if not 0 < minor <= MOST_MINOR:
        errors["amount"] = _("Write an amount above nothing, such as 50,000.00.")
        return 0
    return minor
