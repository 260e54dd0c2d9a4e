"""Reads of decisions, awards and agreements of a case."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import case, func, select

from fundflow.approval.models import Agreement, Award, Decision
from fundflow.documents import Document
from fundflow.ledger import Entry, Posting
from fundflow.platform.db import db


def latest_decision(application_id: uuid.UUID, outcome: str | None = None) -> Decision | None:
    """The newest decision on a case, or the newest with that outcome."""
    query = select(Decision).where(Decision.application_id == application_id)
    if outcome:
        query = query.where(Decision.outcome == outcome)
    return db.session.scalar(query.order_by(Decision.decided_at.desc(), Decision.id.desc()).limit(1))


def decisions(application_id: uuid.UUID) -> Sequence[Decision]:
    """All decisions on a case, oldest first."""
    return db.session.scalars(
        select(Decision)
        .where(Decision.application_id == application_id)
        .order_by(Decision.decided_at, Decision.id)
    ).all()


def award_of(application_id: uuid.UUID) -> Award | None:
    """The award of a case, if there is one."""
    return db.session.scalar(select(Award).where(Award.application_id == application_id))


def agreement_of(application_id: uuid.UUID) -> tuple[Agreement, Document] | None:
    """The agreement of a case with the document that was offered."""
    row = db.session.execute(
        select(Agreement, Document)
        .join(Document, Document.id == Agreement.document_id)
        .where(Agreement.application_id == application_id)
    ).one_or_none()
    return (row[0], row[1]) if row else None


def money_of_case(application_id: uuid.UUID) -> dict[str, int]:
    """What the ledger holds for a case per account, in minor units: reserved, obligated, advanced, spent."""
    rows = db.session.execute(
        select(Entry.account, func.sum(Entry.amount_minor))
        .join(Posting, Posting.id == Entry.posting_id)
        .where(Posting.application_id == application_id, Entry.account != "available")
        .group_by(Entry.account)
        .order_by(case((Entry.account == "reserved", 1), else_=2), Entry.account)
    )
    return {account: int(minor) for account, minor in rows}
