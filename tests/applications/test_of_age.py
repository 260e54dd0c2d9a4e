"""Coming of age while a case is open: told before, the guardian out on the day, and no step without one's own yes."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fundflow.accounts import Grant
from fundflow.applications.jobs import come_of_age
from fundflow.applications.models import Application, FormEntry, Party
from fundflow.applications.queries import get
from fundflow.applications.service.parties import link_guardian, link_person
from fundflow.audit import AuditEvent
from fundflow.notify.models import Message
from fundflow.people import Guardianship
from fundflow.platform import clock
from fundflow.platform.db import db, transaction
from fundflow.platform.errors import NotFound
from fundflow.workflow import RuleRef, default_registry
from tests.disbursement.office import call_of, case_in, ctx_of, filled, person

pytestmark = pytest.mark.usefixtures("session")
BORN = "2009-01-15"
PERSON = {"full_name": "name", "birth_date": "born"}
GUARDIAN = {"full_name": "guardian", "relation": "relation"}
BY_GUARDIAN = {"assistance": "yes", "for_child": "yes", "child_agrees": "yes", "guardian_signature": "Drita"}
BY_PERSON = {"assistance": "yes", "for_child": "no"}


def day(text):
    return clock.at(datetime.fromisoformat(text).replace(tzinfo=UTC))


def minors_case(*, stage="plan_draft", consent=BY_GUARDIAN):
    """A case of somebody who turns eighteen on 15 January 2027, with a guardian who has an account."""
    call, guardian = call_of("reintegration_grant"), person(name="Drita Prova")
    with transaction():
        case = case_in(call, stage, owner=guardian, kind="guardian")
        link_person(case=case, given={"name": "Arben Prova", "born": BORN}, fields=PERSON, kind="beneficiary")
        link_guardian(case=case, given={"guardian": "Drita Prova", "relation": "mother"}, fields=GUARDIAN)
        if consent:
            filled(case, "consent", consent)
    return case, guardian


def fresh(case):
    """The case as it stands in the database now."""
    found = select(Application).where(Application.id == case.id).options(joinedload(Application.call))
    return db.session.scalars(found.execution_options(populate_existing=True)).one()


def asked(case, name="adult_or_guardian", **parameters):
    case = fresh(case)
    return default_registry.bind_guard(RuleRef(name, parameters)).decide(ctx_of(case))


def mails():
    """The programme's mails, as kind and address."""
    rows = db.session.execute(select(Message.kind, Message.to_address)).all()
    return sorted((row.kind, row.to_address) for row in rows)


def moves(case):
    events = db.session.scalars(
        select(AuditEvent).where(AuditEvent.action == "move").order_by(AuditEvent.seq)
    )
    return [event.data["move"] for event in events if event.application_id == case.id]


def ties(case):
    return db.session.scalars(
        select(Guardianship).join(Party, Party.person_id == Guardianship.guardian_id)
        .where(Party.application_id == case.id)
    ).one()  # fmt: skip


@pytest.mark.parametrize(
    "consent",
    [
        None,
        BY_PERSON,
        {**BY_GUARDIAN, "assistance": "no"},
        {**BY_GUARDIAN, "guardian_signature": ""},
        {**BY_GUARDIAN, "child_agrees": "no"},
    ],
)
def test_a_recorded_guardian_who_did_not_consent_is_not_enough(consent):
    with day("2026-11-02T09:00"):
        case, _guardian = minors_case(consent=consent)
        assert "guardian's consent is not recorded" in str(asked(case).reason)


def test_the_consent_of_the_guardian_carries_a_minors_case():
    with day("2026-11-02T09:00"):
        case, _guardian = minors_case()
        assert asked(case).allowed is True


def test_everybody_is_told_once_a_month_before():
    with day("2026-12-15T22:00"):  # the last hour in Tirana before the thirtieth day
        case, guardian = minors_case()
        worker = person("case_worker")
        assert come_of_age() == 0
    with day("2026-12-15T23:30"):
        assert come_of_age() == 1
        assert come_of_age() == 0
        assert moves(case) == ["announce_of_age"]
        told = sorted([("of_age_soon", guardian.email), ("of_age_soon_staff", worker.email)])
        assert mails() == told
        assert asked(case).allowed is True


