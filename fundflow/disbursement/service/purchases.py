"""A purchase from the plan to its order: planned, requested, offered for, chosen, ordered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, func, select

from fundflow.accounts import SYSTEM
from fundflow.applications.queries import answers, answers_by_form, latest_entry
from fundflow.applications.service.hooks import begin_stage
from fundflow.approval.service import post_for_case
from fundflow.disbursement.models import Purchase, PurchaseLine, Quote
from fundflow.disbursement.service import money
from fundflow.disbursement.service.tranches import is_final
from fundflow.documents import next_number
from fundflow.forms import of
from fundflow.platform import clock
from fundflow.platform.db import db
from fundflow.platform.errors import Refused
from fundflow.platform.ids import new_id
from fundflow.platform.money import Money
from fundflow.workflow import MoveContext

KIND = "purchase"


def of_case(ctx: MoveContext) -> Sequence[Purchase]:
    """The purchases of the case, in order."""
    return db.session.scalars(
        select(Purchase).where(Purchase.application_id == ctx.case.id).order_by(Purchase.number)
    ).all()


def lines_of(purchase: Purchase) -> Sequence[PurchaseLine]:
    """The lines of goods, in order."""
    return db.session.scalars(
        select(PurchaseLine).where(PurchaseLine.purchase_id == purchase.id).order_by(PurchaseLine.number)
    ).all()


def quotes_of(purchase: Purchase) -> Sequence[Quote]:
    """The offers that came in, in order."""
    return db.session.scalars(
        select(Quote).where(Quote.purchase_id == purchase.id).order_by(Quote.number)
    ).all()


def plan(
    ctx: MoveContext, *, form: str, rows: str, columns: Mapping[str, str], recipient: Mapping[str, Any]
) -> None:
    """One purchase for each row of the newest plan; a row that is being bought already is not bought twice.

    `columns` maps title, kind, cost and recipient to columns of the rows; `recipient` says in which form the
    recipient who is not the beneficiary is named, and for which value of the column that is.
    """
    before = of_case(ctx)
    number = max((row.number for row in before), default=0)
    other = answers(latest_entry(ctx.case.id, recipient["form"])) if recipient else {}
    for key, row in _not_bought(ctx, before, form=form, rows=rows, columns=columns):
        number += 1
        name, relation = _recipient(ctx, row.get(columns["recipient"]), recipient, other)
        purchase = Purchase(
            id=new_id(),
            application_id=ctx.case.id,
            number=number,
            title=key[0],
            kind=key[1],
            details={"plan": dict(row)},
            recipient_name=name,
            recipient_relation=relation,
            budget_minor=key[2],
            currency=str(row[columns["cost"]]["currency"]),
            choice_reason="",
        )
        begin_stage(actor=SYSTEM, case=ctx.case, kind=KIND, subject=purchase)
        db.session.add(purchase)
    db.session.flush()


def _not_bought(
    ctx: MoveContext, before: Sequence[Purchase], *, form: str, rows: str, columns: Mapping[str, str]
) -> Iterator[tuple[tuple[str, str, int], Mapping[str, Any]]]:
    """The rows of the newest plan, as (title, kind, cost in minor units), that no purchase stands for yet."""
    bought = Counter(
        (row.title, row.kind, row.budget_minor)
        for row in before
        if not is_final(ctx, KIND, row.stage) or money.committed(row)
    )
    given = ctx.facts.once(answers_by_form, ctx.case.id).get(form, {})
    for row in given.get(rows) or []:
        key = (
            str(row[columns["title"]])[:200],
            str(row.get(columns["kind"]) or "")[:40],
            int(row[columns["cost"]]["minor"]),
        )
        if bought[key] > 0:
            bought[key] -= 1
        else:
            yield key, row


def short_of(
    ctx: MoveContext, *, form: str | None = None, rows: str = "", columns: Mapping[str, str] | None = None
) -> Money:
    """What the purchases that are not ordered yet need beyond what the case holds in reserve.

    With `form`, the rows of its newest plan that are no purchases yet count too. What an order took, and what it
    saved against its budget, is not asked for again.
    """
    before = of_case(ctx)
    needed = sum(
        row.budget_minor for row in before if not row.order_number and not is_final(ctx, KIND, row.stage)
    )
    if form is not None:
        planned = _not_bought(ctx, before, form=form, rows=rows, columns=columns or {})
        needed += sum(key[2] for key, _row in planned)
    return Money(max(needed - money.held(ctx.case.id, "reserved"), 0), ctx.case.currency)


def reserve(ctx: MoveContext) -> None:
    """Reserve what the purchases that are not ordered yet still need; Refused when the line holds less."""
    short = short_of(ctx)
    if short.minor:
        post_for_case(ctx, "reserved", source="available", target="reserved", amount=short)


def _recipient(
    ctx: MoveContext, value: Any, named: Mapping[str, Any], other: Mapping[str, Any]
) -> tuple[str, str]:
    """Name and relation: the beneficiary, unless the row's value is the one that means somebody else."""
    if not named or value != named["value"]:
        return ctx.case.applicant_name, ""
    form = ctx.definition.forms[named["form"]]
    return (
        str(other.get(named["name"]) or "")[:160],
        _read(form, named["relation"], other.get(named["relation"]), ctx.case.language)[:80],
    )


def _read(form: Any, question: str, stored: Any, language: str) -> str:
    """An answer as people read it."""
    return str(of(form.question(question)).display(stored, language)) if stored else ""


