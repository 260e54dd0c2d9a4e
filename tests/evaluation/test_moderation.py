"""Reviews that lie far apart: the chair settles it with a reason, or asks one more evaluator; the quorum holds."""

from __future__ import annotations

import pytest

from fundflow.applications.service.move import move, moves_of
from fundflow.evaluation.models import Review, Score
from fundflow.evaluation.service import score
from fundflow.platform.db import db, transaction
from fundflow.platform.errors import Refused
from tests.evaluation.panel import Panel, Quiet
from tests.evaluation.test_ranking import GOOD

WHY = "Two of them read the market plan as a promise; after the talk all three agree on the mean."


def differing(panel: Panel, *levels: int) -> Quiet:
    (case,) = panel.in_evaluation("applicant")
    for who, level in zip(("evaluator1", "evaluator2", "evaluator3"), levels, strict=True):
        panel.hand_in(case, who, level)
    return case


def test_totals_that_differ_by_more_than_the_limit_wait_for_the_chair(panel: Panel) -> None:
    case = differing(panel, 4, 4, 2)
    assert (case.row().stage, case.row().waits_for) == ("moderation", ["committee_chair"])
    assert db.session.get(Score, case.id) is None
    page = panel.browser("chair").get(f"/applications/{case.id}?view=reviews").text
    assert "totals: 40.00 points apart" in page


def test_three_steps_on_one_criterion_are_enough(panel: Panel) -> None:
    (case,) = panel.in_evaluation("applicant")
    first = next(iter(GOOD))
    everywhere = dict.fromkeys(GOOD, 4)
    panel.hand_in(case, "evaluator1", everywhere)
    panel.hand_in(case, "evaluator2", everywhere)
    panel.hand_in(case, "evaluator3", everywhere | {first: 1})
    assert case.row().stage == "moderation"


def test_reviews_within_the_limit_are_scored_at_once(panel: Panel) -> None:
    assert differing(panel, 4, 4, 3).row().stage == "scored"


def test_the_chair_lets_them_stand_with_a_reason(panel: Panel) -> None:
    case = differing(panel, 4, 4, 2)
    with pytest.raises(Refused), transaction():
        move(actor=panel.actor("chair"), subject_id=case.id, move="ask_another_review")
    with transaction():
        move(actor=panel.actor("chair"), subject_id=case.id, move="moderate", form={"reason": WHY})
    assert (case.row().stage, str(db.session.get_one(Score, case.id).total)) == ("scored", "66.67")
    kept = [panel.review(case, who).total for who in ("evaluator1", "evaluator2", "evaluator3")]
    assert kept == [80, 80, 40]


def test_one_more_review_is_asked_for(panel: Panel) -> None:
    case = differing(panel, 4, 4, 2)
    four = ["evaluator1", "evaluator2", "evaluator3", "evaluator4"]
    case.play([{"assign": four, "as": "chair"}])
    if case.row().stage == "moderation":
        with transaction():
            move(actor=panel.actor("chair"), subject_id=case.id, move="ask_another_review")
    assert case.row().stage == "in_evaluation"
    panel.hand_in(case, "evaluator4", 4)
    assert case.row().stage == "moderation", "they still differ, and the chair decides"
    assert [state.name for state in moves_of(panel.actor("chair"), case.row(), case.row()) if state.allowed][
        :1
    ] == ["moderate"]


def test_no_score_below_the_quorum(panel: Panel) -> None:
    (case,) = panel.in_evaluation("applicant")
    panel.hand_in(case, "evaluator1", 4)
    panel.hand_in(case, "evaluator2", 4)
    with pytest.raises(Refused, match="3 reviews are needed; 2 are in"), transaction():
        score(case.row())
    assert db.session.query(Review).filter_by(application_id=case.id).count() == 3
