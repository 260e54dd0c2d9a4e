"""Reads of checks and clarifications."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import get_locale
from sqlalchemy import func, select

from fundflow import forms
from fundflow.applications.models import Answers, Application, FormEntry
from fundflow.platform.db import db
from fundflow.programmes import Definition, definition_of
from fundflow.screening.models import Clarification, ScreeningCheck


def checks_of(application_id: uuid.UUID) -> dict[str, ScreeningCheck]:
    """The recorded checks of a case by check."""
    rows = db.session.scalars(select(ScreeningCheck).where(ScreeningCheck.application_id == application_id))
    return {row.check_id: row for row in rows}


def rounds_of(application_id: uuid.UUID) -> int:
    """How many rounds of clarification a case has had."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Clarification)
            .where(Clarification.application_id == application_id)
        )
        or 0
    )


def latest_round(application_id: uuid.UUID) -> Clarification | None:
    """The newest round of clarification."""
    return db.session.scalar(
        select(Clarification)
        .where(Clarification.application_id == application_id)
        .order_by(Clarification.round.desc())
        .limit(1)
    )


def all_rounds(application_id: uuid.UUID) -> Sequence[Clarification]:
    """The rounds of clarification, oldest first."""
    return db.session.scalars(
        select(Clarification)
        .where(Clarification.application_id == application_id)
        .order_by(Clarification.round)
    ).all()


@dataclass(frozen=True, slots=True)
class Change:
    """An answer that was asked again: the officer's question, and both versions as readers see them."""

    question: str
    label: str
    ask: str
    before: forms.Item | None
    after: forms.Item | None
    changed: bool


@dataclass(frozen=True, slots=True)
class Round:
    """A round of clarification with what came of it; `words` is what the applicant explained."""

    round: Clarification
    changes: Sequence[Change]
    words: Sequence[forms.SummarySection]


def handed_in(case: Application) -> tuple[dict[str, Any], list[Round]]:
    """The newest handed-in answers of the application, and every round of clarification; three queries."""
    definition = definition_of(case.version_id)
    form_id = definition.programme.application_form
    moves = _answering(definition)
    entries = db.session.scalars(
        select(FormEntry)
        .where(
            FormEntry.application_id == case.id,
            FormEntry.state == "submitted",
            (FormEntry.form == form_id) | FormEntry.move.in_(moves),
        )
        .order_by(FormEntry.submitted_at, FormEntry.number)
    ).all()
    given: dict[uuid.UUID, dict[str, Any]] = {entry.id: {} for entry in entries}
    for row in db.session.scalars(select(Answers).where(Answers.entry_id.in_(given))):
        given[row.entry_id].update(row.data)
    newest = [entry for entry in entries if entry.form == form_id]
    rounds = [_round(each, definition, entries, given) for each in all_rounds(case.id)]
    return (given[newest[-1].id] if newest else {}), rounds


def _answering(definition: Definition) -> list[str]:
    """The moves by which an applicant answers."""
    return [
        name
        for name, move in definition.machines["application"].moves.items()
        if move.move.form and any(rule.rule.name == "close_clarification" for rule in move.effects)
    ]


def _round(
    asked: Clarification,
    definition: Definition,
    entries: Sequence[FormEntry],
    given: Mapping[uuid.UUID, Mapping[str, Any]],
) -> Round:
    form_id = definition.programme.application_form
    versions = [entry for entry in entries if entry.form == form_id]
    answer = next(
        (e for e in versions if e.open_questions is not None and e.created_at >= asked.asked_at), None
    )
    if asked.answered_at is None:
        answer = None
    number = answer.number if answer else None
    earlier = [e for e in versions if (e.number < number if number else _by(e, asked.asked_at))]
    before = _items(definition, given[earlier[-1].id]) if earlier else {}
    after = _items(definition, given[answer.id]) if answer else {}
    changes = [_change(item, before, after) for item in asked.items]
    spoken = [e for e in entries if e.form != form_id and e.created_at >= asked.asked_at]
    words = (
        forms.summary(definition.forms[spoken[0].form], given[spoken[0].id], _language()) if spoken else []
    )
    return Round(asked, changes, words)


def _by(entry: FormEntry, moment: datetime) -> bool:
    return entry.submitted_at is not None and entry.submitted_at <= moment


def _items(definition: Definition, given: Mapping[str, Any]) -> dict[str, forms.Item]:
    form = definition.forms[definition.programme.application_form]
    read = forms.summary(form, given, _language(), values=definition.values)
    return {item.question.id: item for part in read for item in part.items}


def _change(
    asked: Mapping[str, Any], before: Mapping[str, forms.Item], after: Mapping[str, forms.Item]
) -> Change:
    question = str(asked["question"])
    old, new = before.get(question), after.get(question)
    found = new or old
    changed = old is not None and new is not None and old.stored != new.stored
    return Change(question, found.label if found else question, str(asked["ask"]), old, new, changed)


def _language() -> str:
    return str(get_locale() or "en")
