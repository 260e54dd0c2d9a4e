"""Posting: the only way in which money changes its state."""

from __future__ import annotations

import uuid

from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import select

from fundflow.audit import record
from fundflow.ledger.models import BudgetLine, Entry, Fund, LineBalance, Posting
from fundflow.platform import clock
from fundflow.platform.db import db
from fundflow.platform.errors import NotFound, Refused
from fundflow.platform.ids import new_id
from fundflow.platform.money import Money, show


def balances(line_id: uuid.UUID) -> dict[str, int]:
    """What a line holds per account, in minor units of its currency."""
    query = select(LineBalance.account, LineBalance.balance_minor).where(LineBalance.line_id == line_id)
    return {row.account: row.balance_minor for row in db.session.execute(query)}


def open_fund(*, code: str, title: str, donor: str, currency: str) -> Fund:
    """A new fund; the money comes with `fund_line`."""
    fund = Fund(code=code, title=title, donor=donor, currency=currency)
    db.session.add(fund)
    db.session.flush()
    return fund


def fund_line(
    *, actor_id: uuid.UUID | None, fund: Fund, code: str, title: str, amount_minor: int
) -> BudgetLine:
    """Open a budget line with an amount of the fund's agreement."""
    line = BudgetLine(fund_id=fund.id, code=code, title=title, currency=fund.currency)
    db.session.add(line)
    db.session.flush()
    post(
        event="line_opened",
        line_id=line.id,
        source="agreement",
        target="available",
        amount=Money(amount_minor, fund.currency),
        actor_id=actor_id,
    )
    return line


def post(
    *,
    event: str,
    line_id: uuid.UUID,
    source: str,
    target: str,
    amount: Money,
    actor_id: uuid.UUID | None,
    application_id: uuid.UUID | None = None,
    subject: tuple[str, uuid.UUID] | None = None,
    document: str | None = None,
) -> Posting:
    """Move an amount between two accounts of a line.

    The line's row is locked first, so two postings for the last cent take turns; raises Refused when the source
    account holds less, NotFound for an unknown line. `document` names the paper behind the event.
    """
    line = _line_with(line_id, source, amount)
    posting = Posting(
        id=new_id(),
        event=event,
        line_id=line_id,
        application_id=application_id,
        document=document,
        subject_kind=subject[0] if subject else None,
        subject_id=subject[1] if subject else None,
        posted_at=clock.now(),
        posted_by=actor_id,
    )
    db.session.add(posting)
    db.session.flush()
    _enter(posting, source=source, target=target, amount=amount)
    record(
        action=f"ledger.{event}",
        actor_id=actor_id,
        application_id=application_id,
        line=line.code,
        source=source,
        target=target,
        amount=amount.as_dict(),
        posting=str(posting.id),
    )
    return posting


def _line_with(line_id: uuid.UUID, source: str, amount: Money) -> BudgetLine:
    """The line, locked, once it is sure that its source account holds the amount."""
    line = db.session.scalar(select(BudgetLine).where(BudgetLine.id == line_id).with_for_update())
    if line is None:
        raise NotFound
    if line.currency != amount.currency or amount.minor <= 0:
        raise ValueError(f"{amount} cannot be posted on a line in {line.currency}")
    held = balances(line_id).get(source, 0)
    if source != "agreement" and held < amount.minor:
        raise Refused([_short_of(line, source, held, amount)])
    return line


def _enter(posting: Posting, *, source: str, target: str, amount: Money) -> None:
    """Both sides of a posting; they sum to nothing."""
    for account, minor in ((source, -amount.minor), (target, amount.minor)):
        entry = Entry(
            posting_id=posting.id,
            line_id=posting.line_id,
            account=account,
            amount_minor=minor,
            currency=amount.currency,
        )
        db.session.add(entry)
    db.session.flush()


def _short_of(line: BudgetLine, source: str, held: int, amount: Money) -> str:
    locale = str(get_locale() or "en")
    sentence: str = _(
        "Budget line %(line)s holds %(held)s as %(account)s; %(asked)s were asked for.",
        line=line.code,
        account=source,
        held=show(held, line.currency, locale),
        asked=show(amount.minor, amount.currency, locale),
    )
    return sentence
