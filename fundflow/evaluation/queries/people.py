"""Who evaluates a case, who could, and who must not."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, func, literal, or_, select, union_all

from fundflow.accounts import Permission, RoleGrant, User
from fundflow.accounts.roles import roles_with
from fundflow.applications.models import Application, Duty, Party, Recusal
from fundflow.applications.service.hooks import exclusive_duties
from fundflow.evaluation.models import Review
from fundflow.platform.db import db
from fundflow.programmes import definition_of

EVALUATOR = "evaluator"

STEPPED_BACK = _l("Has a conflict of interest here.")
IS_PARTY = _l("Is a party to this application.")
OTHER_DUTY = _l("Has acted on this application in another duty.")
SET_ASIDE = _l("Has reviewed this application before; after an appeal others do.")


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may write reviews, with how many open ones lie with them."""

    id: uuid.UUID
    name: str
    load: int


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


def candidates(case: Application) -> list[Candidate]:
    """The active holders of the permission to review over a case, by name, with their open reviews everywhere."""
    places = [RoleGrant.scope_kind == "platform"]
    scopes = {"programme": case.programme_id, "call": case.call_id, "application": case.id}
    places += [
        and_(RoleGrant.scope_kind == kind, RoleGrant.scope_id == scope_id)
        for kind, scope_id in scopes.items()
    ]
    holding = select(RoleGrant.user_id).where(
        RoleGrant.role.in_(roles_with(Permission.REVIEW_WRITE)), or_(*places)
    )
    load = (
        select(func.count(Review.id))
        .where(Review.reviewer_id == User.id, Review.submitted_at.is_(None), Review.recused_at.is_(None))
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(User.id, User.name, load).where(User.active, User.id.in_(holding)).order_by(User.name, User.id)
    )
    return [Candidate(*row) for row in rows]


def barred(case: Application) -> dict[uuid.UUID, str]:
    """Who must not evaluate a case, with the reason.

    Conflicts, parties, holders of another exclusive duty, and who reviewed it before an appeal.
    """
    duties = _excluding(case)
    held = (
        db.session.execute(
            select(Duty.user_id).where(Duty.scope_id == case.id, Duty.duty.in_(duties)).distinct()
        ).scalars()
        if duties
        else ()
    )
    found: dict[uuid.UUID, str] = {user_id: str(OTHER_DUTY) for user_id in held}
    parties = db.session.scalars(
        select(Party.user_id).where(
            Party.application_id == case.id, Party.kind != EVALUATOR, Party.user_id.is_not(None)
        )
    )
    found.update({user_id: str(IS_PARTY) for user_id in parties if user_id})
    recused = select(Recusal.user_id, literal(False)).where(Recusal.application_id == case.id)
    before = select(Review.reviewer_id, literal(True)).where(
        Review.application_id == case.id, Review.submitted_at.is_not(None), Review.recused_at.is_not(None)
    )
    for user_id, set_aside in db.session.execute(union_all(before, recused)):
        found[user_id] = str(SET_ASIDE if set_aside else STEPPED_BACK)
    return found


def _excluding(case: Application) -> set[str]:
    """The duties that bar a person from the duties of a review, as the programme separates them."""
    definition = definition_of(case.version_id)
    machine = definition.machines.get("review")
    own = {duty for move in machine.moves.values() for duty in move.move.duties} if machine else set()
    names = {duty.name for duty in own}
    groups = [exclusive_duties(definition, duty) for duty in own]
    return {other for group in groups if names & set(group) for other in group} - names
