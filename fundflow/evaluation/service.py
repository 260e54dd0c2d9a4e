"""Verbs of evaluation: assigning people, writing and handing in reviews, stepping back, ranking a call."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from fundflow import forms
from fundflow.accounts import Actor, Permission, User
from fundflow.applications.models import Application, Party, Recusal
from fundflow.applications.queries import answers, latest_entry, visible_to
from fundflow.applications.service.move import locked, move
from fundflow.audit import record
from fundflow.evaluation.models import Review, Score
from fundflow.evaluation.queries import EVALUATOR, evaluators, reviews
from fundflow.evaluation.scoring import Outcome, outcome, review_total, sort_key
from fundflow.platform import clock
from fundflow.platform.db import db
from fundflow.platform.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from fundflow.platform.ids import new_id
from fundflow.programmes import Criteria, definition_of

KIND = "review"


def assign(*, actor: Actor, application_id: uuid.UUID, reviewer_ids: list[uuid.UUID]) -> None:
    """Name the evaluators of a case; who stepped back cannot be named again.

    Raises Forbidden without the permission on this case, Invalid for people who are recused or unknown, Refused when
    reviewing has begun.
    """
    case, _row, _ties = locked(actor, "application", application_id)
    if not actor.may(Permission.REVIEW_ASSIGN, programme_id=case.programme_id, call_id=case.call_id, application_id=case.id):
        raise Forbidden(_("Your role does not assign evaluators."))
    if reviews(case.id, submitted=True):
        raise Refused([_("Reviews have been handed in already; ask for an additional one instead.")])
    recused = set(db.session.scalars(select(Recusal.user_id).where(Recusal.application_id == case.id)))
    people = {user.id: user for user in db.session.scalars(select(User).where(User.id.in_(reviewer_ids), User.active))}
    barred = recused | ({case.created_by} if case.created_by else set())
    if set(reviewer_ids) - set(people) or set(reviewer_ids) & barred:
        raise Invalid({"reviewers": _("One of these people cannot evaluate this case.")})
    present = {party.user_id: party for party in evaluators(case.id)}
    for user_id in set(present) - set(reviewer_ids):
        present[user_id].ended_at = clock.now()
    for user_id in sorted(set(reviewer_ids) - set(present), key=str):
        _tie(case, people[user_id])
    record(
        action="evaluation.assigned", actor_id=actor.user_id, application_id=case.id,
        reviewers=sorted(map(str, reviewer_ids)),
    )
    db.session.flush()


def _tie(case: Application, user: User) -> None:
    earlier = db.session.scalar(
        select(Party).where(Party.application_id == case.id, Party.kind == EVALUATOR, Party.user_id == user.id)
    )
    if earlier is not None:
        earlier.ended_at = None
        return
    db.session.add(Party(id=new_id(), application_id=case.id, kind=EVALUATOR, user_id=user.id, name=user.name))


def save_review(
    *,
    actor: Actor,
    review_id: uuid.UUID,
    scores: Mapping[str, Mapping[str, Any]],
    comment: str,
    seen_version: int | None = None,
) -> Review:
    """Keep a draft as it is, half-filled or not; only its writer may, and only before it is handed in."""
    case, review, _ties = locked(actor, KIND, review_id)
    _require_writer(actor, review)
    if seen_version is not None and seen_version != review.row_version:
        raise Conflict(_("This review was saved elsewhere in the meantime."), current=review)
    criteria = definition_of(case.version_id).criteria
    known = {each.id for each in criteria.criteria}
    review.scores = {name: dict(given) for name, given in scores.items() if name in known}
    review.comment = comment.strip()
    review.saved_at = clock.now()
    review.row_version += 1
    db.session.flush()
    return review


def submit_review(
    *, actor: Actor, review_id: uuid.UUID, scores: Mapping[str, Mapping[str, Any]], comment: str,
    move_name: str, seen_version: int | None = None,
) -> Review:
    """Hand in a review: saved first, then checked whole, then moved; raises Invalid with one sentence a criterion."""
    review = save_review(actor=actor, review_id=review_id, scores=scores, comment=comment, seen_version=seen_version)
    case = db.session.get_one(Application, review.application_id)
    criteria = definition_of(case.version_id).criteria
    errors = review_faults(criteria, review.scores)
    if errors:
        raise Invalid(errors)
    review.total = review_total(criteria, plain_scores(review.scores))
    review.submitted_at = clock.now()
    db.session.flush()
    move(actor=actor, kind=KIND, subject_id=review_id, move=move_name)
    return review


def _require_writer(actor: Actor, review: Review) -> None:
    if review.reviewer_id != actor.user_id:
        raise NotFound
    if review.submitted_at is not None or review.recused_at is not None:
        raise Refused([_("This review has been handed in and can no longer be changed.")])


def review_faults(criteria: Criteria, scores: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """What bars a review from being handed in, by criterion."""
    faults: dict[str, str] = {}
    for each in criteria.criteria:
        given = scores.get(each.id, {})
        score = given.get("score")
        if not isinstance(score, int) or not criteria.scale_least <= score <= criteria.scale_most:
            faults[each.id] = _(
                "Choose a score from %(least)s to %(most)s.", least=criteria.scale_least, most=criteria.scale_most
            )
        elif score in criteria.comment_required_on and not str(given.get("comment", "")).strip():
            faults[each.id] = _("A score of %(score)s needs a comment.", score=score)
    return faults


def plain_scores(scores: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    """Criterion to score."""
    return {name: int(given["score"]) for name, given in scores.items()}


def recuse(*, actor_id: uuid.UUID, review: Review, ground: str, note: str) -> None:
    """Step back: the case disappears for that person everywhere, and the review never counts."""
    review.recused_at = clock.now()
    review.submitted_at = None
    review.total = None
    if db.session.get(Recusal, (review.application_id, actor_id)) is None:
        db.session.add(
            Recusal(
                application_id=review.application_id, user_id=actor_id, ground=ground, note=note,
                declared_at=clock.now(),
            )
        )
    db.session.flush()


def score(case: Application) -> Score:
    """Work out the score of a case from its valid reviews, and keep it."""
    definition = definition_of(case.version_id)
    found = _outcome(case)
    row = db.session.get(Score, case.id) or Score(application_id=case.id, call_id=case.call_id)
    row.means = {name: str(mean) for name, mean in found.means.items()}
    row.total = found.total
    row.bonus = found.bonus
    row.passed = found.passed
    row.failed_minimums = list(found.failed_minimums)
    row.reviews = len(reviews(case.id, submitted=True))
    row.rank = None
    row.scored_at = clock.now()
    db.session.add(row)
    db.session.flush()
    record(
        action="evaluation.scored", actor_id=None, application_id=case.id, total=str(found.total),
        bonus=str(found.bonus), passed=found.passed, version=definition.sha256[:12],
    )
    return row


def _outcome(case: Application) -> Outcome:
    definition = definition_of(case.version_id)
    valid = [plain_scores(review.scores) for review in reviews(case.id, submitted=True)]
    if not valid:
        raise Refused([_("There is no review that counts.")])
    return outcome(definition.criteria, valid, _answers(case), definition.values)


def _answers(case: Application) -> dict[str, Any]:
    definition = definition_of(case.version_id)
    form = definition.programme.application_form
    given = answers(latest_entry(case.id, form, submitted=True))
    return forms.cel_answers(definition.forms[form], given, values=definition.values)


def rank_call(call_id: uuid.UUID) -> None:
    """Give every score of a call its rank; a function of the scores and the written tie rules, nothing else."""
    rows = db.session.execute(
        select(Application, Score)
        .join(Score, Score.application_id == Application.id)
        .where(Score.call_id == call_id, Application.is_live)
        .with_for_update(of=Score)
    ).all()
    keyed = []
    for case, row in rows:
        definition = definition_of(case.version_id)
        found = Outcome(
            {name: Decimal(mean) for name, mean in row.means.items()}, row.total, row.bonus, row.passed, ()
        )
        key = sort_key(definition.criteria, found, _answers(case), definition.values, f"{call_id}:{case.id}")
        keyed.append((key, row))
    keyed.sort(key=lambda pair: pair[0])
    for number, (_key, row) in enumerate(keyed, start=1):
        row.rank = number
    db.session.flush()


def rank_all(*, actor: Actor, call_id: uuid.UUID, move_name: str) -> int:
    """Make the ranking move of every scored case of a call, one after the other; returns how many moved."""
    ids = db.session.scalars(
        select(Application.id)
        .join(Score, Score.application_id == Application.id)
        .where(Application.call_id == call_id, Score.rank.is_(None), Application.is_live, visible_to(actor))
        .order_by(Application.id)
    ).all()
    for application_id in ids:
        move(actor=actor, subject_id=application_id, move=move_name)
    return len(ids)
