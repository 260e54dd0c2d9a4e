"""What becomes of an order: goods arrive in parts, pass to the recipient, and are invoiced."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from fundflow.disbursement.models import Delivery, Handover, Purchase, PurchaseLine
from fundflow.disbursement.service.purchases import answer_in_words, lines_of, others_with_invoice
from fundflow.platform.db import db
from fundflow.platform.errors import Refused
from fundflow.platform.ids import new_id
from fundflow.platform.money import round_half_up
from fundflow.workflow import MoveContext


def deliveries_of(purchase: Purchase) -> Sequence[Delivery]:
    """The arrivals of goods, in order."""
    return db.session.scalars(
        select(Delivery).where(Delivery.purchase_id == purchase.id).order_by(Delivery.number)
    ).all()


def handover_of(purchase: Purchase) -> Handover | None:
    """The signed handover, if there is one."""
    return db.session.scalar(select(Handover).where(Handover.purchase_id == purchase.id))


def record_delivery(ctx: MoveContext) -> None:
    """Add what arrived to the lines; Refused, with every fault, for strange lines or more than ordered."""
    purchase: Purchase = ctx.subject
    if ctx.actor.user_id is None:
        raise Refused([_("A person receives goods.")])
    lines = {line.number: line for line in lines_of(purchase)}
    rows = [_arrival(row) for row in ctx.form.get("lines") or []]
    faults = _take(lines, rows)
    if faults:
        raise Refused(faults)
    last = max((each.number for each in deliveries_of(purchase)), default=0)
    db.session.add(
        Delivery(
            id=new_id(),
            application_id=ctx.case.id,
            purchase_id=purchase.id,
            number=last + 1,
            received_on=date.fromisoformat(ctx.form["received_on"]),
            received_by=ctx.actor.user_id,
            place=str(ctx.form.get("place") or "")[:160],
            waybill=str(ctx.form.get("waybill") or "")[:60],
            note=str(ctx.form.get("note") or "")[:2000],
            lines=rows,
        )
    )
    db.session.flush()


def _arrival(row: Any) -> dict[str, Any]:
    return {
        "line": int(row["line"]),
        "received": str(row.get("received") or "0"),
        "refused": str(row.get("refused") or "0"),
        "remark": str(row.get("remark") or ""),
    }


def _take(lines: dict[int, PurchaseLine], rows: list[dict[str, Any]]) -> list[str]:
    """Count the rows into the lines; the words for whatever does not fit."""
    if not any(Decimal(row["received"]) or Decimal(row["refused"]) for row in rows):
        return [_("Nothing arrived: count at least one line.")]
    faults = []
    for row in rows:
        line, received, refused = lines.get(row["line"]), Decimal(row["received"]), Decimal(row["refused"])
        if line is None:
            faults.append(_("The order has no line %(line)s.", line=row["line"]))
        elif received < 0 or refused < 0:
            faults.append(_("Line %(line)s: a count cannot be below nothing.", line=row["line"]))
        elif line.received + received > line.quantity:
            faults.append(_over(line, received))
        else:
            line.received += received
            line.refused += refused
    return faults


def _over(line: PurchaseLine, received: Decimal) -> str:
    words: str = _(
        "Line %(line)s (%(what)s): %(ordered)s ordered, %(before)s received; %(now)s more are too many.",
        line=line.number,
        what=line.description,
        ordered=plain(line.quantity),
        before=plain(line.received),
        now=plain(received),
    )
    return words


def plain(quantity: Decimal) -> str:
    """A quantity without idle zeros: 12.500 reads 12.5, and 100 stays 100."""
    return f"{quantity.normalize():f}"


def record_handover(ctx: MoveContext) -> None:
    """Who signed for the goods, when and where; goods that were replaced are signed for anew."""
    purchase: Purchase = ctx.subject
    if ctx.actor.user_id is None:
        raise Refused([_("A person records the handover.")])
    handover = handover_of(purchase)
    if handover is None:
        handover = Handover(id=new_id(), application_id=ctx.case.id, purchase_id=purchase.id)
        db.session.add(handover)
    handover.receiver_name = str(ctx.form.get("receiver_name") or "")[:160]
    handover.relation = answer_in_words(ctx, "relation")[:80]
    handover.guardian_name = str(ctx.form.get("guardian_name") or "")[:160]
    handover.witness = str(ctx.form.get("witness") or "")[:160]
    handover.place = str(ctx.form.get("place") or "")[:160]
    handover.serials = str(ctx.form.get("serials") or "")[:1000]
    handover.signed_on = date.fromisoformat(ctx.form["signed_on"])
    handover.recorded_by = ctx.actor.user_id
    db.session.flush()


def record_invoice(ctx: MoveContext) -> None:
    """The vendor's invoice with its account; Refused when it was recorded for another purchase before."""
    purchase: Purchase = ctx.subject
    number = str(ctx.form.get("number") or "").strip()[:60]
    if others_with_invoice(purchase, number):
        raise Refused([_("This invoice of the vendor has been recorded for another purchase already.")])
    purchase.invoice_number = number
    purchase.invoice_on = date.fromisoformat(ctx.form["invoice_on"])
    purchase.invoice_minor = int(ctx.form["amount"]["minor"])
    if ctx.form.get("iban"):
        purchase.vendor_iban = str(ctx.form["iban"])[:40]
    db.session.flush()


def received_minor(purchase: Purchase, lines: Sequence[PurchaseLine]) -> int:
    """What the received goods cost at the order's price, in minor units.

    The price of the order is for everything; a part of the goods costs the part that the request's own prices
    give it, rounded once, half up. Without such prices (all are nothing) quantities decide.
    """
    if purchase.price_minor is None:
        return 0
    weights = [(Fraction(line.unit_price_minor), line) for line in lines]
    if not any(weight for weight, _line in weights):
        weights = [(Fraction(1), line) for line in lines]
    whole = sum((weight * Fraction(line.quantity) for weight, line in weights), Fraction(0))
    if whole == 0:
        return 0
    part = sum((weight * Fraction(line.received) for weight, line in weights), Fraction(0))
    exact = purchase.price_minor * part / whole
    return whole_minor(Decimal(exact.numerator) / Decimal(exact.denominator))


def whole_minor(exact: Decimal) -> int:
    """An exact amount in minor units, rounded once, half up."""
    return int(round_half_up(exact, 0))
