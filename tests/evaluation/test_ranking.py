"""The ranking of a call: a function of the valid scores, moved as one, beside the money of the line."""

from __future__ import annotations

import hashlib

import pytest
from sqlalchemy import select

from fundflow.evaluation.models import Score
from fundflow.evaluation.queries import ranking
from fundflow.evaluation.queries.standings import standings
from fundflow.evaluation.service import rank_all
from fundflow.platform.db import db, transaction
from fundflow.platform.errors import Forbidden, Refused
from fundflow.programmes import definition_of
from tests.evaluation.panel import MONEY, Panel, Quiet, call_row

GOOD = {"team": 4, "innovation": 3, "market": 3, "jobs": 4, "budget": 3, "work_plan": 4, "sustainability": 3}
LOW = dict.fromkeys(GOOD, 2)


def rank(panel: Panel, by: str = "chair") -> int:
    with transaction():
        return rank_all(actor=panel.actor(by), call_id=panel.call_id, move_name="rank")


def ranks(panel: Panel) -> list[tuple[str, int | None]]:
    keys = {case.id: key for key, case in panel.cases.items()}
    rows = db.session.scalars(select(Score).order_by(Score.rank)).all()
    return [(keys[row.application_id], row.rank) for row in rows]


def three_scored(panel: Panel) -> tuple[Quiet, Quiet, Quiet]:
    first, second, third = panel.in_evaluation("applicant", "applicant3", "applicant4")
    panel.score(first, 4, 4, 5)
    panel.score(second, LOW, LOW, LOW)
    panel.score(third, GOOD, GOOD, GOOD)
    return first, second, third


def test_all_scored_cases_are_ranked_by_their_points(panel: Panel) -> None:
    three_scored(panel)
    assert rank(panel) == 3
    assert ranks(panel) == [("applicant", 1), ("applicant4", 2), ("applicant3", 3)]
    assert {case.row().stage for case in panel.cases.values()} == {"ranked"}
    assert rank(panel) == 0


def test_nothing_is_ranked_while_an_application_has_no_score(panel: Panel) -> None:
    first, _second = panel.in_evaluation("applicant", "applicant2")
    panel.score(first, 4, 4, 4)
    with pytest.raises(Refused):
        rank(panel)
    assert first.row().stage == "scored"
    assert db.session.get_one(Score, first.id, populate_existing=True).rank is None


def test_others_may_not_rank(panel: Panel) -> None:
    three_scored(panel)
    with pytest.raises(Forbidden):
        rank(panel, "officer")


def test_equal_points_are_decided_by_the_rules_and_then_by_a_lot_that_anybody_can_draw_again(
    panel: Panel,
) -> None:
    cases = panel.in_evaluation("applicant3", "applicant4")
    for case in cases:
        panel.score(case, GOOD, GOOD, GOOD)
    rank(panel)
    lots = {c.key: hashlib.sha256(f"{panel.call_id}:{c.id}".encode()).hexdigest() for c in cases}
    totals = {row.total + row.bonus for row in db.session.scalars(select(Score))}
    assert len(totals) == 1
    assert [key for key, _rank in ranks(panel)] == sorted(lots, key=lots.__getitem__)
    rows = db.session.scalars(select(Score).order_by(Score.rank)).all()
    assert [row.tie_break for row in rows] == ["", "lot"]


def test_a_case_that_was_withdrawn_before_has_no_rank(panel: Panel) -> None:
    first, second = panel.in_evaluation("applicant", "applicant4")
    panel.score(first, 5, 5, 5)
    panel.score(second, GOOD, GOOD, GOOD)
    first.play(
        [{"move": "withdraw", "as": "applicant", "form": {"reason": "I found other money.", "sure": True}}]
    )
    rank(panel)
    assert ranks(panel) == [("applicant4", 1), ("applicant", None)]


def test_the_money_is_counted_down_the_ranking(panel: Panel) -> None:
    """The line holds 10,000 euros; the first asks for 18,000, the others for 5,400 each."""
    first, second, third = three_scored(panel)
    rank(panel)
    call = call_row(panel)
    found = standings(panel.actor("chair"), call, definition_of(call.version_id))
    assert [row.case.id for row in found.rows] == [first.id, third.id, second.id]
    assert [row.counted for row in found.rows] == [1_800_000, 540_000, 0]
    assert [row.running for row in found.rows] == [1_800_000, 2_340_000, 2_340_000]
    assert [row.fits for row in found.rows] == [False, False, False]
    assert (found.available, found.pool) == (MONEY, MONEY)
    amount = {"minor": 700_000, "currency": "EUR"}
    first.play([{"run": "recommended", "with": {"amount": amount}}])
    found = standings(panel.actor("chair"), call, definition_of(call.version_id))
    assert [row.recommended for row in found.rows] == [700_000, None, None]
    assert [row.running for row in found.rows] == [700_000, 1_240_000, 1_240_000]
    assert [row.fits for row in found.rows] == [True, False, False]
    assert (found.available, found.pool) == (MONEY - 700_000, MONEY)


def test_whoever_stepped_back_or_applied_does_not_see_the_case_in_the_ranking(panel: Panel) -> None:
    first, second, third = three_scored(panel)
    chair = panel.actor("chair")
    assert {case.id for case, _score in ranking(chair, panel.call_id)} == {first.id, second.id, third.id}
    assert ranking(panel.actor("applicant"), panel.call_id) == []
    from fundflow.applications.models import Recusal  # noqa: PLC0415
    from fundflow.platform import clock  # noqa: PLC0415

    with transaction():
        db.session.add(
            Recusal(application_id=first.id, user_id=chair.user_id, ground="family", declared_at=clock.now())
        )
    assert {case.id for case, _score in ranking(chair, panel.call_id)} == {second.id, third.id}
