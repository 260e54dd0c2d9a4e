"""Reviews: only one's own, never past the score sheet, and gone for whoever has a conflict."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from fundflow.applications import queries
from fundflow.applications.models import Application
from fundflow.applications.service.move import move
from fundflow.evaluation.models import Review, Score
from fundflow.evaluation.queries import get_review, my_reviews, reviews
from fundflow.evaluation.service import save_review, submit_review
from fundflow.platform.db import db, savepoint, transaction
from fundflow.platform.errors import Conflict, Invalid, NotFound, Refused
from tests.evaluation.panel import Panel

CONFLICT = {"ground": "family", "note": "My cousin."}


def save(panel: Panel, who: str, review: Review, scores: dict[str, dict[str, object]], **more: int) -> Review:
    with transaction():
        return save_review(actor=panel.actor(who), review_id=review.id, scores=scores, comment="", **more)


def test_a_reviewer_touches_only_the_own_review(panel: Panel) -> None:
    (case,) = panel.in_evaluation("applicant")
    review = panel.review(case, "evaluator1")
    with pytest.raises(NotFound):
        save(panel, "evaluator2", review, {"team": {"score": 0, "comment": "no"}})
    with pytest.raises(NotFound):
        save(panel, "chair", review, {"team": {"score": 0, "comment": "no"}})
    with pytest.raises(NotFound):
        save(panel, "evaluator4", review, {"team": {"score": 0, "comment": "no"}})
    assert panel.review(case, "evaluator1").scores == {}
    save(panel, "evaluator1", review, {"team": {"score": 4}, "unknown": {"score": 5}})
    assert panel.review(case, "evaluator1").scores == {"team": {"score": 4}}


def test_two_tabs_do_not_overwrite_each_other(panel: Panel) -> None:
    (case,) = panel.in_evaluation("applicant")
    review = panel.review(case, "evaluator1")
    seen = review.row_version
    save(panel, "evaluator1", review, {"team": {"score": 4}}, seen_version=seen)
    with pytest.raises(Conflict):
        save(panel, "evaluator1", review, {"team": {"score": 1}}, seen_version=seen)
    assert panel.review(case, "evaluator1").scores == {"team": {"score": 4}}


def test_a_score_stays_on_the_scale(panel: Panel) -> None:
    (case,) = panel.in_evaluation("applicant")
    review = panel.review(case, "evaluator1")
    for wrong in (-1, 6, "5", 2.5, True):
        with pytest.raises(Invalid) as fault:
            save(panel, "evaluator1", review, {"team": {"score": wrong}})
        assert list(fault.value.errors) == ["team"]


def test_handing_in_needs_every_score_and_the_comments_that_the_scale_asks_for(panel: Panel) -> None:
    (case,) = panel.in_evaluation("applicant")
    review, actor = panel.review(case, "evaluator1"), panel.actor("evaluator1")
    scores = {name: {"score": 3} for name in ("team", "innovation", "market", "jobs", "budget", "work_plan")}
    scores["market"] = {"score": 2}
    with pytest.raises(Invalid) as fault, transaction():
        submit_review(actor=actor, review_id=review.id, scores=scores, comment="", move_name="submit")
    assert set(fault.value.errors) == {"market", "sustainability"}


def test_no_other_way_leads_past_the_score_sheet(panel: Panel) -> None:
    (case,) = panel.in_evaluation("applicant")
    review = panel.review(case, "evaluator1")
    with pytest.raises(Refused), transaction():
        move(actor=panel.actor("evaluator1"), kind="review", subject_id=review.id, move="submit")
    assert panel.review(case, "evaluator1").submitted_at is None


def test_a_review_is_fixed_once_it_is_handed_in_until_the_chair_reopens_it(panel: Panel) -> None:
    (case,) = panel.in_evaluation("applicant")
    panel.hand_in(case, "evaluator1", 4)
    review = panel.review(case, "evaluator1")
    assert (review.total, review.stage) == (80, "submitted")
    with pytest.raises(Refused):
        save(panel, "evaluator1", review, {"team": {"score": 1, "comment": "x"}})
    with transaction():
        move(
            actor=panel.actor("chair"), kind="review", subject_id=review.id, move="reopen",
            form={"reason": "The comment on the market names another applicant; please look again."},
        )  # fmt: skip
    review = panel.review(case, "evaluator1")
    assert (review.total, review.submitted_at, review.stage) == (None, None, "assigned")
    assert review.scores["team"]["score"] == 4


def test_after_a_conflict_the_case_is_gone_everywhere_and_the_review_never_counts(panel: Panel) -> None:
    (case,) = panel.in_evaluation("applicant")
    review_id, actor = panel.review(case, "evaluator1").id, panel.actor("evaluator1")
    with transaction():
        move(actor=actor, kind="review", subject_id=review_id, move="recuse", form=CONFLICT)
    with pytest.raises(NotFound):
        queries.get(actor, case.id)
    with pytest.raises(NotFound):
        get_review(actor, review_id)
    assert my_reviews(actor) == []
    seen = db.session.scalars(select(Application.id).where(queries.visible_to(actor))).all()
    assert case.id not in seen
    assert {review.reviewer_id for review in reviews(case.id)} == {
        panel.office.people["evaluator2"],
        panel.office.people["evaluator3"],
    }
    with pytest.raises(NotFound), transaction(), savepoint():
        save_review(actor=actor, review_id=review_id, scores={}, comment="")


def test_a_recused_review_is_not_in_the_score(panel: Panel) -> None:
    """A draft of zeros by somebody who steps back leaves no trace in the total of the other three."""
    (case,) = panel.in_evaluation("applicant")
    review = panel.review(case, "evaluator1")
    zeros = {each: {"score": 0, "comment": "x"} for each in ("team", "market", "jobs")}
    save(panel, "evaluator1", review, zeros)
    with transaction():
        move(
            actor=panel.actor("evaluator1"), kind="review", subject_id=review.id, move="recuse", form=CONFLICT
        )
    for who in ("evaluator2", "evaluator3"):
        panel.hand_in(case, who, 4)
    assert db.session.get(Score, case.id) is None
    case.play([{"assign": ["evaluator2", "evaluator3", "evaluator4"], "as": "chair"}])
    panel.hand_in(case, "evaluator4", 4)
    score = db.session.get_one(Score, case.id)
    assert (score.total, score.reviews, case.row().stage) == (80, 3, "scored")


def test_withdrawing_cancels_the_open_reviews(panel: Panel) -> None:
    (case,) = panel.in_evaluation("applicant")
    panel.hand_in(case, "evaluator1", 4)
    case.play(
        [{"move": "withdraw", "as": "applicant", "form": {"reason": "I found other money.", "sure": True}}]
    )
    assert [review.submitted_at is not None for review in reviews(case.id)] == [True]
    assert my_reviews(panel.actor("evaluator2")) == []
