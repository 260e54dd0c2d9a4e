"""Naming the evaluators of a case, before reviewing begins and while it goes on."""

from __future__ import annotations

import uuid

from flask_babel import gettext as _
from sqlalchemy import select

from fundflow.accounts import SYSTEM, Actor, Permission, User
from fundflow.applications.models import Application, Party
from fundflow.applications.policy import on_case
from fundflow.applications.service.hooks import begin_stage, context
from fundflow.applications.service.mailing import mail
from fundflow.applications.service.move import locked, move
from fundflow.audit import record
from fundflow.evaluation.models import Review
from fundflow.evaluation.queries import EVALUATOR, barred, candidates, evaluators, reviews
from fundflow.platform import clock
from fundflow.platform.db import db
from fundflow.platform.errors import Forbidden, Invalid, Refused
from fundflow.platform.ids import new_id
from fundflow.programmes import definition_of
from fundflow.workflow.compiled import CompiledMove

KIND = "review"


def assign(*, actor: Actor, application_id: uuid.UUID, reviewer_ids: list[uuid.UUID]) -> None:
    """Name the evaluators of a case; who stepped back, is a party or acted in another duty cannot be named.

    While reviewing goes on, who is added gets a review at once and the open review of who is left out is cancelled.
    Raises Forbidden without the permission on this case, Invalid for people who may not evaluate it, Refused when
    someone would be left out who has handed in, or when the case has left evaluation.
    """
    case, _row, _ties = locked(actor, "application", application_id)
    if not _may_assign(actor, case):
        raise Forbidden(_("Your role does not assign evaluators."))
    if case.stage not in assignable_stages(case):
        raise Refused([_("Evaluators are named before or during the evaluation of a case.")])
    wanted = set(reviewer_ids)
    _require_free(case, wanted)
    present = {party.user_id: party for party in evaluators(case.id)}
    given = {review.reviewer_id: review for review in reviews(case.id)}
    gone = set(present) - wanted
    if any(user_id in given and given[user_id].submitted_at for user_id in gone):
        raise Refused([_("Somebody who has handed in a review stays among the evaluators.")])
    for user_id in gone:
        present[user_id].ended_at = clock.now()
        if user_id in given:
            _cancel(case, given[user_id])
    people = {
        user.id: user for user in db.session.scalars(select(User).where(User.id.in_(wanted - set(present))))
    }
    for user_id in sorted(people, key=str):
        _tie(case, people[user_id])
    db.session.flush()
    if given:
        open_reviews(case, by=actor.user_id)
        _tell(actor, case, wanted - set(present))
    record(
        action="evaluation.assigned", actor_id=actor.user_id, application_id=case.id,
        reviewers=sorted(map(str, wanted)),
    )  # fmt: skip


def _tell(actor: Actor, case: Application, added: set[uuid.UUID]) -> None:
    """Who joins while reviewing goes on gets the mail that the others got when it began."""
    definition = definition_of(case.version_id)
    ctx = context(who=on_case(actor, case, ()), case=case, subject=case, kind="application")
    mails = [
        effect.params["id"]
        for step in _opening(case)
        for effect in step.effects
        if effect.rule.name == "mail" and effect.params.get("to") == EVALUATOR
    ]
    for mail_id in dict.fromkeys(mails):
        mail(
            case=case, definition=definition, mail_id=mail_id, to=EVALUATOR, facts=ctx.facts, only=added
        )  # fmt: skip


def _opening(case: Application) -> list[CompiledMove]:
    """The moves with which reviewing begins."""
    moves = definition_of(case.version_id).machines["application"].moves.values()
    return [move for move in moves if any(effect.rule.name == "open_reviews" for effect in move.effects)]


def _may_assign(actor: Actor, case: Application) -> bool:
    return actor.may(
        Permission.REVIEW_ASSIGN,
        programme_id=case.programme_id,
        call_id=case.call_id,
        application_id=case.id,
    )


def assignable_stages(case: Application) -> frozenset[str]:
    """Where evaluators are named: the stages from which reviewing starts, and those that it leads to."""
    return frozenset(
        stage
        for move in _opening(case)
        for stage in (*move.sources, *((move.move.to,) if move.move.to else ()))
    )


def _require_free(case: Application, wanted: set[uuid.UUID]) -> None:
    known = {person.id for person in candidates(case)}
    if wanted & set(barred(case)) or wanted - known:
        raise Invalid({"reviewers": _("One of these people cannot evaluate this case.")})


def _tie(case: Application, user: User) -> None:
    earlier = db.session.scalar(
        select(Party).where(
            Party.application_id == case.id, Party.kind == EVALUATOR, Party.user_id == user.id
        )
    )
    if earlier is not None:
        earlier.ended_at = None
        return
    db.session.add(
        Party(id=new_id(), application_id=case.id, kind=EVALUATOR, user_id=user.id, name=user.name)
    )


def _cancel(case: Application, review: Review) -> None:
    machine = definition_of(case.version_id).machines[KIND]
    for step in machine.leaving(review.stage):
        if any(effect.rule.name == "cancel_review" for effect in step.effects):
            move(actor=SYSTEM, kind=KIND, subject_id=review.id, move=step.name)
            return
    raise Refused([_("This programme does not let an open review be cancelled.")])


def open_reviews(case: Application, *, by: uuid.UUID | None) -> None:
    """One open review for each assigned evaluator who has none; the unique index stands behind it."""
    present = {review.reviewer_id for review in reviews(case.id)}
    opener = Actor(user_id=by, name="")
    for party in evaluators(case.id):
        if party.user_id in present:
            continue
        review = Review(
            id=new_id(), application_id=case.id, reviewer_id=party.user_id, scores={}, comment="",
            assigned_at=clock.now(),
        )  # fmt: skip
        begin_stage(actor=opener, case=case, kind=KIND, subject=review)
        db.session.add(review)
    db.session.flush()
