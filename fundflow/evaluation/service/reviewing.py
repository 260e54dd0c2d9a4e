"""Writing a review: drafts, handing in, stepping back; only its own writer, and only before it is handed in."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from fundflow.accounts import Actor
from fundflow.applications.models import Application, Party, Recusal
from fundflow.applications.service.move import locked, move
from fundflow.evaluation.models import Review, Score
from fundflow.evaluation.queries import EVALUATOR, reviews
from fundflow.evaluation.scoring import Distance, distances, review_total
from fundflow.platform import clock
from fundflow.platform.db import db
from fundflow.platform.errors import Conflict, Invalid, NotFound, Refused
from fundflow.programmes import Criteria, definition_of

KIND = "review"
LONGEST_COMMENT = 5000
Scores = Mapping[str, Mapping[str, Any]]
"""Criterion -> {score, comment}."""


def save_review(
    *, actor: Actor, review_id: uuid.UUID, scores: Scores, comment: str, seen_version: int | None = None
) -> Review:
    """Keep a draft as it is, half-filled or not.

    Raises NotFound for whoever is not its writer, Refused once it is handed in, Conflict when another tab saved
    since `seen_version`, Invalid for a score outside the scale or a comment that is too long.
    """
    case, row, _ties = locked(actor, KIND, review_id)
    review: Review = row
    _require_open(actor, review)
    if seen_version is not None and seen_version != review.row_version:
        raise Conflict(_("This review was saved elsewhere in the meantime."), current=review)
    criteria = definition_of(case.version_id).criteria
    _require_fitting(criteria, scores, comment)
    known = {each.id for each in criteria.criteria}
    review.scores = {name: dict(given) for name, given in scores.items() if name in known}
    review.comment = comment.strip()
    review.saved_at = clock.now()
    review.row_version += 1
    db.session.flush()
    return review


def submit_review(
    *,
    actor: Actor,
    review_id: uuid.UUID,
    scores: Scores,
    comment: str,
    move_name: str,
    seen_version: int | None = None,
) -> Review:
    """Hand in a review: saved first, then checked whole, then moved; raises Invalid with one sentence a criterion."""
    review = save_review(
        actor=actor, review_id=review_id, scores=scores, comment=comment, seen_version=seen_version
    )
    case = db.session.get_one(Application, review.application_id)
    errors = review_faults(definition_of(case.version_id).criteria, review.scores)
    if errors:
        raise Invalid(errors)
    move(actor=actor, kind=KIND, subject_id=review_id, move=move_name)
    return review


def _require_open(actor: Actor, review: Review) -> None:
    if review.reviewer_id != actor.user_id:
        raise NotFound
    if review.submitted_at is not None or review.recused_at is not None:
        raise Refused([_("This review has been handed in and can no longer be changed.")])


def _require_fitting(criteria: Criteria, scores: Scores, comment: str) -> None:
    faults: dict[str, str] = {}
    for name, given in scores.items():
        score = given.get("score")
        if score is not None and not _on_scale(criteria, score):
            faults[name] = _outside(criteria)
        elif len(str(given.get("comment", ""))) > LONGEST_COMMENT:
            faults[name] = _("Write at most %(most)s characters.", most=LONGEST_COMMENT)
    if len(comment.strip()) > LONGEST_COMMENT:
        faults["comment"] = _("Write at most %(most)s characters.", most=LONGEST_COMMENT)
    if faults:
        raise Invalid(faults)


def _on_scale(criteria: Criteria, score: Any) -> bool:
    return type(score) is int and criteria.scale_least <= score <= criteria.scale_most


def _outside(criteria: Criteria) -> str:
    least, most = criteria.scale_least, criteria.scale_most
    return str(_("Choose a score from %(least)s to %(most)s.", least=least, most=most))


def review_faults(criteria: Criteria, scores: Scores) -> dict[str, str]:
    """What bars a review from being handed in, by criterion."""
    faults: dict[str, str] = {}
    for each in criteria.criteria:
        given = scores.get(each.id, {})
        score = given.get("score")
        if not _on_scale(criteria, score):
            faults[each.id] = _outside(criteria)
        elif score in criteria.comment_required_on and not str(given.get("comment", "")).strip():
            faults[each.id] = _("A score of %(score)s needs a comment.", score=score)
    return faults


def plain_scores(scores: Scores) -> dict[str, int]:
    """Criterion to score."""
    return {name: int(given["score"]) for name, given in scores.items()}


def apart(criteria: Criteria, application_id: uuid.UUID) -> list[Distance]:
    """Where the handed-in reviews of a case lie further apart than the programme lets stand."""
    valid = reviews(application_id, submitted=True)
    scores = [plain_scores(review.scores) for review in valid]
    return distances(criteria, scores, [review.total for review in valid if review.total is not None])


def hand_in(criteria: Criteria, review: Review) -> None:
    """Fix a complete review: its points of a hundred and the moment."""
    review.total = review_total(criteria, plain_scores(review.scores))
    review.submitted_at = clock.now()
    db.session.flush()


def recuse(*, review: Review, ground: str, note: str) -> None:
    """Step back: the case disappears for the writer everywhere, and the review never counts."""
    drop(review)
    if db.session.get(Recusal, (review.application_id, review.reviewer_id)) is None:
        stepped_back = Recusal(
            application_id=review.application_id, user_id=review.reviewer_id, ground=ground, note=note,
            declared_at=clock.now(),
        )  # fmt: skip
        db.session.add(stepped_back)
    db.session.flush()


def set_aside(review: Review) -> None:
    """An appeal found fault with the evaluation: the review keeps its points but counts no more.

    Its writer is not asked about this case again, and the score that rested on it goes.
    """
    review.recused_at = clock.now()
    writer = db.session.scalar(
        select(Party).where(
            Party.application_id == review.application_id,
            Party.kind == EVALUATOR,
            Party.user_id == review.reviewer_id,
        )
    )
    if writer is not None:
        writer.ended_at = clock.now()
    score = db.session.get(Score, review.application_id)
    if score is not None:
        db.session.delete(score)
    db.session.flush()


def drop(review: Review) -> None:
    """From now on the review counts nowhere; what was written stays in its row."""
    review.recused_at = clock.now()
    review.submitted_at = None
    review.total = None
    db.session.flush()