def answer_in_words(ctx: MoveContext, question: str) -> str:
    """An answer of the move's form as people read it, in the language of the case."""
    form = ctx.definition.machines[ctx.kind].moves[ctx.move].move.form
    stored = ctx.form.get(question)
    return (
        _read(ctx.definition.forms[form], question, stored, ctx.case.language) if form else str(stored or "")
    )


def request(ctx: MoveContext) -> None:
    """The goods in lines; a request that was returned is written anew. Refused for a line of nothing."""
    purchase: Purchase = ctx.subject
    rows = ctx.form.get("lines") or []
    if not rows or any(Decimal(str(row["quantity"])) <= 0 for row in rows):
        raise Refused([_("Each line needs a quantity above nothing.")])
    db.session.execute(delete(PurchaseLine).where(PurchaseLine.purchase_id == purchase.id))
    for number, row in enumerate(rows, start=1):
        db.session.add(
            PurchaseLine(
                id=new_id(),
                purchase_id=purchase.id,
                number=number,
                description=str(row["description"])[:200],
                unit=str(row.get("unit") or "")[:40],
                quantity=Decimal(str(row["quantity"])),
                unit_price_minor=int(row["unit_price"]["minor"]),
                received=Decimal(0),
                refused=Decimal(0),
            )
        )
    kept = ("deliver_to", "needed_by", "deliveries", "note")
    purchase.details = {
        **purchase.details,
        "request": {key: ctx.form[key] for key in kept if ctx.form.get(key)},
    }
    db.session.flush()


def record_quotes(ctx: MoveContext) -> None:
    """The offers of the form in place of those recorded before; a choice made among those is void."""
    purchase: Purchase = ctx.subject
    db.session.execute(delete(Quote).where(Quote.purchase_id == purchase.id))
    for number, row in enumerate(ctx.form.get("quotes") or [], start=1):
        db.session.add(
            Quote(
                id=new_id(),
                purchase_id=purchase.id,
                number=number,
                vendor_name=str(row["vendor"])[:160],
                vendor_tax_number=str(row.get("nipt") or "")[:40],
                vendor_iban=str(row.get("iban") or "")[:40],
                price_minor=int(row["price"]["minor"]),
                delivery_days=int(row["delivery_days"]) if row.get("delivery_days") else None,
                warranty=str(row.get("warranty") or "")[:200],
                conform=row.get("conform") == "yes",
            )
        )
    single = str(ctx.form.get("single_source") or "").strip()
    purchase.details = {**purchase.details, "single_source": single}
    purchase.vendor_name = purchase.vendor_tax_number = purchase.vendor_iban = purchase.price_minor = None
    purchase.choice_reason = ""
    db.session.flush()


def chosen_quote(purchase: Purchase, vendor: str) -> Quote | None:
    """The offer that a name (or its number) means; of one vendor's offers the lowest conforming."""
    wanted = " ".join(vendor.split()).casefold()
    fitting = [
        quote
        for quote in quotes_of(purchase)
        if wanted in {str(quote.number), " ".join(quote.vendor_name.split()).casefold()}
    ]
    return min(fitting, key=lambda quote: (not quote.conform, quote.price_minor), default=None)


def lowest(quotes: Sequence[Quote]) -> Quote | None:
    """The lowest conforming offer; of equal ones the first."""
    return min((q for q in quotes if q.conform), key=lambda q: (q.price_minor, q.number), default=None)


def choose_vendor(ctx: MoveContext) -> None:
    """Take over the chosen offer with the reason; Refused when none is meant or it does not conform."""
    purchase: Purchase = ctx.subject
    quote = chosen_quote(purchase, str(ctx.form.get("vendor") or ""))
    if quote is None:
        raise Refused([_("No offer of this vendor is recorded.")])
    if not quote.conform:
        raise Refused([_("This offer does not conform to the request.")])
    purchase.vendor_name = quote.vendor_name
    purchase.vendor_tax_number = quote.vendor_tax_number
    purchase.vendor_iban = quote.vendor_iban
    purchase.price_minor = quote.price_minor
    purchase.choice_reason = str(ctx.form.get("reason") or "").strip()[:2000]
    db.session.flush()


def issue_order(ctx: MoveContext) -> None:
    """Number the order and bind the money to it; Refused without vendor, or when an order exists."""
    purchase: Purchase = ctx.subject
    if purchase.price_minor is None:
        raise Refused([_("No vendor has been chosen.")])
    if purchase.order_number is not None:
        raise Refused([_("This has been ordered already.")])
    year = clock.today(ctx.case.call.timezone).year
    purchase.order_number = next_number(f"{ctx.definition.programme.prefix}-PO", year)
    purchase.ordered_at = clock.now()
    kept = ("deliver_by", "deliver_to", "terms")
    purchase.details = {
        **purchase.details,
        "order": {key: ctx.form[key] for key in kept if ctx.form.get(key)},
    }
    db.session.flush()
    price = Money(purchase.price_minor, purchase.currency)
    money.commit_order(ctx, price=price, budget_minor=purchase.budget_minor, document=purchase.order_number)
    ctx.notes["order"] = purchase.order_number


def others_with_invoice(purchase: Purchase, number: str) -> int:
    """How many other purchases of this vendor hold an invoice of that number."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Purchase)
            .where(
                Purchase.id != purchase.id,
                Purchase.invoice_number == number,
                func.coalesce(Purchase.vendor_tax_number, Purchase.vendor_name)
                == (purchase.vendor_tax_number or purchase.vendor_name),
            )
        )
        or 0
    )
