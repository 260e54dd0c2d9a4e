"""Whose case it is: ages, guardians of those under eighteen, and accounts tied by an address that was confirmed."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from fundflow.accounts import User, load_actor
from fundflow.applications.models import Party
from fundflow.applications.queries import party_kinds
from fundflow.applications.service.parties import age_on, beneficiary, link_guardian, link_person
from fundflow.people import Guardianship
from fundflow.platform import clock
from fundflow.platform.db import db, transaction
from fundflow.workflow import RuleRef, default_registry
from tests.disbursement.office import call_of, case_in, ctx_of, person

pytestmark = pytest.mark.usefixtures("session")
FIELDS = {"full_name": "name", "birth_date": "born"}
GUARDIAN = {"full_name": "guardian", "relation": "relation"}


def case_of(born):
    call, owner = call_of("reintegration_grant"), person()
    with transaction():
        case = case_in(call, "registered", owner=owner, kind="beneficiary")
        link_person(case=case, given={"name": "Arben Prova", "born": born}, fields=FIELDS, kind="beneficiary")
    return case


def asked(case, name, **parameters):
    return default_registry.bind_guard(RuleRef(name, parameters)).decide(ctx_of(case))


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
        (date(2008, 11, 2), date(2026, 11, 1), 17),
        (date(2008, 11, 2), date(2026, 11, 2), 18),
    ],
)
def test_age_is_counted_in_full_years(born, day, age):
    assert age_on(born, day) == age


def test_a_minor_needs_a_guardian():
    with clock.at(datetime(2026, 11, 2, 9, 0, tzinfo=UTC)):
        case = case_of("2012-05-04")
        assert asked(case, "beneficiary_is_adult").allowed is False
        assert "no recorded guardian" in str(asked(case, "adult_or_guardian").reason)
        with transaction():
            given = {"guardian": "Drita Prova", "relation": "mother"}
            link_guardian(case=case, given=given, fields=GUARDIAN)
        assert "guardian's consent" in str(asked(case, "adult_or_guardian").reason)
        tie = db.session.scalars(
            select(Guardianship).where(Guardianship.minor_id == beneficiary(case).id)
        ).one()
        assert (tie.relation, tie.ends_on) == ("mother", date(2030, 5, 4))


def test_somebody_of_age_decides_for_himself_from_the_birthday_on():
    # Eighteen on 2 November in Tirana, which begins at eleven in the evening of the first in UTC.
    with clock.at(datetime(2026, 11, 1, 22, 59, tzinfo=UTC)):
        case = case_of("2008-11-02")
        assert asked(case, "beneficiary_is_adult").allowed is False
    with clock.at(datetime(2026, 11, 1, 23, 1, tzinfo=UTC)):
        assert asked(case, "beneficiary_is_adult").allowed is True


def test_an_unknown_age_counts_as_a_minors():
    call, owner = call_of("reintegration_grant"), person()
    with transaction():
        case = case_in(call, "registered", owner=owner, kind="guardian")
    assert beneficiary(case) is None
    assert asked(case, "beneficiary_is_adult").allowed is False
    assert "date of birth is not recorded" in str(asked(case, "adult_or_guardian").reason)


def test_the_same_guardian_is_tied_once():
    case = case_of("2012-05-04")
    for _again in range(2):
        with transaction():
            link_guardian(case=case, given={"guardian": "Drita Prova", "relation": "mother"}, fields=GUARDIAN)
    kinds = db.session.scalars(
        select(Party.kind).where(Party.application_id == case.id).order_by(Party.kind)
    ).all()
    assert kinds == ["beneficiary", "guardian"]


def test_nobody_is_his_own_guardian():
    case = case_of("2012-05-04")
    minor = beneficiary(case)
    db.session.info["writing"] = True
    db.session.add(
        Guardianship(minor_id=minor.id, guardian_id=minor.id, relation="self", created_at=clock.now())
    )
    with pytest.raises(IntegrityError, match="two_people"):
        db.session.flush()
    db.session.rollback()
    db.session.info["writing"] = False


BY_MAIL = FIELDS | {"email": "email"}


def tied(case, **given):
    """Tie a beneficiary to the case, as a form's answers say."""
    with transaction():
        link_person(case=case, given=given, fields=BY_MAIL, kind="beneficiary")


def ended(case):
    with transaction():
        for party in parties(case):
            party.ended_at = clock.now()


def parties(case):
    query = select(Party).where(Party.application_id == case.id).order_by(Party.id)
    return db.session.scalars(query.execution_options(populate_existing=True)).all()


def test_who_comes_back_under_the_same_name_takes_up_the_old_tie():
    case = case_of("1990-01-01")
    (before,) = parties(case)
    owner_id = before.user_id
    ended(case)
    tied(case, name="Arben Prova", born="1990-01-01")
    (again,) = parties(case)
    assert (again.id, again.user_id, again.ended_at) == (before.id, owner_id, None)
    assert beneficiary(case).full_name == "Arben Prova"


def test_an_account_is_tied_again_when_its_ended_tie_bore_another_name():
    case = case_of("1990-01-01")
    (before,) = parties(case)
    owner = db.session.get(User, before.user_id)
    ended(case)
    tied(case, name="Arbën Prova", born="1990-01-01", email=owner.email.upper())
    old, new = parties(case)
    assert (old.id, old.name, old.user_id, old.ended_at is None) == (before.id, "Arben Prova", None, False)
    assert (new.name, new.user_id, new.ended_at) == ("Arbën Prova", owner.id, None)
    assert party_kinds(load_actor(owner.id), case.id) == {"beneficiary"}


def test_an_account_keeps_a_tie_that_stands():
    case = case_of("1990-01-01")
    (before,) = parties(case)
    owner_id = before.user_id
    other = person()
    tied(case, name="Arbën Prova", born="1990-01-01", email=db.session.get(User, other.user_id).email)
    (still,) = parties(case)
    assert (still.id, still.name, still.user_id) == (before.id, "Arbën Prova", owner_id)
