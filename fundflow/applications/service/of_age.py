"""Coming of age: whose consent a case rests on, and what the clock does as a minor's guardian loses authority."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select

from fundflow import forms
from fundflow.accounts import SYSTEM
from fundflow.applications.models import Answers, Application, FormEntry, Party
from fundflow.applications.policy import on_case
from fundflow.applications.service.move import fire_locked, locked
from fundflow.applications.service.parties import age_on, comes_of_age_on
from fundflow.applications.subjects import CASE
from fundflow.audit import record
from fundflow.people import Guardianship, Person
from fundflow.platform import clock
from fundflow.platform.db import db, savepoint
from fundflow.platform.errors import Conflict, Refused
from fundflow.programmes import Definition, OfAge, definition_of
from fundflow.workflow import Condition, Decision, MoveContext, RoleName, effect

GUARDIAN = "guardian"
LONGEST_NOTICE = timedelta(days=367)  # the longest notice a programme may ask for, and a day for time zones
SCOPE: dict[str, Any] = {"a": None, "v": None}


def is_of_age(definition: Definition, born: date | None, today: date) -> bool:
    """Whether somebody decides alone on a day; an unknown age counts as a minor's."""
    return born is not None and age_on(born, today) >= definition.programme.of_age.years


def consent_in_force(case: Application, definition: Definition, *, of_age: bool) -> Decision:
    """Whether the person, or for a minor the guardian, has consented by the form handed in last.

    Before anything was handed in, what is written in the draft counts: the move that needs it seals it.
    """
    consents = definition.programme.of_age.consents
    if consents is None:
        return Decision(True)
    given = _newest_consent(case.id, consents.form)
    asked = _condition(consents.by_person if of_age else consents.by_guardian)
    answers = forms.cel_answers(definition.forms[consents.form], given, values=definition.values)
    if asked.holds({"a": answers, "v": definition.values}, unanswered=False):
        return Decision(True)
    if of_age:
        return Decision(False, _l("The person's own consent is not recorded."))
    return Decision(False, _l("The guardian's consent is not recorded."))


@lru_cache(maxsize=64)
def _condition(text: str) -> Condition:
    return Condition(text, SCOPE)


def _newest_consent(application_id: uuid.UUID, form: str) -> dict[str, Any]:
    newest = (
        select(FormEntry.id)
        .where(FormEntry.application_id == application_id, FormEntry.form == form)
        .order_by((FormEntry.state == "submitted").desc(), FormEntry.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    merged: dict[str, Any] = {}
    for data in db.session.scalars(select(Answers.data).where(Answers.entry_id == newest)):
        merged.update(data)
    return merged


@effect("end_party", help="Ends a tie to the case: the person no longer sees it or acts on it.")
def end_party(ctx: MoveContext, kind: RoleName) -> None:
    """The tie stays in the records, with the moment at which it ended."""
    _end(ctx.case, kind)


@effect("wait_also_for", help="Puts the case into the queue of one more role, until the stage changes.")
def wait_also_for(ctx: MoveContext, role: RoleName) -> None:
    """A role that is waited for already stays as it is."""
    ctx.case.waits_for = [*ctx.case.waits_for, *({role} - set(ctx.case.waits_for))]


@effect(
    "wait_no_longer_for", help="Takes the case out of a role's queue, unless its stage waits for that role."
)
def wait_no_longer_for(ctx: MoveContext, role: RoleName) -> None:
    """The other half of `wait_also_for`."""
    stage = ctx.definition.machines[CASE].definition.stages[ctx.case.stage]
    if role not in stage.waits_for:
        ctx.case.waits_for = [each for each in ctx.case.waits_for if each != role]


def _end(case: Application, kind: str) -> None:
    for party in db.session.scalars(
        select(Party).where(Party.application_id == case.id, Party.kind == kind, Party.ended_at.is_(None))
    ):
        party.ended_at = clock.now()
    db.session.flush()


@dataclass(frozen=True)
class Step:
    """What the clock has to do for one guardianship of one case: `announced`, `ended` or `consented`."""

    guardianship_id: uuid.UUID
    application_id: uuid.UUID
    what: str


def due() -> list[Step]:
    """The steps whose day has come, over all cases; each is looked at again under its lock."""
    horizon = clock.today("UTC") + LONGEST_NOTICE
    rows = db.session.execute(
        select(Guardianship, Application, Person.birth_date)
        .join(Person, Person.id == Guardianship.minor_id)
        .join(Party, Party.person_id == Guardianship.guardian_id)
        .join(Application, Application.id == Party.application_id)
        .where(
            Guardianship.consented_at.is_(None),
            Guardianship.ends_on <= horizon,
            Party.kind == GUARDIAN,
            or_(Application.is_live, Guardianship.ended_at.is_(None)),
        )
        .order_by(Guardianship.ends_on, Guardianship.id)
    ).all()
    found = []
    for tie, case, born in rows:
        what = _next(tie, case, definition_of(case.version_id), born)
        if what:
            found.append(Step(tie.id, case.id, what))
    return found


def _next(tie: Guardianship, case: Application, definition: Definition, born: date | None) -> str:
    """What is to be done now for a guardianship, or "" when nothing is."""
    law, today = definition.programme.of_age, clock.today(definition.programme.timezone)
    if born is None:
        return ""
    if tie.ended_at is not None:
        return "consented" if case.is_live and consent_in_force(case, definition, of_age=True) else ""
    if is_of_age(definition, born, today):
        return "ended"
    if law.notice is None or tie.announced_at is not None or not case.is_live:
        return ""
    first = comes_of_age_on(born, law.years) - timedelta(days=law.notice.days)
    return "announced" if first <= today else ""


def act(step: Step) -> str:
    """Do one step in the caller's transaction; safe to repeat. Returns the move made, or ""."""
    case, _row, _known = locked(SYSTEM, CASE, step.application_id)
    tie = db.session.get_one(Guardianship, step.guardianship_id, with_for_update=True, populate_existing=True)
    definition = definition_of(case.version_id)
    born = db.session.scalar(select(Person.birth_date).where(Person.id == tie.minor_id))
    if _next(tie, case, definition, born) != step.what:
        return ""
    setattr(tie, f"{step.what}_at", clock.now())
    made = _make(case, _move_for(definition.programme.of_age, step.what))
    if step.what == "ended":
        _end(case, GUARDIAN)  # whatever the programme says and wherever the case stands
    record(
        action=f"guardianship.{step.what}",
        actor_id=None,
        application_id=case.id,
        guardianship=str(tie.id),
        move=made,
    )
    return made


def _move_for(law: OfAge, what: str) -> str | None:
    moves: Mapping[str, str | None] = {
        "announced": law.notice.move if law.notice else None,
        "ended": law.move,
        "consented": law.consents.then if law.consents else None,
    }
    return moves[what]


def _make(case: Application, name: str | None) -> str:
    """Make the move as the system; a case that has ended makes none."""
    if name is None or not case.is_live:
        return ""
    try:
        with savepoint():
            fire_locked(who=on_case(SYSTEM, case, ()), case=case, subject=case, kind=CASE, move=name)
    except (Refused, Conflict):
        return ""
    return name
