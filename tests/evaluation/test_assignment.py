"""Naming evaluators: who may not, replacing one who steps back, and what a change does to reviews."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import select

from fundflow.accounts import SYSTEM, grant_role
from fundflow.applications.service.move import move
from fundflow.evaluation.queries import barred, candidates, evaluators, reviews
from fundflow.evaluation.service import assign
from fundflow.notify.models import Message
from fundflow.platform.db import db, transaction
from fundflow.platform.errors import Forbidden, Invalid, Refused
from tests.evaluation.panel import Panel, Quiet

THREE = ("evaluator1", "evaluator2", "evaluator3")


def name(panel: Panel, case: Quiet, *people: str, by: str = "chair") -> None:
    with transaction():
        ids = [panel.office.people[who] for who in people]
        assign(actor=panel.actor(by), application_id=case.row().id, reviewer_ids=ids)


def named(panel: Panel, case: Quiet) -> set[str]:
    known = {user_id: key for key, user_id in panel.office.people.items()}
    return {known[party.user_id] for party in evaluators(case.row().id) if party.user_id}


def test_the_chair_names_and_renames_before_reviewing_begins(panel: Panel) -> None:
    (case,) = panel.eligible("applicant")
    name(panel, case, *THREE)
    assert named(panel, case) == set(THREE)
    name(panel, case, "evaluator2", "evaluator3", "evaluator4")
    assert named(panel, case) == {"evaluator2", "evaluator3", "evaluator4"}
    name(panel, case, *THREE)
    assert named(panel, case) == set(THREE)
    assert list(reviews(case.row().id)) == []


def test_only_the_chair_names(panel: Panel) -> None:
    (case,) = panel.eligible("applicant")
    with pytest.raises(Forbidden):
        name(panel, case, *THREE, by="officer")


def test_nobody_is_named_who_is_recused_screened_applied_or_is_no_evaluator(panel: Panel) -> None:
    (case,) = panel.eligible("applicant")
    with transaction():
        for who in ("officer", "applicant"):
            grant_role(SYSTEM, user_id=panel.office.people[who], role="evaluator")
    why = barred(case.row())
    assert set(why) == {panel.office.people["officer"], panel.office.people["applicant"]}
    for who in ("officer", "applicant", "chair"):
        with pytest.raises(Invalid):
            name(panel, case, who, "evaluator2", "evaluator3")
    with pytest.raises(Invalid), transaction():
        assign(actor=panel.actor("chair"), application_id=case.row().id, reviewer_ids=[uuid.uuid4()])
    assert named(panel, case) == set()


def test_who_steps_back_is_replaced_and_not_named_again(panel: Panel) -> None:
    (case,) = panel.in_evaluation("applicant")
    review = panel.review(case, "evaluator1")
    with transaction():
        move(
            actor=panel.actor("evaluator1"), kind="review", subject_id=review.id, move="recuse",
            form={"ground": "work"},
        )  # fmt: skip
    with pytest.raises(Invalid):
        name(panel, case, *THREE)
    name(panel, case, "evaluator2", "evaluator3", "evaluator4")
    assert panel.review(case, "evaluator4").stage == "assigned"
    told = db.session.scalars(select(Message.to_user_id).where(Message.kind == "review_assigned")).all()
    assert sorted(told, key=str) == sorted(
        (panel.office.people[who] for who in (*THREE, "evaluator4")), key=str
    )
    assert len(reviews(case.row().id)) == 3


def test_leaving_someone_out_cancels_the_open_review_but_never_one_that_is_in(panel: Panel) -> None:
    (case,) = panel.in_evaluation("applicant")
    panel.hand_in(case, "evaluator1", 4)
    with pytest.raises(Refused):
        name(panel, case, "evaluator2", "evaluator3", "evaluator4")
    name(panel, case, "evaluator1", "evaluator2", "evaluator4")
    assert named(panel, case) == {"evaluator1", "evaluator2", "evaluator4"}
    name(panel, case, *THREE)
    assert {review.stage for review in reviews(case.row().id)} == {"submitted", "assigned"}
    assert len(reviews(case.row().id)) == 3


def test_after_the_score_nobody_is_named_any_more(panel: Panel) -> None:
    (case,) = panel.in_evaluation("applicant")
    panel.score(case, 4, 4, 4)
    with pytest.raises(Refused):
        name(panel, case, *THREE, "evaluator4")


def test_the_load_counts_open_reviews_of_all_cases(panel: Panel) -> None:
    first, second = panel.in_evaluation("applicant", "applicant2")
    panel.hand_in(first, "evaluator1", 4)
    load = {person.id: person.load for person in candidates(second.row())}
    people = panel.office.people
    assert {who: load[people[who]] for who in (*THREE, "evaluator4")} == {
        "evaluator1": 1, "evaluator2": 2, "evaluator3": 2, "evaluator4": 0,
    }  # fmt: skip
