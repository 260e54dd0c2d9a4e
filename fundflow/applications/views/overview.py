"""What a person sees of the own cases: where each stands, and what it waits for."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import get_locale
from sqlalchemy import ARRAY, ColumnElement, String, exists, func, literal, select, union_all
from sqlalchemy.orm import joinedload

from fundflow.accounts import Actor
from fundflow.applications.models import Application, Party
from fundflow.applications.policy import PERSONS
from fundflow.applications.queries import visible_to
from fundflow.applications.subjects import CASE, SubjectKind, subject_kinds
from fundflow.applications.views.places import case_url
from fundflow.platform.db import db
from fundflow.programmes import Definition, definition_of
from fundflow.web.filters import words
from fundflow.workflow.definition import Stage

MOST = 60


@dataclass(frozen=True)
class Task:
    """Something expected of a person: what, where, and until when."""

    title: Any
    href: str
    due_at: datetime | None = None


@dataclass(frozen=True)
class Card:
    """A case as its own people see it; `tasks` is empty while others are at work."""

    case: Application
    definition: Definition
    stage: Stage
    kinds: frozenset[str]
    href: str
    tasks: list[Task] = field(default_factory=list)


def cards(actor: Actor) -> list[Card]:
    """The cases that the actor is a party of, the newest first, with what each expects of him."""
    kinds = select(Party.kind).where(Party.application_id == Application.id, _mine(actor))
    rows = db.session.execute(
        select(Application, func.array(kinds.scalar_subquery(), type_=ARRAY(String)))
        .where(visible_to(actor), Application.id.in_(select(Party.application_id).where(_mine(actor))))
        .options(joinedload(Application.call, innerjoin=True))
        .order_by(Application.is_live.desc(), Application.created_at.desc(), Application.id)
        .limit(MOST)
    ).all()
    found = [_card(case, frozenset(ways)) for case, ways in rows]
    _add_parts({card.case.id: card for card in found if not card.stage.final})
    return found


def has_own_cases(actor: Actor) -> bool:
    """Whether a list of own cases says anything to this person: it always does to who holds no role here."""
    return not actor.grants or bool(db.session.scalar(select(exists().where(_mine(actor)))))


def _mine(actor: Actor) -> Any:
    return (Party.user_id == actor.user_id) & Party.ended_at.is_(None) & Party.kind.in_(PERSONS)


def _card(case: Application, kinds: frozenset[str]) -> Card:
    definition = definition_of(case.version_id)
    stage = definition.machines[CASE].definition.stages[case.stage]
    card = Card(case, definition, stage, kinds, case_url(case.id))
    if case.submitted_at is None and case.reference is None:
        form = definition.programme.application_form
        card = Card(case, definition, stage, kinds, url_for("forms.tasks", application_id=case.id, form=form))
    card.tasks.extend(_tasks(card))
    return card


def _tasks(card: Card) -> Iterable[Task]:
    """Forms that are open to this person now, and the steps that the stage waits for him to take."""
    case, definition = card.case, card.definition
    if not card.kinds & set(case.waits_for):
        return
    filled = set()
    for name, form in definition.forms.items():
        if card.kinds & set(form.fill.by) and case.stage in form.fill.stages:
            filled.add(name)
            yield Task(form.title, url_for("forms.tasks", application_id=case.id, form=name), case.due_at)
    for name, move in definition.machines[CASE].definition.moves_from(case.stage).items():
        follows = any(
            rule.name == "freeze_entries" and rule.params.get("form") in filled for rule in move.effects
        )
        if card.kinds & set(move.by) and move.tone == "primary" and not follows:
            href = url_for("moves.show", kind=CASE, subject_id=case.id, move=name)
            yield Task(move.label, href, case.due_at)


def _add_parts(by_case: dict[uuid.UUID, Card]) -> None:
    """Reports, parts of the grant and the like that wait for the person: one query for each kind that has some."""
    language = str(get_locale() or "en")
    for kind in _kinds_waiting(by_case):
        rows = db.session.scalars(
            select(kind.model)
            .where(*_waiting(kind.model, by_case))
            .order_by(kind.model.due_at.nulls_last(), kind.model.id)
            .limit(MOST)
        )
        for row in rows:
            card = by_case[row.application_id]
            if kind.name in card.definition.machines and card.kinds & set(row.waits_for):
                card.tasks.extend(_part_tasks(card, kind.name, row, kind.describe(row, language)))


def _kinds_waiting(by_case: dict[uuid.UUID, Card]) -> list[SubjectKind]:
    """The kinds of parts of which some wait for the person, asked in one query."""
    kinds = {kind.name: kind for kind in subject_kinds() if kind.name != CASE}
    if not by_case or not kinds:
        return []
    some = [
        select(literal(name).label("name")).where(exists().where(*_waiting(kind.model, by_case)))
        for name, kind in kinds.items()
    ]
    return [kinds[name] for name in db.session.scalars(union_all(*some))]


def _waiting(model: Any, by_case: dict[uuid.UUID, Card]) -> tuple[ColumnElement[bool], ...]:
    return model.application_id.in_(by_case), model.waits_for.overlap(_party_kinds(by_case))


def _party_kinds(by_case: dict[uuid.UUID, Card]) -> list[str]:
    return sorted({name for card in by_case.values() for name in card.kinds})


def _part_tasks(card: Card, kind: str, row: Any, title: str) -> Iterable[Task]:
    for name, move in card.definition.machines[kind].definition.moves_from(row.stage).items():
        if card.kinds & set(move.by) and move.tone == "primary":
            href = url_for("moves.show", kind=kind, subject_id=row.id, move=name, next=card.href)
            yield Task(f"{title}: {words(move.label)}", href, row.due_at)
