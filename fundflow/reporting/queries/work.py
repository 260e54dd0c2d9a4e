"""The queue of a person: every row of every kind that waits for one of their roles, one query a kind."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select

from fundflow.accounts import Actor
from fundflow.applications.blind import title_for_blind
from fundflow.applications.models import Application, Approval, Duty
from fundflow.applications.queries import evaluated_by, visible_to
from fundflow.applications.service.hooks import exclusive_duties
from fundflow.applications.service.move import OWNER
from fundflow.applications.subjects import CASE, SubjectKind, subject_kinds
from fundflow.platform import clock
from fundflow.platform.db import db
from fundflow.programmes import Definition, definition_of
from fundflow.workflow import CompiledMove

SHOWN = 12  # rows of a group; the list of applications shows the rest


@dataclass(slots=True)
class Task:
    """One row that waits; `barred` says that another person has to take this step."""

    id: uuid.UUID
    application_id: uuid.UUID
    call_id: uuid.UUID
    reference: str
    title: str
    name: str
    since: datetime
    due: datetime | None
    overdue: bool
    row: Any
    due_on: date | None = None
    barred: str = ""


@dataclass(slots=True)
class Group:
    """Tasks of one kind in one stage; `total` and `late` count those that are not shown as well."""

    kind: str
    stage: str
    definition: Definition
    programme_id: uuid.UUID
    moves: tuple[CompiledMove, ...]
    forms: tuple[str, ...]
    total: int = 0
    late: int = 0
    tasks: list[Task] = field(default_factory=list)

    @property
    def effects(self) -> frozenset[str]:
        """The effects of the steps that can be taken."""
        return frozenset(effect.rule.name for move in self.moves for effect in move.effects)

    @property
    def first_due(self) -> datetime | None:
        """The earliest deadline of the group."""
        return next((task.due for task in self.tasks if task.due), None)


def queue(actor: Actor) -> list[Group]:
    """What waits for the actor, the most urgent group first."""
    groups: list[Group] = []
    evaluated = evaluated_by(actor)
    for kind in subject_kinds():
        groups.extend(_groups(actor, kind, evaluated))
    _bar(actor, groups)
    return sorted(groups, key=_urgency)


def _urgency(group: Group) -> tuple[bool, bool, float]:
    due = group.first_due
    return not group.late, due is None, due.timestamp() if due else 0.0


def _groups(actor: Actor, kind: SubjectKind, evaluated: Collection[uuid.UUID]) -> Iterator[Group]:
    found: dict[tuple[uuid.UUID, str], Group] = {}
    for row, case, total, late in _waiting(actor, kind):
        key = (case.version_id, row.stage)
        if key not in found:
            found[key] = _group(actor, kind.name, row.stage, case)
            found[key].total, found[key].late = total, late
        found[key].tasks.append(_task(row, case, evaluated))
    return (group for group in found.values() if group.moves or group.forms)


def _waiting(actor: Actor, kind: SubjectKind) -> list[Any]:
    """The most urgent rows of each stage with the stage's counts, in one query."""
    model, moment = kind.model, clock.now()
    stay = (Application.version_id, model.stage)
    order = (model.due_at.nulls_last(), model.stage_since, model.id)
    ranked = select(
        model.id,
        func.row_number().over(partition_by=stay, order_by=order).label("place"),
        func.count().over(partition_by=stay).label("total"),
        func.count().filter(model.due_at < moment).over(partition_by=stay).label("late"),
    ).where(_mine(actor, kind), visible_to(actor))
    if kind.name == CASE:
        ranked = ranked.where(Application.reference.is_not(None))
    else:
        ranked = ranked.join(Application, Application.id == model.application_id)
    places = ranked.subquery()
    query = select(model, Application, places.c.total, places.c.late).join(places, places.c.id == model.id)
    if kind.name != CASE:
        query = query.join(Application, Application.id == model.application_id)
    rows = db.session.execute(query.where(places.c.place <= SHOWN).order_by(*order))
    return list(rows.unique().all())


def _mine(actor: Actor, kind: SubjectKind) -> ColumnElement[bool]:
    """Whether a row waits for a role that the actor holds over its case, or for the actor alone."""
    model = kind.model
    by_place: dict[tuple[str, uuid.UUID | None], set[str]] = defaultdict(set)
    for grant in actor.grants:
        by_place[grant.scope_kind, grant.scope_id].add(grant.role)
    columns = {
        "programme": Application.programme_id,
        "call": Application.call_id,
        "application": Application.id,
    }
    ways: list[ColumnElement[bool]] = []
    for (scope, scope_id), roles in by_place.items():
        waits = model.waits_for.overlap(sorted(roles))
        if scope == "platform":
            ways.append(waits)
        elif scope in columns:
            ways.append(and_(columns[scope] == scope_id, waits))
    if hasattr(model, "reviewer_id"):
        mine = and_(model.reviewer_id == actor.user_id, model.waits_for.overlap([OWNER]))
        ways.append(and_(mine, model.recused_at.is_(None)))
    return or_(false(), *ways)


def _group(actor: Actor, kind: str, stage: str, case: Application) -> Group:
    definition = definition_of(case.version_id)
    roles = {grant.role for grant in actor.grants} | ({OWNER} if kind != CASE else set())
    machine = definition.machines.get(kind)
    moves = machine.leaving(stage) if machine else ()
    forms = definition.forms.items() if kind == CASE else ()
    return Group(
        kind=kind,
        stage=stage,
        definition=definition,
        programme_id=case.programme_id,
        moves=tuple(move for move in moves if not move.roles.isdisjoint(roles)),
        forms=tuple(
            name for name, form in forms if not roles.isdisjoint(form.fill.by) and stage in form.fill.stages
        ),
    )


def _task(row: Any, case: Application, evaluated: Collection[uuid.UUID]) -> Task:
    due = row.due_at
    blind = case.id in evaluated and definition_of(case.version_id).programme.evaluation.blind
    name = "" if blind else case.applicant_name
    title = title_for_blind(case) if blind else case.title
    return Task(
        id=row.id,
        application_id=case.id,
        call_id=case.call_id,
        reference=case.reference or "",
        title=title or name or case.reference or "",
        name=name,
        since=row.stage_since,
        due=due,
        overdue=due is not None and due < clock.now(),
        row=row,
        due_on=getattr(row, "due_on", None),
    )


def _bar(actor: Actor, groups: list[Group]) -> None:
    """Mark the rows on which the actor may not take the next step: two queries for the whole queue."""
    tasks = [task for group in groups for task in group.tasks]
    if not tasks:
        return
    cases = {task.application_id for task in tasks}
    duties = select(Duty.scope_id, Duty.duty).where(
        Duty.user_id == actor.user_id, Duty.application_id.in_(cases)
    )
    held = {row.scope_id: row.duty for row in db.session.execute(duties)}
    approvals = select(Approval.subject_id, Approval.stage_since).where(
        Approval.user_id == actor.user_id, Approval.application_id.in_(cases)
    )
    approved = {(row.subject_id, row.stage_since) for row in db.session.execute(approvals)}
    for group in groups:
        for task in group.tasks:
            if (task.id, task.since) in approved:
                task.barred = "approved"
            elif (
                group.moves and not group.forms and all(_excluded(group, task, m, held) for m in group.moves)
            ):
                task.barred = "duty"


def _excluded(group: Group, task: Task, move: CompiledMove, held: dict[uuid.UUID, str]) -> bool:
    for duty in move.move.duties:
        mine = held.get(task.id if duty.on else task.application_id)
        if mine not in {None, duty.name} and duty.name in exclusive_duties(group.definition, duty):
            return True
    return False
