"""Mails around a deadline: before it to those who are waited for, after it to those who should know."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select, true
from sqlalchemy.dialects.postgresql import insert

from fundflow.accounts import SYSTEM
from fundflow.applications.models import Application, Reminded
from fundflow.applications.policy import on_case
from fundflow.applications.service.hooks import context
from fundflow.applications.service.mailing import mail
from fundflow.applications.service.move import locked
from fundflow.applications.subjects import CASE, SubjectKind, subject_kinds
from fundflow.audit import record
from fundflow.platform import clock
from fundflow.platform.db import db
from fundflow.programmes import Definition, definition_of
from fundflow.workflow import Reminder

BATCH = 200
DAYTIME = range(8, 20)  # people are written to in the day, by the clock of the programme


class Step(NamedTuple):
    """One mail that is due for one row."""

    kind: str
    subject_id: uuid.UUID
    name: str
    reminder: Reminder


def due() -> list[Step]:
    """The mails that are due now and not sent, of all programmes in which it is day."""
    versions = set(db.session.scalars(select(Application.version_id).where(Application.is_live).distinct()))
    for kind in subject_kinds():
        if kind.outlives:
            waiting = exists().where(
                kind.model.application_id == Application.id, kind.model.due_at.is_not(None)
            )
            versions.update(db.session.scalars(select(Application.version_id).where(waiting).distinct()))
    return [step for version_id in sorted(versions) for step in _due_in(version_id)]


def _due_in(version_id: uuid.UUID) -> Iterator[Step]:
    definition = definition_of(version_id)
    if clock.now().astimezone(ZoneInfo(definition.programme.timezone)).hour not in DAYTIME:
        return
    for kind in subject_kinds():
        for stage, name, reminder in _reminders(definition, kind.name):
            for subject_id in _rows(kind, version_id, stage, name, reminder):
                yield Step(kind.name, subject_id, name, reminder)


def _reminders(definition: Definition, kind: str) -> Iterator[tuple[str, str, Reminder]]:
    """Each stage with the name of each of its mails: `before-3` is three days before the deadline."""
    if kind not in definition.machines:
        return
    for stage, step in definition.machines[kind].definition.stages.items():
        if step.deadline is not None:
            yield from ((stage, f"before-{each.days}", each) for each in step.deadline.remind)
            yield from ((stage, f"after-{each.days}", each) for each in step.deadline.escalate)


def _rows(
    kind: SubjectKind, version_id: uuid.UUID, stage: str, name: str, reminder: Reminder
) -> list[uuid.UUID]:
    model, moment = kind.model, clock.now()
    days = timedelta(days=reminder.days)
    if name.startswith("before"):
        when = (model.due_at > moment, model.due_at <= moment + days)
    else:
        when = (model.due_at <= moment - days, model.due_at.is_not(None))
    sent = select(Reminded.step).where(
        Reminded.subject_id == model.id, Reminded.stage_since == model.stage_since, Reminded.step == name
    )
    query = select(model.id).where(model.stage == stage, *when, ~sent.exists())
    if kind.name == CASE:
        query = query.where(Application.version_id == version_id)
    else:
        query = query.join(Application, Application.id == model.application_id).where(
            Application.version_id == version_id, true() if kind.outlives else Application.is_live
        )
    return list(db.session.scalars(query.order_by(model.due_at).limit(BATCH)))


def act(step: Step) -> bool:
    """Send one mail in the caller's transaction; False when another worker was first, or the row went on."""
    case, row, _known = locked(SYSTEM, step.kind, step.subject_id)
    definition = definition_of(case.version_id)
    if (row.stage, step.name) not in {(stage, name) for stage, name, _ in _reminders(definition, step.kind)}:
        return False
    first = db.session.execute(
        insert(Reminded)
        .values(
            subject_id=row.id, stage_since=row.stage_since, step=step.name,
            application_id=case.id, sent_at=clock.now(),
        )
        .on_conflict_do_nothing()
        .returning(Reminded.step)
    ).scalar()  # fmt: skip
    if first is None:
        return False
    facts = context(who=on_case(SYSTEM, case, ()), case=case, subject=row, kind=step.kind).facts
    mail(case=case, definition=definition, mail_id=step.reminder.mail, to=step.reminder.to, facts=facts)
    record(
        action="deadline.reminded", actor_id=None, application_id=case.id,
        kind=step.kind, stage=row.stage, step=step.name,
    )  # fmt: skip
    return True
