"""Answers that fit what a case already says: whom it is for, what was ordered, what a guard compares."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from fundflow.accounts import SYSTEM
from fundflow.applications.models import Application
from fundflow.applications.policy import on_case
from fundflow.applications.service.hooks import context
from fundflow.approval.entitlement import DAY, KEYS, TABLE
from fundflow.disbursement.models import PurchaseLine, Quote
from fundflow.forms import Form
from fundflow.platform import clock
from fundflow.platform.db import db
from fundflow.platform.ids import new_id
from fundflow.programmes import Definition
from fundflow.referrals.models import Provider
from fundflow.simulation.cast import Cast
from fundflow.workflow import CompiledMove

OFFERS, SELDOM = 3, 5
GROWN, YOUNG = 30, 16
"""The ages of those for whom cases are walked, where the age matters; some of the young are almost of age."""
SOON = timedelta(days=75)
_SAID = re.compile(r"a\.(\w+)\s*==\s*'(\w+)'")
_AWAITED = re.compile(r"f\.answers\.(\w+)\.(\w+)\s*==\s*'(\w+)'")
_COMPARED = re.compile(r"m\.(\w+)\s*(?:==|<=)\s*f\.(\w+(?:\.\w+)*)")

Answers = dict[str, Any]


def wanted(cast: Cast, form: Form, *, minor: bool) -> Answers:
    """What a form of a case must say so that it fits the rest of the case, as far as the programme's files tell."""
    given = _awaited(cast, form) | _entitled(cast, form) | _born(cast, form, minor=minor)
    consents = cast.definition.programme.of_age.consents
    if consents is not None and cast.definition.forms.get(consents.form) is form:
        given |= _said(consents.by_guardian if minor else consents.by_person)
    return {name: answer for name, answer in given.items() if _asked(form, name)}


def _awaited(cast: Cast, form: Form) -> Answers:
    """Mostly the words with which later moves compare an answer of this form."""
    conditions = [
        str(bound.params["when"])
        for each in cast.definition.machines["application"].moves.values()
        for bound in each.guards
        if bound.rule.name == "condition"
    ]
    return {
        name: word
        for when in conditions
        for of, name, word in _AWAITED.findall(when)
        if cast.definition.forms.get(of) is form and cast.lots.randint(1, SELDOM) > 1
    }


def _asked(form: Form, name: str) -> bool:
    return any(question.id == name for question in form.questions())


def _said(condition: str | None) -> Answers:
    """The answers that a condition compares with a word."""
    return dict(_SAID.findall(condition or ""))


def _entitled(cast: Cast, form: Form) -> Answers:
    """One row of the table of entitlements, in the form that asks for what the table is keyed by."""
    rows = cast.definition.programme.values.get(TABLE, ())
    if not rows or not all(_asked(form, name) for name in KEYS):
        return {}
    row = cast.lots.choice(list(rows))
    today = clock.today(cast.definition.programme.timezone).isoformat()
    return {name: row[name] for name in KEYS} | {DAY: max(row["from"], min(row["until"] or today, today))}


def _linked(definition: Definition, rule: str) -> Iterable[Mapping[str, Any]]:
    for each in definition.machines["application"].moves.values():
        yield from (bound.params for bound in each.effects if bound.rule.name == rule)


def _born(cast: Cast, form: Form, *, minor: bool) -> Answers:
    """The birthday of whom the case is for, and the guardian's part of the form where one is needed."""
    given: Answers = {}
    definition = cast.definition
    today = clock.today(definition.programme.timezone)
    for params in _linked(definition, "link_person"):
        born = params["fields"].get("birth_date")
        if born and definition.forms[params["form"]] is form:
            years = cast.lots.choice((YOUNG, cast.definition.programme.of_age.years)) if minor else GROWN
            given[born] = (today.replace(year=today.year - years, day=1) + SOON * minor).isoformat()
    for params in _linked(definition, "link_guardian"):
        if definition.forms[params["form"]] is form:
            named = params["fields"]["full_name"]
            for section in form.sections:
                shown = _said(section.show_if)
                if any(question.id == named for question in section.questions):
                    given |= shown if minor else dict.fromkeys(shown, "no")
    return given


def addressed(definition: Definition, form: Form, email: str) -> Answers:
    """The address of somebody with an account, where a form names a person other than its applicant."""
    return {
        params["fields"]["email"]: email
        for params in _linked(definition, "link_person")
        if params.get("party", "beneficiary") != "applicant"
        and definition.forms[params["form"]] is form
        and _asked(form, params["fields"].get("email", ""))
    }


def for_move(case: Application, kind: str, row: Any, each: CompiledMove, form: Form) -> Answers:
    """What the form of a move must say: amounts that its guards compare, and the papers of a purchase."""
    given = _compared(case, kind, row, each, form)
    effects = {bound.rule.name for bound in each.effects}
    if "record_requisition" in effects:
        line = {
            "description": "Tool",
            "unit": "piece",
            "quantity": "1",
            "unit_price": _money(row.budget_minor, row),
        }
        given["lines"] = [line]
    if "record_quotes" in effects:
        given["quotes"] = [_offer(number, row) for number in range(OFFERS)]
    if "choose_vendor" in effects:
        offers = select(Quote).where(Quote.purchase_id == row.id, Quote.conform).order_by(Quote.price_minor)
        given |= {"vendor": first.vendor_name} if (first := db.session.scalars(offers).first()) else {}
    if "record_delivery" in effects:
        lines = select(PurchaseLine).where(PurchaseLine.purchase_id == row.id)
        given["lines"] = [
            {"line": str(line.number), "received": str(line.quantity - line.received), "refused": "0"}
            for line in db.session.scalars(lines.order_by(PurchaseLine.number))
        ]
    if "record_invoice" in effects:
        given["amount"] = _money(row.price_minor or row.budget_minor, row)
        given["number"] = row.id.hex
    return {name: answer for name, answer in given.items() if _asked(form, name)}


def provider(cast: Cast) -> Provider:
    """Somebody to send people to: of a kind that the consent may cover, with an agreement in force."""
    law, today = cast.definition.programme.referrals, clock.today(cast.definition.programme.timezone)
    row = Provider(
        id=new_id(), name=f"Provider {new_id().hex}", kind=cast.lots.choice(sorted(law.consent.covers if law else ())),
        country=cast.definition.programme.country, email="provider@people.example", language="en",
        agreement_from=today, created_at=clock.now(),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


def _compared(case: Application, kind: str, row: Any, each: CompiledMove, form: Form) -> Answers:
    pairs = [
        pair
        for bound in each.guards
        if bound.rule.name == "condition"
        for pair in _COMPARED.findall(str(bound.params["when"]))
    ]
    facts = context(who=on_case(SYSTEM, case, ()), case=case, subject=row, kind=kind).facts if pairs else {}
    found: Answers = {}
    for name, path in pairs:
        worth: Any = facts
        for part in path.split("."):
            worth = worth.get(part) if isinstance(worth, Mapping) else None
        if isinstance(worth, int) and _asked(form, name) and form.question(name).type == "money":
            found[name] = _money(worth, case)
    return found


def _money(minor: int, row: Any) -> dict[str, Any]:
    return {"minor": minor, "currency": row.currency}


def _offer(number: int, row: Any) -> Answers:
    return {
        "vendor": f"Vendor {number}", "nipt": "L61234567A", "delivery_days": "7", "conform": "yes",
        "price": _money(row.budget_minor * (90 + number) // 100, row), "iban": "AL35202111090000000001234567",
    }  # fmt: skip
