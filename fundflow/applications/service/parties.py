"""Tying people to a case: from the answers of a form to persons, parties and guardianships."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from fundflow.accounts import User
from fundflow.applications.held import Tie, forget, people
from fundflow.applications.models import Application, Party
from fundflow.people import Guardianship, Person
from fundflow.people.models import FIELDS
from fundflow.platform import clock
from fundflow.platform.db import db
from fundflow.platform.ids import new_id
from fundflow.programmes import definition_of

_DATES = {"birth_date", "born_on"}
_NAMES = {"born_on": "birth_date"}


def age_on(born: date, day: date) -> int:
    """Full years on a day; who is born on 29 February ages on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def comes_of_age_on(born: date, years: int) -> date:
    """The birthday on which somebody is so many years old."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)


def beneficiary(case: Application) -> Person | None:
    """The person whom the case is for (without one, who applied), or None while nobody is tied to it."""
    return _first_of(case, "beneficiary", "applicant")


def applicant(case: Application) -> Person | None:
    """The person who applied (without one, whom the case is for), or None while nobody is tied to it."""
    return _first_of(case, "applicant", "beneficiary")


def _first_of(case: Application, *kinds: str) -> Person | None:
    known = [(tie.party.kind, tie.person) for tie in people(case.id) if tie.party.ended_at is None]
    return next((one for kind in kinds for its, one in known if its == kind and one is not None), None)


def link_person(
    *, case: Application, given: Mapping[str, Any], fields: Mapping[str, str], kind: str
) -> Person | None:
    """Make or mend the case's person of that kind from answers; a user with the same e-mail gets to see the case.

    A tie that has ended is taken up again only by a person of the same name; anybody else gets a new one.
    """
    facts = {field: given.get(question) for field, question in fields.items()}
    if not facts.get("full_name"):
        return None
    tie = _tie_of(case, kind, str(facts["full_name"]))
    person = tie.person
    if person is None:
        person = Person(id=new_id(), created_at=clock.now(), full_name="", language=case.language)
        db.session.add(person)
    born = person.birth_date
    for field, value in facts.items():
        name = _NAMES.get(field, field)
        if value is None or name not in FIELDS:
            continue
        setattr(person, name, date.fromisoformat(value) if field in _DATES else str(value))
    party, tie.person = tie.party, person
    party.person, party.person_id, party.ended_at = person, person.id, None
    party.name = person.full_name
    _tie_account(party, person)
    if kind == "applicant" or (kind == "beneficiary" and applicant(case) is person):
        case.applicant_name = person.full_name
    if born is not None and person.birth_date not in {None, born}:
        _mend_ties(case, person)
    return person


def _tie_of(case: Application, kind: str, name: str) -> Tie:
    """The tie of that kind that stands, else the last one that ended and was of that name, else a new one."""
    ties = [tie for tie in people(case.id) if tie.party.kind == kind]
    for tie in ties:
        if tie.party.ended_at is None:
            return tie
    ended = [tie for tie in ties if tie.party.name == name]
    if ended:
        return max(ended, key=lambda tie: tie.party.ended_at or clock.now())
    tie = Tie(Party(id=new_id(), application_id=case.id, kind=kind, name=""))
    db.session.add(tie.party)
    people(case.id).append(tie)
    return tie


def _mend_ties(case: Application, minor: Person) -> None:
    """A date of birth that was written wrong moves the day on which guardians lose their authority."""
    years = definition_of(case.version_id).programme.of_age.years
    for tie in db.session.scalars(select(Guardianship).where(Guardianship.minor_id == minor.id)):
        tie.ends_on = comes_of_age_on(minor.birth_date, years) if minor.birth_date else None
    db.session.flush()


def link_guardian(*, case: Application, given: Mapping[str, Any], fields: Mapping[str, str]) -> Person | None:
    """Tie a guardian to the case and, as such, to its beneficiary until that comes of age; nobody older has one."""
    minor, years = beneficiary(case), definition_of(case.version_id).programme.of_age.years
    born = minor.birth_date if minor else None
    if born is not None and age_on(born, clock.today(case.call.timezone)) >= years:
        return None
    guardian = link_person(case=case, given=given, fields=fields, kind="guardian")
    if guardian is None or minor is None:
        return guardian
    tie = db.session.scalar(
        select(Guardianship).where(Guardianship.minor_id == minor.id, Guardianship.guardian_id == guardian.id)
    )
    if tie is None:
        tie = Guardianship(
            id=new_id(), minor_id=minor.id, guardian_id=guardian.id, relation="", created_at=clock.now()
        )
        db.session.add(tie)
    tie.relation = str(given.get(fields.get("relation", ""), "") or "") or tie.relation
    tie.ends_on = comes_of_age_on(born, years) if born else None
    tie.ended_at = tie.consented_at = None  # a date of birth that was mended may make somebody a minor again
    db.session.flush()
    return guardian


def _tie_account(party: Party, person: Person) -> None:
    """An account is tied by the address that its owner has confirmed to be his."""
    if party.user_id or not person.email:
        return
    with db.session.no_autoflush:  # the move that ties him is written once, when it is done
        user = db.session.scalar(
            select(User).where(User.email == person.email.lower(), User.confirmed_at.is_not(None))
        )
    if user is not None:
        _free_of_ended_ties(party, user)
        party.user_id = user.id
        person.user_id = person.user_id or user.id
        forget()  # mails go to the account from now on


def _free_of_ended_ties(party: Party, user: User) -> None:
    """One account is tied once in each way: an ended tie under another spelling of the name gives it up."""
    ended = select(Party).where(
        Party.application_id == party.application_id,
        Party.kind == party.kind,
        Party.user_id == user.id,
        Party.id != party.id,
        Party.ended_at.is_not(None),
    )
    for old in db.session.scalars(ended).all():
        old.user_id = None
        db.session.flush()
