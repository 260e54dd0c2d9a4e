"""Tying people to a case: from the answers of a form to persons, parties and guardianships."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from fundflow.accounts import User
from fundflow.applications.models import Application, Party
from fundflow.people import Guardianship, Person
from fundflow.platform import clock
from fundflow.platform.db import db
from fundflow.platform.ids import new_id

ADULT = 18  # full legal capacity and contract age in all programme countries
_DATES = {"birth_date", "born_on"}
_NAMES = {"born_on": "birth_date"}


def age_on(born: date, day: date) -> int:
    """Full years on a day; who is born on 29 February ages on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def beneficiary(case: Application) -> Person | None:
    """The person whom the case is for, or None while nobody is tied to it."""
    return db.session.scalar(
        select(Person)
        .join(Party, Party.person_id == Person.id)
        .where(
            Party.application_id == case.id,
            Party.kind.in_(("beneficiary", "applicant")),
            Party.ended_at.is_(None),
        )
        .order_by(Party.kind.desc())
        .limit(1)
    )


def link_person(
    *, case: Application, given: Mapping[str, Any], fields: Mapping[str, str], kind: str
) -> Person | None:
    """Make or mend the case's person of that kind from answers; a user with the same e-mail gets to see the case."""
    facts = {field: given.get(question) for field, question in fields.items()}
    if not facts.get("full_name"):
        return None
    party = db.session.scalar(
        select(Party)
        .where(Party.application_id == case.id, Party.kind == kind, Party.ended_at.is_(None))
        .limit(1)
    )
    person = db.session.get(Person, party.person_id) if party and party.person_id else None
    if person is None:
        person = Person(id=new_id(), created_at=clock.now(), full_name="", language=case.language)
        db.session.add(person)
    for field, value in facts.items():
        name = _NAMES.get(field, field)
        if value is None or not hasattr(Person, name):
            continue
        setattr(person, name, date.fromisoformat(value) if field in _DATES else str(value))
    db.session.flush()
    if party is None:
        party = Party(id=new_id(), application_id=case.id, kind=kind, name="")
        db.session.add(party)
    party.person_id = person.id
    party.name = person.full_name
    _tie_account(party, person)
    if kind in {"beneficiary", "applicant"}:
        case.applicant_name = person.full_name
    db.session.flush()
    return person


def link_guardian(*, case: Application, given: Mapping[str, Any], fields: Mapping[str, str]) -> Person | None:
    """Tie a guardian to the case and, as such, to its beneficiary, until the eighteenth birthday."""
    guardian = link_person(case=case, given=given, fields=fields, kind="guardian")
    minor = beneficiary(case)
    if guardian is None or minor is None:
        return guardian
    known = db.session.scalar(
        select(Guardianship.id).where(
            Guardianship.minor_id == minor.id, Guardianship.guardian_id == guardian.id
        )
    )
    if known is None:
        relation = str(given.get(fields.get("relation", ""), "") or "")
        ends_on = _eighteenth(minor.birth_date) if minor.birth_date else None
        db.session.add(
            Guardianship(
                id=new_id(),
                minor_id=minor.id,
                guardian_id=guardian.id,
                relation=relation,
                ends_on=ends_on,
                created_at=clock.now(),
            )
        )
        db.session.flush()
    return guardian


def _eighteenth(born: date) -> date:
    try:
        return born.replace(year=born.year + 18)
    except ValueError:
        return date(born.year + 18, 3, 1)


def _tie_account(party: Party, person: Person) -> None:
    """An account is tied by the address that its owner has confirmed to be his."""
    if party.user_id or not person.email:
        return
    user = db.session.scalar(
        select(User).where(User.email == person.email.lower(), User.confirmed_at.is_not(None))
    )
    if user is not None:
        party.user_id = user.id
        person.user_id = person.user_id or user.id
