"""Appeals: who may question which decision and until when, who answers, and where the case goes on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from fundflow.accounts import SYSTEM, grant_role
from fundflow.applications.models import Application, Party
from fundflow.applications.service import reminders
from fundflow.applications.service.files import store
from fundflow.applications.service.hooks import context
from fundflow.applications.service.move import move
from fundflow.approval.models import Appeal, Decision
from fundflow.approval.queries import appeals_of, award_of
from fundflow.disbursement.models import Tranche
from fundflow.disbursement.service import tranches
from fundflow.documents import Document
from fundflow.evaluation.models import Review, Score
from fundflow.evaluation.queries import barred
from fundflow.ledger import balances
from fundflow.notify.models import Message
from fundflow.platform import clock
from fundflow.platform.db import db, transaction
from fundflow.platform.errors import Forbidden, Invalid, NotFound, Refused
from fundflow.platform.ids import new_id
from fundflow.programmes import definition_of
from tests.applications.office import came_on_paper
from tests.evaluation.panel import Panel, Quiet

STATEMENT = {
    "ground": ["facts"],
    "statement": "The statement of the second account was on page two of the same file. "
    "It shows another 350 EUR on the same day, which is more than was asked for.",
}
REASON = {
    "reason": "The papers that came with the application show what the first look at them missed.",
    "no_conflict": True,
}
NOTICE = {
    "reason": "The proof of the own part shows less than the tenth that the call asks for.",
    "no_conflict": True,
}
LODGE = {"move": "lodge_appeal", "as": "who", "form": STATEMENT}


def on(name: str, who: str, **form: Any) -> dict[str, Any]:
    """A step of the first appeal of a case."""
    return {"move": name, "as": who, "on": {"appeal": 1}, "form": form}


REFUSAL: list[dict[str, Any]] = [
    {"move": "start_screening", "as": "officer"},
    {"checks": {"own_share": "The account shows too little."}, "as": "officer"},
    {"move": "mark_ineligible", "as": "officer", "form": NOTICE},
    {"move": "mark_ineligible", "as": "officer2", "form": NOTICE},
]


def appeal_of(case: Quiet) -> Appeal:
    return db.session.scalars(
        select(Appeal).where(Appeal.application_id == case.id).execution_options(populate_existing=True)
    ).one()


def upheld(case: Quiet) -> None:
    case.play(
        [LODGE, on("admit", "board1"), on("uphold", "board1", **REASON), on("uphold", "board2", **REASON)]
    )


@pytest.fixture
def ineligible(panel: Panel) -> Quiet:
    """A refused application."""
    [case] = panel.submitted("applicant3")
    case.play(REFUSAL)
    return case


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


def rejected(panel: Panel) -> Quiet:
    [case] = panel.in_evaluation("applicant2")
    panel.score(case, 1, 1, 1)
    case.play([
        {"rank": "rank", "as": "chair"},
        {"move": "not_recommend", "as": "chair", "form": {
            "ground": "below_threshold", "reason": "The total stays far below sixty points, and no customer is named.",
            "members_present": "5"}},
        {"move": "reject", "as": "manager", "form": {
            "reason": "The application does not reach the threshold in the eyes of any evaluator."}},
    ])  # fmt: skip
    return case


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


def approved(panel: Panel, *, recommended: int, granted: int) -> Quiet:
    [case] = panel.in_evaluation("applicant")
    panel.score(case, 4, 4, 4)
    money = {"minor": granted, "currency": "EUR"}
    case.play([
        {"rank": "rank", "as": "chair"},
        {"run": "recommended", "with": {"amount": {"minor": recommended, "currency": "EUR"}}},
        {"run": "approved", "with": {"who": "manager", "amount": money}},
        {"run": "approved", "with": {"who": "chief", "amount": money}},
    ])  # fmt: skip
    return case


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


def test_the_case_page_shows_the_appeal_and_no_second_one(panel: Panel, ineligible: Quiet) -> None:
    home = f"/applications/{ineligible.id}"
    offered = panel.browser("applicant3").get(home).text
    assert f"/moves/application/{ineligible.id}/lodge_appeal" in offered
    ineligible.play([LODGE])
    shown = panel.browser("applicant3").get(home).text
    assert f"/appeals/{appeal_of(ineligible).id}" in shown
    assert f"/moves/application/{ineligible.id}/lodge_appeal" not in shown


def test_only_the_system_reopens(panel: Panel, ineligible: Quiet) -> None:
    for who in ("manager", "chief", "board1", "officer"):
        with transaction(), pytest.raises(Forbidden):
            move(actor=panel.actor(who), subject_id=ineligible.id, move="reopen_screening")
    with transaction():
        move(actor=SYSTEM, subject_id=ineligible.id, move="reopen_screening")
    assert db.session.get_one(Application, ineligible.id).is_live is True
