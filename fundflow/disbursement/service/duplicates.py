"""Payments that seem to pay the same twice are held until somebody of finance says why they are right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Text, and_, cast, exists, func, or_, select

from fundflow.accounts import Actor
from fundflow.applications.models import Application, Party
from fundflow.applications.service.parties import beneficiary
from fundflow.audit import record
from fundflow.disbursement.models import Payment, PaymentClearance
from fundflow.people import Person
from fundflow.platform import clock
from fundflow.platform.db import db
from fundflow.platform.errors import Invalid, Refused
from fundflow.platform.ids import new_id
from fundflow.programmes import Definition
from fundflow.workflow import add_months

LEAST = 20
"""A reason shorter than this explains nothing."""
WHOM = ("applicant", "beneficiary")


def normalised(account: str) -> str:
    """An account number as it is compared: without spaces, in capitals."""
    return "".join(account.split()).upper()


def twins(payment: Payment, case: Application, definition: Definition) -> list[tuple[Payment, str]]:
    """Payments of other cases to the same account or person, with those cases' references, that nobody has cleared.

    What the programme's `duplicate_payments` says decides: which payments, over how many months, and how far. One
    that is only certified counts for the payment that came to it later.
    """
    rule = definition.programme.duplicate_payments
    kind = "tranche" if payment.tranche_id else "purchase"
    if rule is None or kind not in rule.kinds or payment.cancelled_at is not None:
        return []
    ways = [_same_account(payment)] if "account" in rule.by else []
    ways += [_same_person(case)] if "person" in rule.by else []
    since = add_months(clock.today(case.call.timezone), -rule.months)
    earlier: ColumnElement[bool] = Payment.certified_at.is_not(None)
    if payment.certified_at is not None:
        earlier = Payment.certified_at < payment.certified_at
    query = (
        select(Payment, Application.reference)
        .join(Application, Application.id == Payment.application_id)
        .where(
            Payment.application_id != case.id,
            Payment.cancelled_at.is_(None),
            or_(*ways),
            or_(Payment.paid_on >= since, and_(Payment.released_at.is_(None), earlier)),
            Payment.end_to_end_id.not_in(_cleared(payment)),
        )
        .order_by(Payment.id)
    )
    if rule.across == "programme":
        query = query.where(Application.programme_id == case.programme_id)
    return [(row[0], row[1] or "") for row in db.session.execute(query)]


def _same_account(payment: Payment) -> ColumnElement[bool]:
    return and_(Payment.payee_iban == payment.payee_iban, Payment.payee_iban != "")


def _same_person(case: Application) -> ColumnElement[bool]:
    """The same account at the office, document, or name with date of birth."""
    own = beneficiary(case)
    if own is None:
        return exists().where(Payment.id.is_(None))
    same: list[ColumnElement[bool]] = []
    if own.user_id is not None:
        same.append(Person.user_id == own.user_id)
    if own.document_number:
        number = func.upper(func.replace(Person.document_number, " ", ""))
        same.append(number == normalised(own.document_number))
    if own.birth_date is not None:
        named = func.lower(Person.full_name) == own.full_name.lower()
        same.append(and_(named, Person.birth_date == own.birth_date))
    theirs = and_(
        Party.application_id == Payment.application_id,
        Party.kind.in_(WHOM),
        Party.ended_at.is_(None),
        Party.person_id == Person.id,
    )
    return exists().where(theirs, or_(Person.id == own.id, *same))


def _cleared(payment: Payment) -> list[str]:
    rows = db.session.scalars(
        select(PaymentClearance.payments).where(PaymentClearance.payment_id == payment.id)
    )
    return [name for names in rows for name in names]


def clearances(payment: Payment) -> Sequence[PaymentClearance]:
    """Who cleared the payment and why, oldest first."""
    return db.session.scalars(
        select(PaymentClearance)
        .where(PaymentClearance.payment_id == payment.id)
        .order_by(PaymentClearance.cleared_at)
    ).all()


def require_clear(payment: Payment, case: Application, definition: Definition) -> None:
    """Raise Refused while the payment is held; those to one account take turns, so that each sees the other."""
    if definition.programme.duplicate_payments is None:
        return
    db.session.execute(select(cast(func.pg_advisory_xact_lock(func.hashtext(payment.payee_iban)), Text)))
    found = twins(payment, case, definition)
    if found:
        others = ", ".join(reference for _payment, reference in found)
        raise Refused(
            [
                _(
                    "This payment is held: the same account or person is paid in %(cases)s too. Finance first says "
                    "why it is right.",
                    cases=others,
                )
            ]
        )


def clear(*, actor: Actor, payment: Payment, case: Application, definition: Definition, reason: str) -> None:
    """Say why a held payment is right; Invalid without a reason, Refused when nothing holds it."""
    if len(reason.strip()) < LEAST:
        raise Invalid({"reason": _("Give a reason of at least %(least)s characters.", least=LEAST)})
    found = twins(payment, case, definition)
    if not found:
        raise Refused([_("Nothing holds this payment.")])
    others = [other.end_to_end_id for other, _reference in found]
    row: dict[str, Any] = {"payment_id": payment.id, "payments": others, "reason": reason.strip()[:2000]}
    db.session.add(PaymentClearance(id=new_id(), cleared_by=actor.user_id, cleared_at=clock.now(), **row))
    db.session.flush()
    record(
        action="payment.cleared", actor_id=actor.user_id, application_id=case.id, payment=payment.end_to_end_id,
        others=others,
    )  # fmt: skip
