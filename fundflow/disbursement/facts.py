"""Facts of disbursement, for conditions and letters: tranches, payments, purchases and handovers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from fundflow.accounts import names_of
from fundflow.disbursement.models import Payment, Purchase, PurchaseLine, Tranche
from fundflow.disbursement.service import deliveries, payments, purchases, tranches
from fundflow.platform import clock
from fundflow.workflow import MoveContext, fact

KEPT = 4  # signs of an account that a letter shows at its end


def _money(minor: int | None, currency: str) -> dict[str, Any] | None:
    return None if minor is None else {"minor": minor, "currency": currency}


def _day(ctx: MoveContext, moment: datetime | date | None) -> str | None:
    """The calendar day of a moment where the call is at home."""
    if isinstance(moment, datetime):
        moment = clock.day_of(moment, ctx.case.call.timezone)
    return moment.isoformat() if moment else None


TRANCHE = {
    "number": "its place, from 1",
    "title": "its name, in the programme's languages",
    "share": "per cent of the award",
    "amount": "its amount",
    "state": "the label of its stage, in the programme's languages",
}


def _tranche(ctx: MoveContext, row: Tranche) -> dict[str, Any]:
    return {
        "number": row.number,
        "title": dict(row.title),
        "share": row.share,
        "amount": _money(row.amount_minor, row.currency),
        "state": dict(ctx.definition.stage_label(tranches.KIND, row.stage)),
    }


@fact("tranches", help="A list: number, title, share, amount, state of each part of the award.")
def all_tranches(ctx: MoveContext) -> list[dict[str, Any]]:
    """The parts of the award, in order."""
    return [_tranche(ctx, row) for row in tranches.of_case(ctx)]


@fact("tranche", fields=TRANCHE)
def tranche(ctx: MoveContext) -> dict[str, Any]:
    """The tranche that moves; empty when something else does."""
    return _tranche(ctx, ctx.subject) if isinstance(ctx.subject, Tranche) else dict.fromkeys(TRANCHE)


PAYMENT = {
    "amount": "the amount",
    "payee_name": "who is paid",
    "payee_iban": "into which account",
    "iban_masked": "the account, all but its end hidden",
    "voucher": "number of the voucher",
    "reference": "reference of the bank",
    "end_to_end_id": "the payment's name at the bank",
    "paid_on": "day of payment",
    "certified_by": "name of the first person",
    "certified_on": "day of certification",
    "authorised_by": "name of the second person",
    "authorised_on": "day of authorisation",
    "released_by": "name of the third person",
}


@fact("payment", fields=PAYMENT)
def payment(ctx: MoveContext) -> dict[str, Any]:
    """The payment under way, or made, of the tranche or purchase that moves; empty while there is none."""
    row = payments.live(ctx.subject) if isinstance(ctx.subject, Tranche | Purchase) else None
    if row is None:
        return dict.fromkeys(PAYMENT)
    names = names_of([row.certified_by, row.authorised_by, row.released_by])
    return {
        "amount": _money(row.amount_minor, row.currency),
        "payee_name": row.payee_name,
        "payee_iban": row.payee_iban,
        "iban_masked": masked(row.payee_iban),
        "voucher": row.voucher or "",
        "reference": row.bank_reference or "",
        "end_to_end_id": row.end_to_end_id,
        "paid_on": _day(ctx, row.paid_on),
        "certified_on": _day(ctx, row.certified_at),
        "authorised_on": _day(ctx, row.authorised_at),
        **_persons(row, names),
    }


def _persons(row: Payment, names: Mapping[Any, str]) -> dict[str, str]:
    steps = ("certified_by", "authorised_by", "released_by")
    return {step: names.get(getattr(row, step), "") for step in steps}


def masked(iban: str) -> str:
    """An account of which a reader sees the country and the last four signs."""
    return f"{iban[:2]}… {iban[-KEPT:]}" if len(iban) > KEPT + 2 else iban


PURCHASE = {
    "number": "its place in the plan, from 1",
    "title": "what is bought",
    "kind": "kind of help",
    "budget": "what the plan has for it",
    "amount": "the price, or the budget before there is one",
    "recipient_name": "who gets the goods",
    "recipient_relation": "the recipient's tie to the person, or empty",
    "vendor_name": "vendor",
    "vendor_nipt": "the vendor's tax number",
    "choice_reason": "why this vendor, when not the lowest",
    "order_number": "number of the order",
    "ordered_on": "day of the order",
    "deliver_by": "day until which to deliver, or null",
    "deliver_to": "place of delivery",
    "terms": "terms for the vendor",
    "invoice_number": "number of the invoice",
    "invoice_amount": "amount of the invoice, or null",
    "invoice_on": "day of the invoice, or null",
    "lines": "description, unit, quantity, unit_price, amount, received, refused of each",
    "quotes": "vendor, nipt, price, delivery_days, warranty, conform of each offer",
    "state": "the label of its stage, in the programme's languages",
    "given": "whether it was handed over",
}


@fact("purchase", fields=PURCHASE)
def purchase(ctx: MoveContext) -> dict[str, Any]:
    """The purchase that moves; empty when something else does."""
    row = ctx.subject
    if not isinstance(row, Purchase):
        return dict.fromkeys(PURCHASE)
    return {
        **_summary(ctx, row),
        "choice_reason": row.choice_reason,
        **_order(ctx, row),
        "invoice_number": row.invoice_number or "",
        "invoice_amount": _money(row.invoice_minor, row.currency),
        "invoice_on": _day(ctx, row.invoice_on),
        "lines": [_line(line, row.currency) for line in purchases.lines_of(row)],
        "quotes": [
            {
                "vendor": quote.vendor_name,
                "nipt": quote.vendor_tax_number,
                "price": _money(quote.price_minor, row.currency),
                "delivery_days": quote.delivery_days,
                "warranty": quote.warranty,
                "conform": quote.conform,
            }
            for quote in purchases.quotes_of(row)
        ],
    }


def _summary(ctx: MoveContext, row: Purchase) -> dict[str, Any]:
    price = row.price_minor if row.price_minor is not None else row.budget_minor
    return {
        "number": row.number,
        "title": row.title,
        "kind": row.kind,
        "budget": _money(row.budget_minor, row.currency),
        "amount": _money(price, row.currency),
        "recipient_name": row.recipient_name,
        "recipient_relation": row.recipient_relation,
        "vendor_name": row.vendor_name or "",
        "vendor_nipt": row.vendor_tax_number or "",
        "state": dict(ctx.definition.stage_label(purchases.KIND, row.stage)),
        "given": deliveries.handover_of(row) is not None,
    }


def _order(ctx: MoveContext, row: Purchase) -> dict[str, Any]:
    order = row.details.get("order", {})
    return {
        "order_number": row.order_number or "",
        "ordered_on": _day(ctx, row.ordered_at),
        "deliver_by": order.get("deliver_by"),
        "deliver_to": order.get("deliver_to", ""),
        "terms": order.get("terms", ""),
    }


def _line(line: PurchaseLine, currency: str) -> dict[str, Any]:
    amount = deliveries.whole_minor(line.quantity * line.unit_price_minor)
    return {
        "number": line.number,
        "description": line.description,
        "unit": line.unit,
        "quantity": deliveries.plain(line.quantity),
        "unit_price": _money(line.unit_price_minor, currency),
        "amount": _money(amount, currency),
        "received": deliveries.plain(line.received),
        "refused": deliveries.plain(line.refused),
    }


@fact("purchases", help="A list: what `purchase` says in short, of each purchase.")
def all_purchases(ctx: MoveContext) -> list[dict[str, Any]]:
    """Everything that is bought for the case, in order."""
    return [_summary(ctx, row) for row in purchases.of_case(ctx)]


DELIVERY = {
    "number": "its place, from 1",
    "received_on": "day",
    "received_by": "name of who counted",
    "place": "where",
    "waybill": "number of the vendor's note, or empty",
    "note": "note, or empty",
    "lines": "line, description, unit, received, refused, remark of each",
}


@fact("delivery", fields=DELIVERY)
def delivery(ctx: MoveContext) -> dict[str, Any]:
    """The newest arrival of goods of the purchase that moves; empty before there is one."""
    rows = deliveries.deliveries_of(ctx.subject) if isinstance(ctx.subject, Purchase) else []
    if not rows:
        return dict.fromkeys(DELIVERY)
    row = rows[-1]
    goods = {line.number: line for line in purchases.lines_of(ctx.subject)}
    return {
        "number": row.number,
        "received_on": _day(ctx, row.received_on),
        "received_by": names_of([row.received_by]).get(row.received_by, ""),
        "place": row.place,
        "waybill": row.waybill,
        "note": row.note,
        "lines": [
            {**line, "description": goods[line["line"]].description, "unit": goods[line["line"]].unit}
            for line in row.lines
        ],
    }


HANDOVER = {
    "signed_on": "day",
    "place": "where",
    "receiver_name": "who received",
    "relation": "who the receiver is",
    "guardian_name": "the guardian who signed too, or empty",
    "witness": "witness",
    "serials": "serial numbers, or empty",
}


@fact("handover", fields=HANDOVER)
def handover(ctx: MoveContext) -> dict[str, Any]:
    """The signed handover of the purchase that moves; empty before there is one."""
    row = deliveries.handover_of(ctx.subject) if isinstance(ctx.subject, Purchase) else None
    if row is None:
        return dict.fromkeys(HANDOVER)
    texts = ("place", "receiver_name", "relation", "guardian_name", "witness", "serials")
    return {"signed_on": _day(ctx, row.signed_on), **{name: getattr(row, name) for name in texts}}
