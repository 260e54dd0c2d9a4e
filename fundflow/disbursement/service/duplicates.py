"""Payments that seem to pay the same twice are held until somebody of finance says why they are right."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, Text, and_, any_, cast, exists, false, func, or_, select
from sqlalchemy.orm import aliased

from fundflow.accounts import Actor
from fundflow.applications.models import Application, Party
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
HELD = aliased(Payment)
"""The payment in question, beside others."""


def normalised(account: str) -> str:
    """An account number as it is compared: without spaces, in capitals."""
    return "".join(account.split()).upper()


def twins(payment: Payment, case: Application, definition: Definition) -> list[tuple[Payment, str]]:
    """Payments of other cases to the same account or person, with those cases' references, that nobody has cleared.

    What the programme's `duplicate_payments` says decides: which payments, over how many months, and how far. One
    that is only certified counts for the payment that came to it later.
    """
    query = (
        select(Payment, Application.reference)
        .join(Application, Application.id == Payment.application_id)
        .join(HELD, HELD.id == payment.id)
        .where(_seems_second(definition, clock.today(case.call.timezone)))
        .order_by(Payment.id)
    )
    return [(row[0], row[1] or "") for row in db.session.execute(query)]


def held_among(
    payments: Iterable[uuid.UUID], definitions: Mapping[uuid.UUID, Definition]
) -> frozenset[uuid.UUID]:
    """Which of these payments are held and not released yet, in one query; `definitions` by version of their cases."""
    wanted = list(payments)
    ways = [
        and_(Application.version_id == version, exists(_other(definition)))
        for version, definition in definitions.items()
        if definition.programme.duplicate_payments is not None
    ]
    if not wanted or not ways:
        return frozenset()
    query = (
        select(HELD.id)
        .join(Application, Application.id == HELD.application_id)
        .where(HELD.id.in_(wanted), HELD.released_at.is_(None), or_(*ways))
    )
    return frozenset(db.session.scalars(query))


def _other(definition: Definition) -> Select[uuid.UUID]:
    day = clock.today(definition.programme.timezone)
    return select(Payment.id).where(_seems_second(definition, day)).correlate(HELD)


def _seems_second(definition: Definition, day: date) -> ColumnElement[bool]:
    """Whether a payment of another case makes HELD look like a second one, by the programme's rule, on a day."""
    rule = definition.programme.duplicate_payments
    if rule is None:
        return false()
    causes = {"tranche": HELD.tranche_id, "purchase": HELD.purchase_id}
    ways = {"account": _same_account, "person": _same_person}
    earlier = or_(
        and_(HELD.certified_at.is_(None), Payment.certified_at.is_not(None)),
        Payment.certified_at < HELD.certified_at,
    )
    since = add_months(day, -rule.months)
    within = (_same_programme(),) if rule.across == "programme" else ()
    return and_(
        or_(*(causes[kind].is_not(None) for kind in rule.kinds)),
        HELD.cancelled_at.is_(None),
        Payment.application_id != HELD.application_id,
        Payment.cancelled_at.is_(None),
        or_(*(ways[each]() for each in rule.by)),
        or_(Payment.paid_on >= since, and_(Payment.released_at.is_(None), earlier)),
        ~_cleared(),
        *within,
    )


def _same_account() -> ColumnElement[bool]:
    return and_(Payment.payee_iban == HELD.payee_iban, Payment.payee_iban != "")


def _same_person() -> ColumnElement[bool]:
    """The same account at the office, document, or name with date of birth; of HELD whom its case is for."""
    ours, theirs, own, person = aliased(Party), aliased(Party), aliased(Person), aliased(Person)
    helped = aliased(Party)
    number, own_number = (func.upper(func.replace(each.document_number, " ", "")) for each in (person, own))
    same = or_(
        person.id == own.id,
        person.user_id == own.user_id,
        and_(own.document_number != "", number == own_number),
        and_(func.lower(person.full_name) == func.lower(own.full_name), person.birth_date == own.birth_date),
    )
    another = exists().where(
        helped.application_id == HELD.application_id,
        helped.kind == "beneficiary",
        helped.person_id.is_not(None),
        helped.ended_at.is_(None),
    )
    return (
        exists()
        .where(
            *(ours.application_id == HELD.application_id, ours.kind.in_(WHOM), ours.ended_at.is_(None)),
            *(
                theirs.application_id == Payment.application_id,
                theirs.kind.in_(WHOM),
                theirs.ended_at.is_(None),
            ),
            *(ours.person_id == own.id, theirs.person_id == person.id),
            or_(ours.kind == "beneficiary", ~another),
            same,
        )
        .correlate(HELD, Payment)
    )


def _same_programme() -> ColumnElement[bool]:
    ours, theirs = aliased(Application), aliased(Application)
    return (
        exists()
        .where(
            ours.id == HELD.application_id,
            theirs.id == Payment.application_id,
            ours.programme_id == theirs.programme_id,
        )
        .correlate(HELD, Payment)
    )


def _cleared() -> ColumnElement[bool]:
    return (
        exists()
        .where(
            PaymentClearance.payment_id == HELD.id, Payment.end_to_end_id == any_(PaymentClearance.payments)
        )
        .correlate(HELD, Payment)
    )


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
