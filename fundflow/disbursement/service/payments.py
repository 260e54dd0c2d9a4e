"""One payment, three persons: certified, authorised, released; the database stands behind each rule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from fundflow.disbursement.models import Payment, Purchase, Tranche
from fundflow.disbursement.service import money
from fundflow.disbursement.service.duplicates import normalised, require_clear
from fundflow.disbursement.service.payees import payee
from fundflow.documents import next_number
from fundflow.platform import clock
from fundflow.platform.db import db
from fundflow.platform.errors import Refused
from fundflow.platform.ids import new_id
from fundflow.platform.money import Money, show
from fundflow.workflow import MoveContext

CONSTRAINTS = {
    "ck_payment_authoriser_not_certifier": _l("Who certified a payment cannot authorise it too."),
    "ck_payment_releaser_is_third": _l("Who certified or authorised a payment cannot release it too."),
    "ck_payment_three_steps": _l("A payment is certified and authorised before it is released."),
    "uq_payment_tranche": _l("There is a payment for this part already."),
    "uq_payment_purchase": _l("There is a payment for this purchase already."),
}


def open_payment(ctx: MoveContext) -> Payment:
    """The payment of the tranche, or of the purchase's invoice; an earlier one not yet released is void.

    Raises Refused when one has been released, or when nothing is to be paid.
    """
    void(ctx)
    amount = amount_of(ctx.subject)
    who = payee(ctx)
    column = _column(ctx.subject)
    tries = db.session.scalar(select(func.count()).select_from(Payment).where(column == ctx.subject.id)) or 0
    payment = Payment(
        id=new_id(),
        application_id=ctx.case.id,
        amount_minor=amount.minor,
        currency=amount.currency,
        payee_name=who.name,
        payee_iban=normalised(who.iban),
        end_to_end_id=_end_to_end(ctx, tries),
        **{column.key: ctx.subject.id},
    )
    db.session.add(payment)
    with _explained():
        db.session.flush()
    return payment


def void(ctx: MoveContext) -> None:
    """Cancel the payment that is under way; Refused when it has been released."""
    earlier = live(ctx.subject)
    if earlier is None:
        return
    if earlier.released_at is not None:
        raise Refused([_("This has been paid already.")])
    earlier.cancelled_at = clock.now()
    db.session.flush()


def send_back(ctx: MoveContext, *, code: str, note: str) -> None:
    """The bank did not take the payment: it is void, and keeps the bank's reason (ISO 20022, four characters).

    Raises Refused for a payment that has been released, or for what is no such code.
    """
    payment = live(ctx.subject)
    if payment is None:
        raise Refused([_("There is no payment under way.")])
    given = code.strip().upper()
    if not re.fullmatch(r"[A-Z0-9]{4}", given):
        raise Refused([_("The bank's reason code has four letters and figures, such as AC01.")])
    void(ctx)
    payment.return_code, payment.return_note = given, note.strip()[:2000]
    _keep(payment, ctx)


def live(subject: Tranche | Purchase, *, locked: bool = False) -> Payment | None:
    """The payment of a tranche or purchase that was not cancelled."""
    query = select(Payment).where(_column(subject) == subject.id, Payment.cancelled_at.is_(None))
    if locked:
        query = query.with_for_update().execution_options(populate_existing=True)
    return db.session.scalar(query)


def amount_of(subject: Tranche | Purchase) -> Money:
    """What is to be paid: the tranche's amount, or the invoice (the price before there is one)."""
    if isinstance(subject, Tranche):
        return Money(subject.amount_minor, subject.currency)
    minor = subject.invoice_minor if subject.invoice_minor is not None else subject.price_minor
    if minor is None:
        raise Refused([_("Neither invoice nor price is recorded.")])
    return Money(minor, subject.currency)


