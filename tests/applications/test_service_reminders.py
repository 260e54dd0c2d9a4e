"""Mails before and after a deadline: each once, by day, to those whom the programme names."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from fundflow.accounts import SYSTEM
from fundflow.applications.jobs import remind
from fundflow.applications.models import Application
from fundflow.applications.service.clocks import carry
from fundflow.applications.service.hooks import begin_stage
from fundflow.applications.service.move import move
from fundflow.audit import AuditEvent
from fundflow.followup.models import Visit
from fundflow.notify import Message
from fundflow.platform import clock
from fundflow.platform.db import db, transaction
from fundflow.platform.ids import new_id
from fundflow.programmes import Call, definition_of
from fundflow.workflow import Fired
from tests.disbursement.office import call_of, case_in, person
from tests.races.crowd import case_at, closed_call

pytestmark = pytest.mark.usefixtures("session")
MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
DUE = MONDAY + timedelta(days=10)


def sent():
    return [
        (mail.kind, mail.to_address)
        for mail in db.session.scalars(select(Message).order_by(Message.created_at, Message.id))
    ]


@pytest.fixture
def recommended():
    """A case that waits for the manager's decision until DUE, with somebody in each role."""
    with clock.at(MONDAY):
        manager, chief = person("programme_manager"), person("chief_of_mission")
        case = case_at(closed_call(line_minor=1_000_00), "recommended", person())
        with transaction():
            db.session.execute(update(Application).where(Application.id == case.id).values(due_at=DUE))
        return case, manager, chief


@pytest.mark.parametrize(("days", "due"), [(4, 0), (5, 1), (30, 1)])
def test_who_is_above_hears_of_it_once_when_a_deadline_has_passed_in_vain(recommended, days, due):
    case, _manager, chief = recommended
    with clock.at(DUE + timedelta(days=days)):
        assert [remind(), remind()] == [due, 0]
    assert sent() == [("overdue", chief.email)] * due
    events = db.session.scalars(
        select(AuditEvent).where(
            AuditEvent.application_id == case.id, AuditEvent.action == "deadline.reminded"
        )
    ).all()
    assert [event.data["step"] for event in events] == ["after-5"] * due


def test_nobody_is_written_to_at_night(recommended):
    for hour, due in ((3, 0), (22, 0), (9, 1)):
        with clock.at((DUE + timedelta(days=6)).replace(hour=hour)):
            assert remind() == due


def test_a_draft_is_reminded_three_days_before_the_call_closes():
    with clock.at(MONDAY):
        call, owner = call_of("startup_fund"), person()
        with transaction():
            row = db.session.get_one(Call, call.id)
            row.closes_at = DUE
            db.session.flush()
            case_in(row, "draft", owner=owner, kind="applicant")
            db.session.execute(update(Application).values(due_at=DUE))
    for before, mails in ((4, []), (3, [("closing_soon", owner.email)])):
        with clock.at(DUE - timedelta(days=before)):
            remind()
        assert sent() == mails
    with clock.at(DUE + timedelta(days=1)):
        assert remind() == 0


def test_a_pause_stops_the_clock_of_everything_on_the_case():
    with clock.at(MONDAY):
        worker, owner = person("case_worker"), person()
        call = call_of("reintegration_grant")
        with transaction():
            case = case_in(db.session.merge(call), "implementing", owner=owner, kind="beneficiary")
            visit = Visit(
                id=new_id(), application_id=case.id, code="first", kind="visit", number=1, form="visit",
                title={"en": "A visit"}, due_on=DUE.date(),
            )  # fmt: skip
            begin_stage(actor=SYSTEM, case=case, kind="visit", subject=visit)
            visit.due_at = DUE
            db.session.add(visit)
        stage = visit.stage
        pause = {"ground": "illness", "until": "2026-12-01", "person_agrees": "yes"}
        with transaction():
            move(actor=worker, subject_id=case.id, move="hold", form=pause)
    left = {"stage": stage, "seconds": 10 * 24 * 3600}
    assert (visit.stage, visit.due_at, visit.clock_left) == (stage, None, left)
    with clock.at(MONDAY + timedelta(days=30)), transaction():
        locked = locked_case(case.id)
        fired = Fired("on_hold", "implementing", moved=True, approvals_given=0, approvals_needed=0)
        carry(locked, definition_of(locked.version_id).machines["application"], fired)
    assert (visit.due_at, visit.clock_left) == (DUE + timedelta(days=30), None)


def locked_case(case_id):
    return db.session.scalars(select(Application).where(Application.id == case_id).with_for_update()).one()
