"""What the ledger holds for a case or for one part of it, and the postings of orders and payments."""

from __future__ import annotations

import uuid

from flask_babel import gettext as _
from sqlalchemy import func, select

from fundflow.approval.service import post_for_case
from fundflow.disbursement.models import Purchase
from fundflow.ledger import Entry, Posting
from fundflow.platform.db import db
from fundflow.platform.errors import Refused
from fundflow.platform.money import Money, show
from fundflow.workflow import MoveContext


def held(application_id: uuid.UUID, account: str, subject_id: uuid.UUID | None = None) -> int:
    """Minor units that an account holds in the name of a case, or of one tranche or purchase of it."""
    query = (
        select(func.coalesce(func.sum(Entry.amount_minor), 0))
        .join(Posting, Posting.id == Entry.posting_id)
        .where(Posting.application_id == application_id, Entry.account == account)
    )
    if subject_id is not None:
        query = query.where(Posting.subject_id == subject_id)
    return int(db.session.scalar(query) or 0)


def committed(purchase: Purchase) -> bool:
    """Whether the ledger holds money of a purchase as ordered or paid; a cancelled order has given its money back."""
    accounts = ("obligated", "spent")
    return any(held(purchase.application_id, account, purchase.id) > 0 for account in accounts)


def commit_order(ctx: MoveContext, *, price: Money, budget_minor: int, document: str) -> None:
    """Bind the reserved money of a purchase to its order; what its budget has above the price becomes free.

    Raises Refused when the case has less in reserve, or the line holds less.
    """
    require_held(ctx, "reserved", price)
    post_for_case(ctx, "ordered", source="reserved", target="obligated", amount=price, document=document)
    over = min(budget_minor - price.minor, held(ctx.case.id, "reserved"))
    if over > 0:
        rest = Money(over, price.currency)
        post_for_case(
            ctx, "order_below_budget", source="reserved", target="available", amount=rest, document=document
        )


def cover(ctx: MoveContext, amount: Money, document: str | None) -> None:
    """Commit the little that an accepted invoice is above its order; Refused when the line has no room."""
    short = amount.minor - held(ctx.case.id, "obligated", ctx.subject.id)
    if short > 0:
        more = Money(short, amount.currency)
        post_for_case(
            ctx, "order_topped_up", source="available", target="obligated", amount=more, document=document
        )


def spend(ctx: MoveContext, amount: Money, document: str | None) -> None:
    """Obligated money is paid out; Refused when the case, or the line, has less committed."""
    require_held(ctx, "obligated", amount)
    post_for_case(ctx, "paid", source="obligated", target="spent", amount=amount, document=document)


def release_rest(ctx: MoveContext) -> None:
    """Free what is still committed to this one subject."""
    rest = held(ctx.case.id, "obligated", ctx.subject.id)
    if rest > 0:
        amount = Money(rest, ctx.case.currency)
        post_for_case(ctx, "released", source="obligated", target="available", amount=amount)


def require_held(ctx: MoveContext, account: str, amount: Money) -> None:
    """Raise Refused unless the case holds the amount; the line alone could lend it another case's money."""
    has = held(ctx.case.id, account)
    if has < amount.minor:
        says = {
            "reserved": _("This case has %(has)s in reserve; %(asked)s are needed."),
            "obligated": _("This case has %(has)s committed; %(asked)s are needed."),
        }[account]
        language = ctx.actor.language
        figures = {
            "has": show(has, amount.currency, language),
            "asked": show(amount.minor, amount.currency, language),
        }
        raise Refused([says % figures])
