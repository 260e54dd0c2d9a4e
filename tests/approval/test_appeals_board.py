"""Who answers appeals, how the board votes, of what it is reminded, and who reads what."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from fundflow.accounts import SYSTEM, grant_role
from fundflow.applications.models import Application, Party
from fundflow.applications.service import reminders
from fundflow.applications.service.files import store
from fundflow.applications.service.move import move
from fundflow.documents import Document
from fundflow.evaluation.models import Review, Score
from fundflow.evaluation.queries import barred
from fundflow.platform import clock
from fundflow.platform.db import db, transaction
from fundflow.platform.errors import Forbidden, Invalid, Refused
from fundflow.platform.ids import new_id
from fundflow.programmes import definition_of
from tests.approval.appealing import (
    LODGE,
    NOTICE,
    REASON,
    STATEMENT,
    appeal_of,
    on,
    rejected,
    upheld,
)
from tests.evaluation.panel import Panel, Quiet


def test_nobody_answers_who_had_a_part_in_the_decision(panel: Panel, ineligible: Quiet) -> None:
    ineligible.play([LODGE])
    with transaction():
        grant_role(SYSTEM, user_id=panel.office.people["officer"], role="appeals_board")
    with pytest.raises(Forbidden, match="another duty"):
        ineligible.play([on("admit", "officer")])
    with pytest.raises(Forbidden):
        ineligible.play([on("admit", "manager")])
    assert appeal_of(ineligible).stage == "lodged"


def test_nobody_answers_his_own_appeal(panel: Panel, ineligible: Quiet) -> None:
    with transaction():
        for role in ("appeals_board", "programme_manager"):
            grant_role(SYSTEM, user_id=panel.office.people["applicant3"], role=role)
    ineligible.play([LODGE])
    for step in (on("admit", "applicant3"), on("refuse", "applicant3", **REASON)):
        with pytest.raises(Forbidden, match="it is for: Appeals board"):
            ineligible.play([step])
    assert appeal_of(ineligible).stage == "lodged"


def test_two_of_the_board_must_agree(panel: Panel, ineligible: Quiet) -> None:
    ineligible.play([LODGE, on("admit", "board1"), on("dismiss", "board1", **REASON)])
    assert appeal_of(ineligible).stage == "under_review"
    with pytest.raises(Refused, match="already approved"):
        ineligible.play([on("dismiss", "board1", **REASON)])
    ineligible.play([on("uphold", "board2", **REASON), on("dismiss", "board3", **REASON)])
    row = appeal_of(ineligible)
    assert (row.stage, row.outcome, row.waits_for) == ("dismissed", "dismissed", [])
    assert ineligible.row().stage == "ineligible"
    letter = db.session.scalars(
        select(Document).where(Document.application_id == ineligible.id, Document.letter == "appeal_decision")
    ).one()
    facts = letter.snapshot["facts"]
    assert facts["decision"]["reason"] == REASON["reason"]
    assert (
        facts["appeal"]["decided_on"] == clock.day_of(ineligible.row().closed_at, "Europe/Tirane").isoformat()
    )
    assert letter.subject_kind == "appeal"


def test_who_changes_his_mind_votes_once(panel: Panel, ineligible: Quiet) -> None:
    ineligible.play([LODGE, on("admit", "board1"), on("uphold", "board1", **REASON)])
    ineligible.play([on("dismiss", "board1", **REASON), on("uphold", "board2", **REASON)])
    assert appeal_of(ineligible).stage == "under_review"
    ineligible.play([on("uphold", "board1", **REASON)])
    assert (appeal_of(ineligible).stage, ineligible.row().stage) == ("upheld", "screening")


def test_the_first_vote_is_the_boards_alone(panel: Panel, ineligible: Quiet) -> None:
    ineligible.play([LODGE, on("admit", "board1"), on("uphold", "board1", **REASON)])
    home, reader = f"/applications/{ineligible.id}", panel.browser("applicant3")
    paths = [f"{home}?view={view}" for view in ("overview", "answers", "documents", "history")]
    for path in (*paths, f"/appeals/{appeal_of(ineligible).id}"):
        told = reader.get(path).text
        assert REASON["reason"] not in told
        assert "approval 1 of 2" not in told
    assert "approval 1 of 2" in panel.browser("board2").get(f"{home}?view=history").text


def test_the_board_is_reminded_though_the_case_has_ended(panel: Panel, ineligible: Quiet) -> None:
    def told() -> list[tuple[str, str]]:
        while clock.now().hour != 10:
            clock.advance(timedelta(hours=1))
        return [(step.kind, step.name) for step in reminders.due()]

    ineligible.play([LODGE, on("admit", "board1")])
    assert told() == []
    due = appeal_of(ineligible).due_at
    clock.advance(due - clock.now() - timedelta(days=2))
    assert told() == [("appeal", "before-3")]
    clock.advance(timedelta(days=8))
    assert told() == [("appeal", "after-5")]
    ineligible.play([on("dismiss", "board1", **REASON), on("dismiss", "board2", **REASON)])
    assert told() == []


def test_after_a_rejection_others_evaluate(panel: Panel) -> None:
    case = rejected(panel)
    upheld(case)
    assert case.row().stage == "eligible"
    old = db.session.scalars(select(Review).where(Review.application_id == case.id)).all()
    assert [(row.stage, row.submitted_at is None, row.recused_at is None) for row in old] == [
        ("set_aside", False, False)
    ] * 3
    assert db.session.get(Score, case.id) is None
    bars = barred(case.row())
    assert {who for who, why in bars.items() if "after an appeal" in why} == {
        panel.office.people[f"evaluator{number}"] for number in (1, 2, 3)
    }
    with pytest.raises(Invalid, match="cannot evaluate"):
        case.play([{"assign": ["evaluator1", "evaluator4"], "as": "chair"}])


def test_who_evaluates_anew_meets_nothing_of_the_appeal(panel: Panel) -> None:
    case = rejected(panel)
    case.play([LODGE])
    row = appeal_of(case)
    questions = definition_of(case.row().version_id).forms["appeal"].questions()
    proof = next(each for each in questions if each.id == "proof")
    with transaction():
        name = store(
            case=case.row(), question=proof, name="proof.pdf", data=b"%PDF-1.7", entry_id=row.entry_id,
            actor_id=panel.office.people["applicant2"],
        )["file_id"]  # fmt: skip
    case.play([on("admit", "board1"), on("uphold", "board1", **REASON), on("uphold", "board2", **REASON)])
    with transaction():
        new = panel.office.people["evaluator4"]
        db.session.add(Party(id=new_id(), application_id=case.id, kind="evaluator", user_id=new, name="New"))
    home = f"/applications/{case.id}"
    assert panel.browser("evaluator1").get(home).status_code == 404
    evaluator = panel.browser("evaluator4")
    assert "Appeal" not in evaluator.get(home).text
    for view in ("answers", "documents", "history"):
        assert STATEMENT["statement"] not in evaluator.get(f"{home}?view={view}").text
    assert evaluator.get(f"/appeals/{row.id}").status_code == 404
    assert evaluator.get(f"/files/{name}").status_code == 404
    for reader in ("board3", "manager", "applicant2"):
        assert panel.browser(reader).get(f"/files/{name}").status_code == 200


def test_its_pages_are_for_the_office_and_whose_case_it_is(panel: Panel, ineligible: Quiet) -> None:
    ineligible.play([LODGE])
    path = f"/appeals/{appeal_of(ineligible).id}"
    board = panel.browser("board1").get(path).text
    assert STATEMENT["statement"] in board
    assert NOTICE["reason"] in board
    assert "Mirela Prifti" in board
    own = panel.browser("applicant3").get(path).text
    assert STATEMENT["statement"] in own
    assert "Mirela Prifti" not in own  # a name is for the letter alone
    for stranger in ("applicant4", "evaluator1"):
        assert panel.browser(stranger).get(path).status_code == 404
    listed = panel.browser("board1").get("/appeals").text
    assert ineligible.row().reference in listed
    assert panel.browser("evaluator1").get("/appeals").status_code == 404
    work = panel.browser("board2").get("/work").text
    assert path in work


def test_only_the_system_reopens(panel: Panel, ineligible: Quiet) -> None:
    for who in ("manager", "chief", "board1", "officer"):
        with transaction(), pytest.raises(Forbidden):
            move(actor=panel.actor(who), subject_id=ineligible.id, move="reopen_screening")
    with transaction():
        move(actor=SYSTEM, subject_id=ineligible.id, move="reopen_screening")
    assert db.session.get_one(Application, ineligible.id).is_live is True
