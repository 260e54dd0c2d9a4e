"""Whose case it is: ages, guardians of those under eighteen, and accounts tied by an address that was confirmed."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from fundflow.applications.models import Party
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
