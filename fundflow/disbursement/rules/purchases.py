"""Guards and effects of purchases: offers, orders, deliveries, handovers and invoices."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from fundflow.disbursement.models import Purchase
from fundflow.disbursement.service import deliveries, money, purchases
from fundflow.disbursement.service.tranches import is_final
from fundflow.ledger import balances
from fundflow.platform.money import show
from fundflow.workflow import Decision, FormName, MoveContext, effect, guard, of_move

COLUMNS = {"title": "title", "kind": "type", "cost": "cost", "recipient": "recipient"}


def _costs(
    form: str, rows: str, columns: Mapping[str, str] | None = None, **_others: object
) -> list[tuple[str | None, str]]:
    """What each row of a plan costs."""
    return [(form, f"{rows}.{({**COLUMNS, **(columns or {})})['cost']}")]


@guard("all_purchases_done", help="Every purchase of the case is finished or cancelled.")
def all_purchases_done(ctx: MoveContext) -> Decision:
    """A case without purchases has nothing to wait for."""
    rows = purchases.of_case(ctx)
    left = [row for row in rows if not is_final(ctx, purchases.KIND, row.stage)]
    if left:
        return Decision(
            False, _l("%(count)s of %(all)s purchases are not finished.", count=len(left), all=len(rows))
        )
    return Decision(True)


@guard(
    "purchase_within_budget", help="The chosen offer costs no more than the plan has for it.", reads_form=True
)
def purchase_within_budget(ctx: MoveContext) -> Decision:
    """The offer named in the form, else the one chosen before."""
    purchase: Purchase = ctx.subject
    named = str(ctx.form.get("vendor") or "")
    quote = purchases.chosen_quote(purchase, named) if named else None
    price = quote.price_minor if quote else purchase.price_minor
    if price is None:
        return Decision(
            False, _l("No offer of this vendor is recorded.") if named else _l("No vendor has been chosen.")
        )
    if price <= purchase.budget_minor:
        return Decision(True)
    most = show(purchase.budget_minor, purchase.currency, ctx.actor.language)
    return Decision(False, _l("The offer is above the budget of this purchase (%(most)s).", most=most))


@guard(
    "quotes_enough",
    help="So many offers are recorded, or one with a reason why there are fewer; one below a floor.",
)
def quotes_enough(ctx: MoveContext, least: int, floor_minor: int) -> Decision:
    """The purchase's budget decides which rule holds: it is known before anybody asks for prices."""
    purchase: Purchase = ctx.subject
    needed = least if purchase.budget_minor >= floor_minor else 1
    count = len(purchases.quotes_of(purchase))
    if count >= needed or (count and purchase.details.get("single_source")):
        return Decision(True)
    return Decision(
        False,
        _l(
            "%(needed)s offers are needed and %(count)s are recorded; or say why there are fewer.",
            needed=needed,
            count=count,
        ),
    )


@guard(
    "lowest_or_reason",
    help="The chosen offer conforms, and is the lowest, or the form says why not.",
    reads_form=True,
)
def lowest_or_reason(ctx: MoveContext) -> Decision:
    """Of equal offers any may be chosen."""
    purchase: Purchase = ctx.subject
    quote = purchases.chosen_quote(purchase, str(ctx.form.get("vendor") or ""))
    lowest = purchases.lowest(purchases.quotes_of(purchase))
    if quote is None or lowest is None:
        return Decision(False, _l("No offer of this vendor is recorded."))
    if not quote.conform:
        return Decision(False, _l("This offer does not conform to the request."))
    if quote.price_minor == lowest.price_minor or str(ctx.form.get("reason") or "").strip():
        return Decision(True)
    return Decision(
        False, _l("%(vendor)s offers less; say why another offer is chosen.", vendor=lowest.vendor_name)
    )


@guard("all_delivered", help="Every line of the order has arrived in full.")
def all_delivered(ctx: MoveContext) -> Decision:
    """Refused goods have not arrived."""
    missing = [line for line in purchases.lines_of(ctx.subject) if line.received < line.quantity]
    if not missing:
        return Decision(True)
    words = ", ".join(
        f"{line.description} ({deliveries.plain(line.quantity - line.received)} {line.unit})".replace(
            " )", ")"
        )
        for line in missing
    )
    return Decision(False, _l("Still to come: %(goods)s.", goods=words))


@guard("all_handed_over", says=_l("The goods have not been handed over."), help="The handover is signed.")
def all_handed_over(ctx: MoveContext) -> bool:
    """One handover covers a purchase."""
    return deliveries.handover_of(ctx.subject) is not None