def certify(ctx: MoveContext) -> None:
    """The first person: papers and account are in order, and the money is committed to the last cent.

    The voucher's number is the form's, else the next of the programme's series. Raises Refused without an
    account, or when the line has no room for what an invoice is above its order.
    """
    payment = _under_way(ctx)
    if not payment.payee_iban:
        raise Refused([_("The bank account of %(payee)s is not recorded.", payee=payment.payee_name)])
    require_clear(payment, ctx.case, ctx.definition)
    given = str(ctx.form.get("voucher") or "").strip()
    payment.voucher = given or next_number(f"{ctx.definition.programme.prefix}-PV", _year(ctx))
    payment.certified_by, payment.certified_at = ctx.actor.user_id, clock.now()
    _keep(payment, ctx)
    if isinstance(ctx.subject, Purchase):
        money.cover(ctx, _amount(payment), payment.voucher)


def authorise(ctx: MoveContext) -> None:
    """The second person, who types the amount anew; Refused for another amount, or for the certifier."""
    payment = _under_way(ctx)
    typed = ctx.form.get("amount")
    if not isinstance(typed, dict) or (typed["minor"], typed["currency"]) != (
        payment.amount_minor,
        payment.currency,
    ):
        right = show(payment.amount_minor, payment.currency, ctx.actor.language)
        raise Refused(
            [_("The amount you typed is not that of this payment, which is %(amount)s.", amount=right)]
        )
    if payment.certified_at is None:
        raise Refused([_("This payment is not certified.")])
    require_clear(payment, ctx.case, ctx.definition)
    payment.authorised_by, payment.authorised_at = ctx.actor.user_id, clock.now()
    _keep(payment, ctx)


def release(ctx: MoveContext) -> None:
    """The third person: the bank has the order; the money is spent, the rest of a purchase's is freed."""
    payment = _under_way(ctx)
    if payment.released_at is not None:
        raise Refused([_("This has been paid already.")])
    if payment.certified_at is None or payment.authorised_at is None:
        raise Refused([_("A payment is certified and authorised before it is released.")])
    require_clear(payment, ctx.case, ctx.definition)
    payment.bank_reference = str(ctx.form.get("bank_reference") or "").strip() or None
    payment.paid_on = _day(ctx, ctx.form.get("paid_on"))
    payment.released_by, payment.released_at = ctx.actor.user_id, clock.now()
    _keep(payment, ctx)
    money.spend(ctx, _amount(payment), payment.voucher)
    if isinstance(ctx.subject, Purchase):
        money.release_rest(ctx)


def _under_way(ctx: MoveContext) -> Payment:
    if ctx.actor.user_id is None:
        raise Refused([_("A payment needs a person at every step.")])
    payment = live(ctx.subject, locked=True)
    if payment is None:
        raise Refused([_("There is no payment under way.")])
    return payment


def _keep(payment: Payment, ctx: MoveContext) -> None:
    with _explained():
        db.session.flush()
    ctx.notes["payment"] = payment.end_to_end_id


def _amount(payment: Payment) -> Money:
    return Money(payment.amount_minor, payment.currency)


def _column(subject: Tranche | Purchase) -> Any:
    return Payment.tranche_id if isinstance(subject, Tranche) else Payment.purchase_id


def _end_to_end(ctx: MoveContext, tries: int) -> str:
    """The payment's name at the bank (ISO 20022: 35 characters at most)."""
    letter = "T" if isinstance(ctx.subject, Tranche) else "P"
    again = f"-{tries + 1}" if tries else ""
    return f"{ctx.case.reference}-{letter}{ctx.subject.number}{again}"


def _year(ctx: MoveContext) -> int:
    return clock.today(ctx.case.call.timezone).year


def _day(ctx: MoveContext, given: Any) -> date:
    return date.fromisoformat(given) if given else clock.today(ctx.case.call.timezone)


@contextmanager
def _explained() -> Iterator[None]:
    """Turn what the database refuses into the sentence that belongs to the constraint."""
    try:
        yield
    except IntegrityError as fault:
        name = getattr(getattr(fault.orig, "diag", None), "constraint_name", None)
        if name not in CONSTRAINTS:
            raise
        raise Refused([CONSTRAINTS[name]]) from fault
