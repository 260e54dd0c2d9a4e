"""Fifty people at one door: exactly as many get through as the rules say, and all others are told why."""

import functools

from sqlalchemy import func, select

from fundflow.applications.models import Application, Approval, Duty, FormEntry
from fundflow.applications.service import cases
from fundflow.applications.service.move import move
from fundflow.approval.models import Decision
from fundflow.audit import AuditEvent, verify
from fundflow.documents import Document
from fundflow.ledger import balances
from fundflow.platform.db import db, transaction
from fundflow.platform.errors import Conflict, Refused
from fundflow.workflow import Fired
from tests.disbursement.office import call_of
from tests.races.crowd import at_once, case_at, closed_call, decision, person, recommendation


def sorted_out(answers):
    """The answers that got through, and the refusals."""
    return (
        [answer for answer in answers if not isinstance(answer, Exception)],
        [answer for answer in answers if isinstance(answer, Exception)],
    )


def events(case, name):
    moves = select(AuditEvent).where(AuditEvent.application_id == case.id, AuditEvent.action == "move")
    rows = db.session.scalars(moves.order_by(AuditEvent.seq))
    return [row for row in rows if row.data["move"] == name]


def test_one_of_fifty_makes_the_move(office):
    case = case_at(closed_call(line_minor=1_000_00), "submitted", person())
    officers = [person("programme_officer") for _ in range(50)]
    answers = at_once(
        office,
        [functools.partial(move, actor=who, subject_id=case.id, move="start_screening") for who in officers],
    )
    won, told = sorted_out(answers)
    assert won == [Fired("submitted", "screening", moved=True, approvals_given=0, approvals_needed=0)]
    assert [(type(each), each.current) for each in told] == [(Conflict, "screening")] * 49
    assert {str(each) for each in told} == {"This step is not possible in the present stage."}
    [event] = events(case, "start_screening")
    [duty] = db.session.scalars(select(Duty).where(Duty.application_id == case.id))
    assert (event.actor_id, duty.duty) == (duty.user_id, "screen")
    row = db.session.get_one(Application, case.id, populate_existing=True)
    assert (row.stage, row.row_version) == ("screening", 2)


def test_the_last_euros_of_a_line_go_to_as_many_as_they_suffice_for(office):
    call = closed_call(line_minor=200_000_00)
    waiting = [case_at(call, "ranked", person()) for _ in range(50)]
    chair = person("committee_chair")
    answers = at_once(
        office,
        [
            functools.partial(
                move, actor=chair, subject_id=case.id, move="recommend", form=recommendation(15_000_00)
            )
            for case in waiting
        ],
    )
    won, told = sorted_out(answers)
    assert (len(won), len(told)) == (13, 37)
    assert {type(each) for each in told} == {Refused}
    assert all("5,000.00" in str(each) or "has only" in str(each) for each in told)
    assert balances(call.line_id) == {
        "agreement": -200_000_00,
        "available": 5_000_00,
        "reserved": 195_000_00,
    }
    by_stage = select(Application.stage, func.count()).where(Application.call_id == call.id)
    stages = {row[0]: row[1] for row in db.session.execute(by_stage.group_by(Application.stage))}
    assert stages == {"recommended": 13, "ranked": 37}
    kept = select(func.count()).select_from(Decision).join(Application).where(Application.call_id == call.id)
    assert db.session.scalar(kept) == 13
    entries = (
        select(func.count())
        .select_from(FormEntry)
        .join(Application)
        .where(Application.call_id == call.id, FormEntry.form == "recommendation")
    )
    assert db.session.scalar(entries) == 13


def test_two_approvals_at_once_both_count_and_one_moves(office):
    call = closed_call(line_minor=100_000_00)
    case, chair = case_at(call, "ranked", person()), person("committee_chair")
    with transaction():
        move(actor=chair, subject_id=case.id, move="recommend", form=recommendation(15_000_00))
    managers = [person("programme_manager"), person("chief_of_mission")]
    answers = at_once(
        office,
        [
            functools.partial(move, actor=who, subject_id=case.id, move="approve", form=decision(15_000_00))
            for who in managers
        ],
    )
    assert sorted(answers) == [
        ("recommended", "approved", True, 2, 2),
        ("recommended", "recommended", False, 1, 2),
    ]
    given = db.session.scalars(select(Approval.user_id).where(Approval.subject_id == case.id)).all()
    assert sorted(given) == sorted(each.user_id for each in managers)
    assert [event.data["moved"] for event in events(case, "approve")] == [False, True]
    award = select(func.count()).where(Document.application_id == case.id, Document.letter == "award")
    assert db.session.scalar(award) == 1


def test_twenty_clicks_start_one_application(office):
    call, applicant = call_of("startup_fund"), person()
    answers = at_once(
        office, [functools.partial(cases.start, actor=applicant, call_id=call.id) for _ in range(20)]
    )
    assert {type(each) for each in answers} == {Application}
    [row] = db.session.scalars(select(Application).where(Application.call_id == call.id))
    assert {each.id for each in answers} == {row.id}
    forms = db.session.scalars(select(FormEntry.form).where(FormEntry.application_id == row.id)).all()
    assert forms == ["application"]


def test_the_trail_of_all_races_holds(office):
    count, fault = verify()
    assert (count > 0, fault) == (True, None)
