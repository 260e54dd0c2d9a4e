"""Scores of cases and the ranking of a call: functions of the valid reviews and the written rules, nothing else."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import or_, select

from fundflow import forms
from fundflow.accounts import Actor
from fundflow.applications.models import Application
from fundflow.applications.queries import answers, latest_entry, visible_to
from fundflow.applications.service.move import move
from fundflow.audit import record
from fundflow.evaluation.models import Score
from fundflow.evaluation.queries import reviews, submitted_answers
from fundflow.evaluation.scoring import Key, Outcome, decided_by, outcome, sort_key
from fundflow.evaluation.service.reviewing import plain_scores
from fundflow.platform import clock
from fundflow.platform.db import db
from fundflow.platform.errors import Refused
from fundflow.programmes import Definition, definition_of


def score(case: Application) -> Score:
    """Work out the score of a case from its valid reviews, and keep it; raises Refused when there is none."""
    definition = definition_of(case.version_id)
    valid = [plain_scores(review.scores) for review in reviews(case.id, submitted=True)]
    if not valid:
        raise Refused([_("There is no review that counts.")])
    quorum = definition.programme.evaluation.quorum
    if len(valid) < quorum:
        raise Refused([_("%(least)s reviews are needed; %(found)s are in.", least=quorum, found=len(valid))])
    form = definition.programme.application_form
    given = _plain(definition, answers(latest_entry(case.id, form, submitted=True)))
    found = outcome(definition.criteria, valid, given, definition.values)
    row = db.session.get(Score, case.id) or Score(application_id=case.id, call_id=case.call_id)
    row.means = {name: str(mean) for name, mean in found.means.items()}
    row.total = found.total
    row.bonus = found.bonus
    row.passed = found.passed
    row.failed_minimums = list(found.failed_minimums)
    row.reviews = len(valid)
    row.rank = None
    row.tie_break = ""
    row.scored_at = clock.now()
    db.session.add(row)
    db.session.flush()
    record(
        action="evaluation.scored", actor_id=None, application_id=case.id, total=str(found.total),
        bonus=str(found.bonus), passed=found.passed, version=definition.sha256[:12],
    )  # fmt: skip
    return row


def _plain(definition: Definition, given: Mapping[str, Any]) -> dict[str, Any]:
    form = definition.forms[definition.programme.application_form]
    return forms.cel_answers(form, given, values=definition.values)


def rank_call(call_id: uuid.UUID) -> None:
    """Give the scores of a call their ranks.

    Ranked are the live cases and those that ended after they had their rank; a case that was withdrawn before has
    none. Scores are locked in one order, so that two rankings at a time take turns.
    """
    rows = db.session.execute(
        select(Application, Score)
        .join(Score, Score.application_id == Application.id)
        .where(Score.call_id == call_id, or_(Application.is_live, Score.rank.is_not(None)))
        .order_by(Application.id)
        .with_for_update(of=Score)
    ).all()
    given = submitted_answers([case for case, _row in rows])
    keyed = [(_key(case, row, given.get(case.id, {})), case, row) for case, row in rows]
    keyed.sort(key=lambda found: found[0])
    _number(keyed)
    db.session.flush()


def _key(case: Application, row: Score, given: Mapping[str, Any]) -> Key:
    definition = definition_of(case.version_id)
    means = {name: Decimal(mean) for name, mean in row.means.items()}
    found = Outcome(means, row.total, row.bonus, row.passed, ())
    lot = f"{case.call_id}:{case.id}"
    return sort_key(definition.criteria, found, _plain(definition, given), definition.values, lot)


def _number(keyed: Sequence[tuple[Key, Application, Score]]) -> None:
    """Ranks from 1, and for equal points which rule put the case behind the one before it."""
    for number, (key, case, row) in enumerate(keyed, start=1):
        row.rank = number
        row.tie_break = ""
        if number > 1:
            criteria = definition_of(case.version_id).criteria
            row.tie_break = decided_by(criteria, keyed[number - 2][0], key)


def needs_ranking(call_id: uuid.UUID) -> bool:
    """Whether a live scored case of the call has no rank yet."""
    waiting = (
        select(Score.application_id)
        .join(Application, Application.id == Score.application_id)
        .where(Score.call_id == call_id, Score.rank.is_(None), Application.is_live)
        .limit(1)
    )
    return db.session.scalar(waiting) is not None


def rank_all(*, actor: Actor, call_id: uuid.UUID, move_name: str) -> int:
    """Make the ranking move of every scored case of a call that waits for it, in one transaction; how many moved.

    Raises what the move raises for the first case that may not be ranked; then none is.
    """
    rows = db.session.execute(
        select(Application.id, Application.stage, Application.version_id)
        .join(Score, Score.application_id == Application.id)
        .where(Application.call_id == call_id, Application.is_live, visible_to(actor))
        .order_by(Application.id)
    ).all()
    waiting = [
        application_id
        for application_id, stage, version_id in rows
        if stage in definition_of(version_id).machines["application"].move(move_name).sources
    ]
    for application_id in waiting:
        move(actor=actor, subject_id=application_id, move=move_name)
    return len(waiting)
