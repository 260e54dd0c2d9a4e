"""Reads of the outbox; the rooms above decide who may see it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import Select, func, select

from fundflow.notify.models import Message, MessageState
from fundflow.platform.db import db


def outbox(state: MessageState | None = None) -> Select[Message]:
    """All mails, or those in a state, newest first; a select, so that a page can cut its part out of it."""
    query = select(Message).order_by(Message.created_at.desc(), Message.id.desc())
    return query.where(Message.state == state) if state else query


def of_application(application_id: uuid.UUID) -> Sequence[Message]:
    """The mails of a case, oldest first."""
    return db.session.scalars(
        select(Message)
        .where(Message.application_id == application_id)
        .order_by(Message.created_at, Message.id)
    ).all()


def counts() -> dict[str, int]:
    """How many mails are in each state."""
    rows = db.session.execute(select(Message.state, func.count()).group_by(Message.state)).all()
    found = {state: count for state, count in rows}  # noqa: C416 - rows are no pairs to dict()'s types
    return {state.value: found.get(state.value, 0) for state in MessageState}
