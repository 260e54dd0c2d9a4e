"""Reads of visits and reports."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, not_, select

from fundflow.accounts import Actor, Permission
from fundflow.applications.models import Answers, Application
from fundflow.applications.queries import visible_to
from fundflow.followup.models import Report, Visit
from fundflow.platform.db import db

Appointment = Visit | Report
OVERDUE, DUE, DONE = "overdue", "due", "done"
VIEWS = (OVERDUE, DUE, DONE)


def visits_of(application_id: uuid.UUID) -> Sequence[Visit]:
    """The visits and surveys of a case in the order of the calendar."""
    return db.session.scalars(
        select(Visit).where(Visit.application_id == application_id).order_by(Visit.number)
    ).all()


def reports_of(application_id: uuid.UUID) -> Sequence[Report]:
    """The reports that a grantee owes, in the order of the calendar."""
    return db.session.scalars(
        select(Report).where(Report.application_id == application_id).order_by(Report.number)
    ).all()


def by_code(model: Any, application_id: uuid.UUID, code: str) -> Any | None:
    """The newest appointment with that id in the calendar."""
    return db.session.scalar(
        select(model)
        .where(model.application_id == application_id, model.code == code)
        .order_by(model.number.desc())
        .limit(1)
    )


def listed(actor: Actor, model: Any, permission: Permission, view: str, today: date) -> Select[Any]:
    """The appointments of one view that the actor's permission covers, with their cases, the most urgent first."""
    order = (model.due_on.desc(), model.id) if view == DONE else (model.due_on, model.id)
    return (
        _of(actor, model, permission, select(model, Application))
        .where(_is(model, view, today))
        .order_by(*order)
    )


def counts(actor: Actor, model: Any, permission: Permission, today: date) -> dict[str, int]:
    """How many appointments stand in each view."""
    columns: list[Any] = [func.count(case((_is(model, view, today), 1))) for view in VIEWS]
    query: Any = select(*columns).select_from(model)
    row = db.session.execute(_of(actor, model, permission, query)).one()
    return dict(zip(VIEWS, row, strict=True))


def _of(actor: Actor, model: Any, permission: Permission, query: Select[Any]) -> Select[Any]:
    return query.join(Application, Application.id == model.application_id).where(
        visible_to(actor, permission)
    )


def _is(model: Any, view: str, today: date) -> ColumnElement[bool]:
    """A stage that waits for nobody is an end; what was recorded waits for a look, but is not late."""
    still_open = func.cardinality(model.waits_for) > 0
    late = and_(still_open, model.done_at.is_(None), model.due_on < today)
    if view == OVERDUE:
        return late
    return and_(still_open, not_(late)) if view == DUE else not_(still_open)


def is_late(row: Appointment, today: date) -> bool:
    """Whether the day has passed and nothing was recorded; the same rule as in the list."""
    return bool(row.waits_for) and row.done_at is None and row.due_on < today


def answers_of(entry_ids: Iterable[uuid.UUID | None]) -> dict[uuid.UUID, dict[str, Any]]:
    """The answers of filled forms by entry, in one query."""
    wanted = {entry_id for entry_id in entry_ids if entry_id}
    found: dict[uuid.UUID, dict[str, Any]] = {entry_id: {} for entry_id in wanted}
    for row in db.session.scalars(select(Answers).where(Answers.entry_id.in_(wanted))) if wanted else ():
        found[row.entry_id].update(row.data)
    return found