def test_on_the_birthday_the_guardian_is_out_and_the_case_waits_for_the_persons_own_consent():
    with day("2026-12-20T09:00"):
        case, guardian = minors_case(stage="implementing")
        person("case_worker")
        come_of_age()
        assert get(guardian, case.id).id == case.id
    with day("2027-01-14T22:59"):
        assert come_of_age() == 0
        assert asked(case).allowed is True
    with day("2027-01-14T23:01"):  # the fifteenth has begun in Tirana
        assert "own consent is not recorded" in str(asked(case).reason)
        assert come_of_age() == 1
        assert come_of_age() == 0
        with pytest.raises(NotFound):
            get(guardian, case.id)
        assert moves(case) == ["announce_of_age", "come_of_age"]
        kinds = [kind for kind, _address in mails()]
        assert [kind for kind in kinds if kind != "of_age_soon"] == [
            "consent_due", "of_age_guardian", "of_age_soon_staff",
        ]  # fmt: skip
        assert (fresh(case).stage, "case_worker" in fresh(case).waits_for) == ("implementing", True)
        drafts = select(FormEntry.state).where(
            FormEntry.application_id == case.id, FormEntry.form == "consent"
        )
        assert db.session.scalars(drafts.order_by(FormEntry.number)).all() == ["submitted", "draft"]
        assert "own consent is not recorded" in str(asked(case).reason)


def test_the_case_goes_on_with_the_persons_own_consent():
    with day("2026-12-20T09:00"):
        case, _guardian = minors_case(stage="monitoring")
        with transaction():
            case.waits_for = ["monitoring", "programme_manager"]
    with day("2027-01-20T09:00"):
        come_of_age()
        assert sorted(fresh(case).waits_for) == ["case_worker", "monitoring", "programme_manager"]
        assert come_of_age() == 0
        with transaction():
            filled(case, "consent", BY_PERSON)
        assert asked(case).allowed is True
        assert come_of_age() == 1
        assert moves(case) == ["come_of_age", "own_consent"]
        assert sorted(fresh(case).waits_for) == ["monitoring", "programme_manager"]
        assert (ties(case).ended_at, ties(case).consented_at) == (clock.now(), clock.now())
        assert come_of_age() == 0


def test_the_guardian_of_an_ended_case_is_out_on_the_day_too():
    with day("2026-12-20T09:00"):
        case, guardian = minors_case(stage="closed")
        with transaction():
            db.session.get_one(Application, case.id).is_live = False
    with day("2027-01-20T09:00"):
        assert come_of_age() == 1
        with pytest.raises(NotFound):
            get(guardian, case.id)
        assert moves(case) == []
        assert come_of_age() == 0


def test_staff_keep_seeing_the_case_and_nobody_of_age_gets_a_guardian_again():
    with day("2027-01-20T09:00"):
        case, _guardian = minors_case()
        worker = person("case_worker")
        assert worker.grants == (Grant("case_worker"),)
        assert get(worker, case.id).id == case.id
        tied = db.session.scalars(select(Guardianship.id)).all()
        assert tied == []


def test_a_birth_date_that_is_mended_opens_the_guardianship_again():
    with day("2027-01-20T09:00"):
        call, guardian = call_of("reintegration_grant"), person(name="Drita Prova")
        with transaction():
            case = case_in(call, "plan_draft", owner=guardian, kind="guardian")
            link_person(
                case=case, given={"name": "Arben", "born": "2012-01-15"}, fields=PERSON, kind="beneficiary"
            )
            link_guardian(case=case, given={"guardian": "Drita", "relation": "mother"}, fields=GUARDIAN)
            link_person(case=case, given={"name": "Arben", "born": BORN}, fields=PERSON, kind="beneficiary")
        assert come_of_age() == 1
        with transaction():
            link_person(
                case=case, given={"name": "Arben", "born": "2010-01-15"}, fields=PERSON, kind="beneficiary"
            )
            link_guardian(case=case, given={"guardian": "Drita", "relation": "mother"}, fields=GUARDIAN)
        assert get(guardian, case.id).id == case.id
        assert (ties(case).ended_at, ties(case).ends_on.isoformat()) == (None, "2028-01-15")


@pytest.mark.parametrize(("days", "allowed"), [(184, True), (185, False)])
def test_what_a_minor_needs_grows_old(days, allowed):
    with day("2026-11-02T09:00"):
        case, _guardian = minors_case()
        with transaction():
            filled(case, "best_interests", {"determined_on": "2026-05-02" if days == 184 else "2026-05-01"})
        law = {"form": "best_interests", "within_days": 184, "dated": "determined_on"}
        assert asked(case, "minor_requires", **law).allowed is allowed


def test_without_a_date_the_day_of_handing_in_counts():
    with day("2026-05-02T09:00"):
        case, _guardian = minors_case()
        with transaction():
            filled(case, "best_interests", {"author": "Teuta"})
    with day("2026-11-02T09:01"):
        assert asked(case, "minor_requires", form="best_interests", within_days=185).allowed is True
        late = asked(case, "minor_requires", form="best_interests", within_days=184)
        assert "from the last 184 days" in str(late.reason)
