"""Reads of reviews and of the answers that are reviewed."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import joinedload

from fundflow.accounts import Actor, User
from fundflow.applications.models import Answers, Application, FormEntry
from fundflow.applications.queries import get_part, visible_to
from fundflow.evaluation.models import Review
from fundflow.platform.db import db
from fundflow.programmes import definition_of


def reviews(application_id: uuid.UUID, *, submitted: bool | None = None) -> Sequence[Review]:
    """The reviews of a case that count: neither stepped back from nor cancelled, perhaps only (not) handed in."""
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
    """A review that counts, on a visible case with its call; NotFound for hidden and missing alike."""
    return get_part(actor, Review, review_id, Review.recused_at.is_(None))


def my_reviews(actor: Actor) -> list[tuple[Review, Application]]:
    """The reviews that an evaluator has to write or has written, open ones first and the most urgent before."""
    rows = db.session.execute(
        select(Review, Application)
        .join(Application, Application.id == Review.application_id)
        .where(Review.reviewer_id == actor.user_id, Review.recused_at.is_(None), visible_to(actor))
        .options(joinedload(Application.call))
        .order_by(Review.submitted_at.is_not(None), Review.due_at, Review.id)
    )
    return [(row[0], row[1]) for row in rows]


def next_open(actor: Actor, after: uuid.UUID) -> uuid.UUID | None:
    """The open review that follows in the evaluator's list, from the start again after the last one."""
    ids = [
        review.id for review, _case in my_reviews(actor) if review.submitted_at is None or review.id == after
    ]
    if after in ids:
        place = ids.index(after)
        ids = [*ids[place + 1 :], *ids[:place]]
    return ids[0] if ids else None


def submitted_answers(cases: Sequence[Application]) -> dict[uuid.UUID, dict[str, Any]]:
    """The answers of the newest handed-in application form of each case, in one query."""
    forms = {case.id: definition_of(case.version_id).programme.application_form for case in cases}
    if not forms:
        return {}
    newest = (
        select(FormEntry.id, FormEntry.application_id, FormEntry.form)
        .where(
            FormEntry.application_id.in_(forms),
            FormEntry.form.in_(set(forms.values())),
            FormEntry.state == "submitted",
        )
        .ext(distinct_on(FormEntry.application_id, FormEntry.form))
        .order_by(FormEntry.application_id, FormEntry.form, FormEntry.number.desc())
        .subquery()
    )
    found: dict[uuid.UUID, dict[str, Any]] = {}
    rows = db.session.execute(
        select(newest.c.application_id, newest.c.form, Answers.data).join(
            Answers, Answers.entry_id == newest.c.id
        )
    )
    for application_id, form, data in rows:
        if forms[application_id] == form:
            found.setdefault(application_id, {}).update(data)
    return found
