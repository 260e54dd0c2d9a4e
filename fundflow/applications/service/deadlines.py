"""The clock's part: deadlines that have passed make their move, or remind those who are waited for."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from fundflow.accounts import SYSTEM
from fundflow.applications.policy import on_case
from fundflow.applications.service.hooks import context
from fundflow.applications.service.mailing import mail
from fundflow.applications.service.move import fire_locked, locked
from fundflow.applications.subjects import subject_kinds
from fundflow.audit import record
from fundflow.platform import clock
from fundflow.platform.db import db, savepoint
from fundflow.platform.errors import Refused
from fundflow.programmes import definition_of

BATCH = 200


def due() -> list[tuple[str, uuid.UUID]]:
    """Kind and id of rows whose deadline has passed and was not yet acted upon, the longest waiting first."""
    found: list[tuple[str, uuid.UUID]] = []
    for kind in subject_kinds():
        ids = db.session.scalars(
            select(kind.model.id)
            .where(kind.model.due_at < clock.now(), kind.model.overdue_at.is_(None))
            .order_by(kind.model.due_at)
            .limit(BATCH)
        )
        found.extend((kind.name, row_id) for row_id in ids)
    return found


def act(*, kind: str, subject_id: uuid.UUID) -> str:
    """Do what the deadline of one row asks for, in the caller's transaction; safe to repeat.

    Returns the move made, "mail", or "" when nothing was left to do. A move that its guards refuse leaves the row
    where it is, marked overdue, with an audit event.
    """
    case, row, _known = locked(SYSTEM, kind, subject_id)
    if row.due_at is None or row.due_at >= clock.now() or row.overdue_at is not None:
        return ""
    definition = definition_of(case.version_id)
    deadline = definition.machines[kind].definition.stages[row.stage].deadline
    row.overdue_at = clock.now()
    db.session.flush()
    if deadline is None or deadline.then is None:
        return ""
    who = on_case(SYSTEM, case, ())
    if deadline.then.mail and deadline.then.to:
        facts = context(who=who, case=case, subject=row, kind=kind).facts
        mail(case=case, definition=definition, mail_id=deadline.then.mail, to=deadline.then.to, facts=facts)
        record(action="deadline.reminded", actor_id=None, application_id=case.id, kind=kind, stage=row.stage)
        return "mail"
    try:
        with savepoint():
            fire_locked(who=who, case=case, subject=row, kind=kind, move=str(deadline.then.move))
    except Refused as refusal:
        record(
            action="deadline.refused",
            actor_id=None,
            application_id=case.id,
            kind=kind,
            move=deadline.then.move,
            reasons=[str(reason) for reason in refusal.reasons],
        )
        return ""
    return str(deadline.then.move)