@guard(
    "three_way_match",
    help="Order, received goods and invoice agree within a share, or within a small amount.",
)
def three_way_match(ctx: MoveContext, percent: int, minor: int) -> Decision:
    """The greater of the two tolerances holds; `minor` is in the smallest unit of the purchase's currency."""
    purchase: Purchase = ctx.subject
    if purchase.invoice_minor is None:
        return Decision(False, _l("No invoice is recorded."))
    received = deliveries.received_minor(purchase, purchases.lines_of(purchase))
    apart = abs(purchase.invoice_minor - received)
    if apart * 100 <= received * percent or apart <= minor:
        return Decision(True)
    language = ctx.actor.language
    return Decision(
        False,
        _l(
            "The invoice is of %(invoice)s, and the goods received are worth %(received)s by the order.",
            invoice=show(purchase.invoice_minor, purchase.currency, language),
            received=show(received, purchase.currency, language),
        ),
    )


@effect(
    "plan_purchases",
    help="Makes a purchase of each row of the plan; columns and recipient may be named otherwise.",
    amounts=_costs,
)
def plan_purchases(
    ctx: MoveContext,
    form: FormName,
    rows: str,
    columns: Mapping[str, str] | None = None,
    recipient: Mapping[str, str] | None = None,
) -> None:
    """`recipient` {form, value, name, relation}: who gets the goods when the column has that value."""
    purchases.plan(
        ctx, form=form, rows=rows, columns={**COLUMNS, **(columns or {})}, recipient=recipient or {}
    )


@guard(
    "line_covers_purchases",
    help="The budget line holds what the plan needs beyond what the case has.",
    amounts=_costs,
)
def line_covers_purchases(
    ctx: MoveContext, form: FormName, rows: str, columns: Mapping[str, str] | None = None
) -> Decision:
    """Asked again, under a lock, when `reserve_purchases` posts."""
    short = purchases.short_of(ctx, form=form, rows=rows, columns={**COLUMNS, **(columns or {})})
    available = balances(ctx.case.call.line_id).get("available", 0)
    left = show(available, ctx.case.currency, ctx.actor.language)
    return Decision(short.minor <= available, _l("The budget line has only %(left)s left.", left=left))


@effect(
    "reserve_purchases",
    help="Reserves what the purchases not yet ordered need beyond what the case has in reserve.",
    money=True,
)
def reserve_purchases(ctx: MoveContext) -> None:
    """Goes after `plan_purchases`; a plan that is approved again reserves only the difference."""
    purchases.reserve(ctx)


@effect(
    "record_requisition",
    help="The rows `lines` of the move's form become the purchase's lines.",
    amounts=of_move("lines.unit_price"),
)
def record_requisition(ctx: MoveContext) -> None:
    """A request that was returned is written anew."""
    purchases.request(ctx)


@effect(
    "record_quotes",
    help="The rows `quotes` of the move's form replace the purchase's offers.",
    amounts=of_move("quotes.price"),
)
def record_quotes(ctx: MoveContext) -> None:
    """A choice among earlier offers is void."""
    purchases.record_quotes(ctx)


@effect("choose_vendor", help="Takes over the offer that the form's `vendor` names, with its `reason`.")
def choose_vendor(ctx: MoveContext) -> None:
    """The price of the offer becomes the price of the purchase."""
    purchases.choose_vendor(ctx)


@effect(
    "issue_order",
    help="Numbers the order; its price becomes committed, what the budget has above it free.",
    money=True,
)
def issue_order(ctx: MoveContext) -> None:
    """Reserved becomes obligated in the name of this purchase."""
    purchases.issue_order(ctx)


@effect("release_order", help="Frees what is still committed to this purchase.")
def release_order(ctx: MoveContext) -> None:
    """A cancelled order gives back its own money, never that of the case's other orders."""
    money.release_rest(ctx)


@effect(
    "record_delivery",
    help="Counts the rows `lines` (line, received, refused) into the order; parts are welcome.",
)
def record_delivery(ctx: MoveContext) -> None:
    """Refused for more than was ordered."""
    deliveries.record_delivery(ctx)


@effect(
    "record_handover",
    help="Records who signed for the goods: receiver, relation, guardian, witness, place, day.",
)
def record_handover(ctx: MoveContext) -> None:
    """Goods that were replaced are signed for anew."""
    deliveries.record_handover(ctx)


@effect(
    "record_invoice",
    help="Records the vendor's invoice: number, day, amount, account.",
    amounts=of_move("amount"),
)
def record_invoice(ctx: MoveContext) -> None:
    """Refused when the vendor's invoice was recorded elsewhere before."""
    deliveries.record_invoice(ctx)
