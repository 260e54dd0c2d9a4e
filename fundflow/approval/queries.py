"""Reads of decisions, awards, agreements and appeals."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select

from fundflow.accounts import Actor, Permission
from fundflow.applications.models import Application, FormEntry
from fundflow.applications.queries import answers, visible_to
from fundflow.approval.models import Agreement, Appeal, Award, Decision
from fundflow.documents import Document
from fundflow.ledger import Entry, Posting
from fundflow.platform.db import db

OPEN, CLOSED = "open", "closed"
VIEWS = (OPEN, CLOSED)


def latest_decision(application_id: uuid.UUID, *outcomes: str) -> Decision | None:
    """The newest decision on a case itself, or the newest with one of the outcomes."""
    query = select(Decision).where(Decision.application_id == application_id, Decision.subject_id.is_(None))
    if outcomes:
        query = query.where(Decision.outcome.in_(outcomes))
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


def appeals_of(application_id: uuid.UUID) -> Sequence[Appeal]:
    """The appeals on a case, oldest first."""
    return db.session.scalars(
        select(Appeal).where(Appeal.application_id == application_id).order_by(Appeal.number)
    ).all()


def decision_of(appeal: Appeal) -> Decision:
    """The decision that an appeal questions."""
    return db.session.get_one(Decision, appeal.decision_id)


def decisions_on(application_id: uuid.UUID, subject_id: uuid.UUID) -> Sequence[Decision]:
    """The decisions on a part of a case (an appeal), oldest first."""
    return db.session.scalars(
        select(Decision)
        .where(Decision.application_id == application_id, Decision.subject_id == subject_id)
        .order_by(Decision.decided_at, Decision.id)
    ).all()


def statement_of(appeal: Appeal) -> tuple[FormEntry | None, dict[str, Any]]:
    """The form with which an appeal was lodged, and its answers."""
    entry = db.session.get(FormEntry, appeal.entry_id) if appeal.entry_id else None
    return entry, answers(entry)


def appeals(actor: Actor, view: str) -> Select[Any]:
    """The appeals of one view on cases that the actor's permission covers; the most urgent, or the newest, first."""
    order = (
        (Appeal.ended_at.desc(), Appeal.id)
        if view == CLOSED
        else (Appeal.due_at.nulls_last(), Appeal.lodged_at, Appeal.id)
    )
    listed: Any = select(Appeal, Application)
    return (  # type: ignore[no-any-return]  # a select of two tables, as lists take it
        listed.join(Application, Application.id == Appeal.application_id)
        .where(visible_to(actor, Permission.APPEAL_LIST), _is(view))
        .order_by(*order)
    )


def appeal_counts(actor: Actor) -> dict[str, int]:
    """How many appeals stand in each view."""
    columns = [func.count(case((_is(view), 1))) for view in VIEWS]
    row = db.session.execute(
        select(*columns)
        .select_from(Appeal)
        .join(Application, Application.id == Appeal.application_id)
        .where(visible_to(actor, Permission.APPEAL_LIST))
    ).one()
    return dict(zip(VIEWS, row, strict=True))


def _is(view: str) -> ColumnElement[bool]:
    return Appeal.ended_at.is_not(None) if view == CLOSED else Appeal.ended_at.is_(None)
