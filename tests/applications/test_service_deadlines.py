"""The clock's part: deadlines run to the end of a local working day, and act once however often they are looked at."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from fundflow.applications.jobs import fire_due
from fundflow.applications.models import Application
from fundflow.applications.service.deadlines import act, due
from fundflow.applications.service.move import move
from fundflow.audit import AuditEvent
from fundflow.notify import Message
from fundflow.platform import clock
from fundflow.platform.db import db, transaction
from fundflow.platform.errors import Conflict
from fundflow.programmes import Call
from tests.disbursement.office import call_of, case_in, person
from tests.races.crowd import case_at, closed_call, recommendation

pytestmark = pytest.mark.usefixtures("session")
MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
ASK = {"items": [{"question": "market", "ask": "Who buys this?"}]}


def make(actor, case, name, form=None):
    with transaction():
        return move(actor=actor, subject_id=case.id, move=name, form=form)


def fresh(case):
    db.session.rollback()
    return db.session.get_one(Application, case.id, populate_existing=True)


def count(model, *where):
    return db.session.scalar(select(func.count()).select_from(model).where(*where))


@pytest.mark.parametrize(
    ("asked", "ends"),
    [
        # Five working days later, to the last second in Tirana (an hour or two before that of UTC).
        ("2026-10-05T09:00Z", "2026-10-12T21:59:59Z"),
        # Clocks go back on 25 October: the same local second is an hour later in UTC.
        ("2026-10-21T09:00Z", "2026-10-28T22:59:59Z"),
        # The Flag's and Liberation Day fall on a weekend in 2026: Monday and Tuesday are free in their place.
        ("2026-11-24T09:00Z", "2026-12-03T22:59:59Z"),
        # Late in the evening of UTC it is tomorrow in Tirana.
        ("2026-10-05T22:30Z", "2026-10-13T21:59:59Z"),
        # Clocks go forward on 28 March 2027, and the Monday after it is Easter's.
        ("2027-03-24T09:00Z", "2027-04-01T21:59:59Z"),
    ],
)
def test_an_answer_is_awaited_to_the_end_of_the_fifth_working_day(asked, ends):
    with clock.at(datetime.fromisoformat(asked)):
        case = case_at(closed_call(line_minor=1_000_00), "screening", person())
        make(person("programme_officer"), case, "ask_clarification", ASK)
        assert fresh(case).due_at == datetime.fromisoformat(ends)


def test_silence_moves_the_case_once():
    with clock.at(MONDAY):
        case = case_at(closed_call(line_minor=1_000_00), "screening", person())
        make(person("programme_officer"), case, "ask_clarification", ASK)
        last = fresh(case).due_at
    with clock.at(last):
        assert (fire_due(), fresh(case).stage) == (0, "clarification")
    with clock.at(last + timedelta(seconds=1)):
        assert due() == [("application", case.id)]
        assert (fire_due(), fresh(case).stage) == (1, "screening")
        assert fire_due() == 0
    moves = select(AuditEvent).where(AuditEvent.application_id == case.id, AuditEvent.action == "move")
    made = [event for event in db.session.scalars(moves) if event.data["move"] == "clarification_timeout"]
    assert [(event.actor_id, event.data["target"]) for event in made] == [(None, "screening")]


def test_an_answer_in_the_last_second_is_in_time():
    with clock.at(MONDAY):
        owner = person()
        case = case_at(closed_call(line_minor=1_000_00), "screening", owner)
        make(person("programme_officer"), case, "ask_clarification", ASK)
        last = fresh(case).due_at
    with clock.at(last + timedelta(seconds=1)):
        fire_due()
        with pytest.raises(Conflict):
            make(owner, case, "answer_clarification", {})


def test_a_reminder_is_sent_once_and_moves_nothing():
    with clock.at(MONDAY):
        person("programme_manager")
        case = case_at(closed_call(line_minor=100_000_00), "ranked", person())
        make(person("committee_chair"), case, "recommend", recommendation(8_000_00))
        last = fresh(case).due_at
    with clock.at(last + timedelta(days=1)):
        before = count(Message, Message.application_id == case.id)
        assert fire_due() == 1
        reminded = count(Message, Message.application_id == case.id)
        assert reminded > before
        assert fire_due() == 0
        row = fresh(case)
        assert (row.stage, row.overdue_at) == ("recommended", clock.now())
        assert count(Message, Message.application_id == case.id) == reminded
    assert (
        count(AuditEvent, AuditEvent.application_id == case.id, AuditEvent.action == "deadline.reminded") == 1
    )


def test_a_draft_ends_with_its_call_and_not_a_second_before():
    with clock.at(MONDAY):
        call, owner = call_of("startup_fund"), person()
        with transaction():
            row = db.session.get_one(Call, call.id)
            row.closes_at = MONDAY + timedelta(days=7)
            db.session.flush()
            case = case_in(row, "submitted", owner=owner, kind="applicant")
            case.due_at = row.closes_at
            db.session.flush()
    with clock.at(MONDAY + timedelta(days=7)):
        assert ("application", case.id) not in due()
    with clock.at(MONDAY + timedelta(days=7, seconds=1)):
        assert ("application", case.id) in due()


def test_acting_again_on_what_was_done_does_nothing():
    with clock.at(MONDAY):
        case = case_at(closed_call(line_minor=1_000_00), "screening", person())
        make(person("programme_officer"), case, "ask_clarification", ASK)
    with clock.at(MONDAY + timedelta(days=8)):
        done = []
        for _again in range(3):
            with transaction():
                done.append(act(kind="application", subject_id=case.id))
    assert done == ["clarification_timeout", "", ""]
