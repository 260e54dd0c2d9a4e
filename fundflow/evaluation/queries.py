"""Reads of reviews, scores and rankings."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from fundflow.accounts import Actor, User
from fundflow.applications.models import Application, Party, Recusal
from fundflow.applications.queries import visible_to
from fundflow.evaluation.models import Review, Score
from fundflow.platform.db import db
from fundflow.platform.errors import NotFound
from fundflow.programmes.models import Call

EVALUATOR = "evaluator"


def evaluators(application_id: uuid.UUID) -> Sequence[Party]:
    """Who is assigned to a case and has not stepped back."""
    return db.session.scalars(
        select(Party)
        .outerjoin(
            Recusal, (Recusal.application_id == Party.application_id) & (Recusal.user_id == Party.user_id)
        )
        .where(
            Party.application_id == application_id,
            Party.kind == EVALUATOR,
            Party.ended_at.is_(None),
            Recusal.user_id.is_(None),
        )
        .order_by(Party.id)
    ).all()


def reviews(application_id: uuid.UUID, *, submitted: bool | None = None) -> Sequence[Review]:
    """The reviews of a case that count: not recused, perhaps only those that are (not) handed in."""
    query = select(Review).where(Review.application_id == application_id, Review.recused_at.is_(None))
    if submitted is not None:
        query = query.where(Review.submitted_at.is_not(None) if submitted else Review.submitted_at.is_(None))
    return db.session.scalars(query.order_by(Review.id)).all()


def reviews_with_names(application_id: uuid.UUID) -> list[tuple[Review, str]]:
    """All reviews of a case that count, with the names of their writers."""
    rows = db.session.execute(
        select(Review, User.name)
        .join(User, User.id == Review.reviewer_id)
        .where(Review.application_id == application_id, Review.recused_at.is_(None))
        .order_by(Review.id)
    )
    return [(row[0], row[1]) for row in rows]


def get_review(actor: Actor, review_id: uuid.UUID) -> tuple[Review, Application]:
    """A review on a visible case; NotFound for hidden and missing alike."""
    row = db.session.execute(
        select(Review, Application)
        .join(Application, Application.id == Review.application_id)
        .where(Review.id == review_id, visible_to(actor))
        .options(joinedload(Application.call).joinedload(Call.programme))
    ).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1]


def my_reviews(actor: Actor) -> list[tuple[Review, Application]]:
    """The reviews that an evaluator has to write or has written, open ones first."""
    rows = db.session.execute(
        select(Review, Application)
        .join(Application, Application.id == Review.application_id)
        .where(Review.reviewer_id == actor.user_id, Review.recused_at.is_(None), visible_to(actor))
        .order_by(Review.submitted_at.is_not(None), Review.due_at, Review.id)
    )
    return [(row[0], row[1]) for row in rows]


def score_of(application_id: uuid.UUID) -> Score | None:
    """The score of a case, if it has one."""
    return db.session.get(Score, application_id)


def ranking(actor: Actor, call_id: uuid.UUID) -> list[tuple[Application, Score]]:
    """The scored cases of a call as the actor may see them, in the order of their ranks."""
    rows = db.session.execute(
        select(Application, Score)
        .join(Score, Score.application_id == Application.id)
        .where(Score.call_id == call_id, visible_to(actor))
        .order_by(Score.rank.nulls_last(), (Score.total + Score.bonus).desc(), Application.id)
    )
    return [(row[0], row[1]) for row in rows]


def stages_of_call(call_id: uuid.UUID) -> dict[str, int]:
    """How many live cases of a call have no score yet, by stage."""
    rows = db.session.execute(
        select(Application.stage, func.count())
        .outerjoin(Score, Score.application_id == Application.id)
        .where(Application.call_id == call_id, Application.is_live, Score.application_id.is_(None))
        .group_by(Application.stage)
    )
    found: dict[str, Any] = {stage: count for stage, count in rows}
    return found
