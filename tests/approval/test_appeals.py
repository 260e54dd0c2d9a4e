"""Appeals: who may question which decision and until when, who answers, and where the case goes on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from fundflow.accounts import SYSTEM
from fundflow.applications.models import Application
from fundflow.applications.service.hooks import context
from fundflow.applications.service.move import move
from fundflow.approval.models import Appeal, Decision
from fundflow.approval.queries import appeals_of, award_of
from fundflow.disbursement.models import Tranche
from fundflow.disbursement.service import tranches
from fundflow.documents import Document
from fundflow.ledger import balances
from fundflow.notify.models import Message
from fundflow.platform import clock
from fundflow.platform.db import db, transaction
from fundflow.platform.errors import Forbidden, Invalid, NotFound, Refused
from fundflow.platform.ids import new_id
from tests.applications.office import came_on_paper
from tests.approval.appealing import (
    LODGE,
    REASON,
    REFUSAL,
    STATEMENT,
    appeal_of,
    approved,
    on,
    upheld,
)
from tests.evaluation.panel import Panel, Quiet


def test_an_appeal_is_taken_in_with_its_statement_and_its_own_machine(
    panel: Panel, ineligible: Quiet
) -> None:
    ineligible.play([LODGE])
    row = appeal_of(ineligible)
    questioned = db.session.get_one(Decision, row.decision_id)
    assert (row.number, row.stage, row.waits_for) == (1, "lodged", ["appeals_board"])
    assert (row.outcome, row.ended_at, row.lodged_by) == (None, None, panel.office.people["applicant3"])
    assert (questioned.outcome, questioned.subject_id) == ("ineligible", None)
    assert ineligible.row().stage == "ineligible"
    told = db.session.scalars(select(Message.kind).where(Message.application_id == ineligible.id)).all()
    assert sorted(told).count("appeal_received") == 1
    assert sorted(told).count("appeal_lodged") == 3  # one for each of the board


def test_the_last_day_is_told_in_the_letter_and_kept_by_the_clock(panel: Panel, ineligible: Quiet) -> None:
    letter = db.session.scalars(
        select(Document).where(Document.application_id == ineligible.id, Document.letter == "ineligibility")
    ).one()
    last = letter.snapshot["facts"]["remedy"]["until"]
    while clock.today("Europe/Tirane").isoformat() < last:
        clock.advance(timedelta(days=1))
    assert letter.snapshot["facts"]["programme"]["appeal_days"] == 10
    ineligible.play([LODGE])
    assert appeal_of(ineligible).stage == "lodged"


def test_a_day_later_it_is_too_late_but_not_for_a_paper_that_came_in_time(
    panel: Panel, ineligible: Quiet
) -> None:
    clock.advance(timedelta(days=40))
    with pytest.raises(Refused, match=r"The time to ask for a review ended on \w+ \d+, 20"):
        ineligible.play([LODGE])
    assert appeals_of(ineligible.id) == []
    paper = came_on_paper(ineligible.id)
    came = (clock.today("Europe/Tirane") - timedelta(days=38)).isoformat()
    late = (clock.today("Europe/Tirane") - timedelta(days=1)).isoformat()

    def record(day: str) -> None:
        with transaction():
            move(
                actor=panel.actor("officer"), subject_id=ineligible.id, move="lodge_appeal", form=STATEMENT,
                on_behalf="applicant", paper={**paper, "received_on": day},
            )  # fmt: skip

    with pytest.raises(Refused, match="ended on"):
        record(late)
    with pytest.raises(Refused, match="before the decision"):
        record("2020-01-01")
    record(came)
    row = appeal_of(ineligible)
    assert (row.stage, clock.day_of(row.lodged_at, "Europe/Tirane").isoformat()) == ("lodged", came)


def test_a_decision_is_questioned_once_by_whose_it_is(panel: Panel, ineligible: Quiet) -> None:
    with transaction(), pytest.raises(NotFound):
        move(actor=panel.actor("applicant4"), subject_id=ineligible.id, move="lodge_appeal", form=STATEMENT)
    with transaction(), pytest.raises(Forbidden):
        move(actor=panel.actor("manager"), subject_id=ineligible.id, move="lodge_appeal", form=STATEMENT)
    given = STATEMENT | {"statement": "It is unfair."}
    with transaction(), pytest.raises(Invalid) as short:
        move(actor=panel.actor("applicant3"), subject_id=ineligible.id, move="lodge_appeal", form=given)
    assert set(short.value.errors) == {"statement"}
    ineligible.play([LODGE])
    with pytest.raises(Refused, match="A review of this decision was asked for on"):
        ineligible.play([LODGE])
    ineligible.play([{"move": "withdraw", "as": "who", "on": {"appeal": 1}}])
    assert (appeal_of(ineligible).stage, appeal_of(ineligible).outcome) == ("withdrawn", "withdrawn")
    with pytest.raises(Refused, match="A review of this decision was asked for on"):
        ineligible.play([LODGE])


def test_the_database_keeps_one_appeal_for_a_decision(panel: Panel, ineligible: Quiet) -> None:
    ineligible.play([LODGE])
    first = appeal_of(ineligible)
    copy = {
        "application_id": first.application_id, "number": 2, "decision_id": first.decision_id, "stage": "lodged",
        "lodged_at": clock.now(), "stage_since": clock.now(),
    }  # fmt: skip
    with pytest.raises(IntegrityError, match="uq_appeal_"), transaction():
        db.session.add(Appeal(id=new_id(), **copy))
    with pytest.raises(IntegrityError, match="ended_with_outcome"), transaction():
        db.session.get_one(Appeal, first.id).outcome = "upheld"


def test_an_upheld_appeal_gives_the_case_back_to_screening(panel: Panel, ineligible: Quiet) -> None:
    clock.advance(timedelta(days=1))
    upheld(ineligible)
    case = ineligible.row()
    assert (case.stage, case.is_live, case.closed_at) == ("screening", True, None)
    assert case.due_at > clock.now()  # its fifteen days begin anew, for the call has closed long ago
    assert (appeal_of(ineligible).stage, appeal_of(ineligible).outcome) == ("upheld", "upheld")
    assert db.session.scalars(
        select(Decision.outcome).where(Decision.subject_id == appeal_of(ineligible).id)
    ).all() == ["appeal_upheld"]
    ineligible.play(
        [
            {"checks": {}, "as": "officer"},
            {"move": "mark_eligible", "as": "officer", "form": {"no_conflict": True}},
        ]
    )
    assert ineligible.row().stage == "eligible"


def test_a_case_is_not_reopened_beside_another_one_of_the_same_person(panel: Panel) -> None:
    other, ineligible = panel.submitted("applicant4", "applicant3")
    ineligible.play([*REFUSAL, LODGE, on("admit", "board1"), on("uphold", "board1", **REASON)])
    with transaction():
        key = ineligible.row().applicant_key
        db.session.get_one(Application, other.id).applicant_key = key
    with pytest.raises(Refused, match="another application of the same person"):
        ineligible.play([on("uphold", "board2", **REASON)])
    assert (appeal_of(ineligible).stage, ineligible.row().stage) == ("under_review", "ineligible")
    assert appeal_of(ineligible).outcome is None


def test_a_cut_award_is_decided_anew_under_the_same_rule(panel: Panel) -> None:
    case = approved(panel, recommended=18_000_00, granted=9_000_00)
    line = case.row().call.line_id
    clock.advance(timedelta(days=1))
    case.play([LODGE])
    parts = select(Tranche.amount_minor).where(Tranche.application_id == case.id).order_by(Tranche.number)
    assert db.session.scalars(parts).all() == [2_700_00, 3_600_00, 2_700_00]
    case.play([on("admit", "board1"), on("uphold", "board1", **REASON), on("uphold", "board2", **REASON)])
    assert case.row().stage == "recommended"
    assert balances(line)["reserved"] == 18_000_00
    with pytest.raises(Refused, match="only decided anew here"):
        case.play(
            [{"move": "return_to_ranking", "as": "manager", "form": {"reason": "Look at it again, please."}}]
        )
    less = {"minor": 8_999_99, "currency": "EUR"}
    with pytest.raises(Refused, match="nobody gets less"):
        case.play([{"run": "approved", "with": {"who": "manager", "amount": less}}])
    more = {"minor": 16_000_00, "currency": "EUR"}
    case.play([{"run": "approved", "with": {"who": "manager", "amount": more}}])
    assert (
        case.row().stage == "recommended"
    )  # above the limit for one signature, though the first award was not
    case.play([{"run": "approved", "with": {"who": "chief", "amount": more}}])
    assert case.row().stage == "approved"
    assert award_of(case.id).amount_minor == 16_000_00
    assert db.session.scalars(parts).all() == [4_800_00, 6_400_00, 4_800_00]


def test_a_part_of_less_than_one_per_cent_stays_a_part(panel: Panel) -> None:
    case = approved(panel, recommended=18_000_00, granted=9_000_00)
    parts = [tranches.Part(1, {}, 999_960, 100), tranches.Part(2, {}, 40, 0), tranches.Part(3, {}, 0, 0)]
    rows = db.session.scalars(
        select(Tranche).where(Tranche.application_id == case.id).order_by(Tranche.number)
    ).all()
    with transaction():
        db.session.delete(rows[2])
        for row, part in zip(rows, parts, strict=False):
            row.share = part.share
        award_of(case.id).amount_minor = 10_000_00
        db.session.flush()
        tranches.plan(context(who=SYSTEM, case=case.row(), subject=case.row(), kind="application"), parts)
    assert [row.amount_minor for row in rows[:2]] == [9_999_60, 40]


def test_no_agreement_is_offered_while_an_appeal_is_open(panel: Panel) -> None:
    case = approved(panel, recommended=18_000_00, granted=18_000_00)
    clock.advance(timedelta(days=3))
    case.play([LODGE])
    clock.advance(timedelta(days=30))
    account = {"enterprise": "Furra", "holder": "Elira Çela", "iban": "IT34P0200805020000012345671"}
    with pytest.raises(Refused, match="An appeal is still being looked at"):
        case.play([{"run": "contracted", "with": account}])
    case.play(
        [{"move": "withdraw", "as": "who", "on": {"appeal": 1}}, {"move": "offer_agreement", "as": "officer"}]
    )
    assert case.row().stage == "contracting"


def test_the_end_of_the_case_ends_its_appeal(panel: Panel) -> None:
    case = approved(panel, recommended=18_000_00, granted=18_000_00)
    case.play([LODGE, {"move": "withdraw", "as": "who", "form": {"sure": True}}])
    assert (case.row().stage, appeal_of(case).stage) == ("withdrawn", "withdrawn")


def test_the_case_page_shows_the_appeal_and_no_second_one(panel: Panel, ineligible: Quiet) -> None:
    home = f"/applications/{ineligible.id}"
    offered = panel.browser("applicant3").get(home).text
    assert f"/moves/application/{ineligible.id}/lodge_appeal" in offered
    ineligible.play([LODGE])
    shown = panel.browser("applicant3").get(home).text
    assert f"/appeals/{appeal_of(ineligible).id}" in shown
    assert f"/moves/application/{ineligible.id}/lodge_appeal" not in shown
