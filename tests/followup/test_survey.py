"""The survey's arithmetic: what is not answered is no zero, and too little gives no score."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import floor

from hypothesis import given
from hypothesis import strategies as st

from fundflow.followup.survey import scores
from fundflow.programmes import compiled, folders, read_folder

INSTRUMENT = compiled(read_folder(folders()["reintegration_grant"])).programme.values["survey"]
DIMENSIONS = INSTRUMENT["dimensions"]
QUESTIONS = [question for questions in DIMENSIONS.values() for question in questions]
POINTS = {"p0": 0, "p1": 25, "p2": 50, "p3": 75, "p4": 100}
choices = st.sampled_from([*POINTS, "refused", None])


def test_the_instrument_is_that_of_the_programme() -> None:
    assert INSTRUMENT["points"] == POINTS
    assert {name: len(questions) for name, questions in DIMENSIONS.items()} == {
        "economic": 5, "social": 5, "psychosocial": 5,
    }  # fmt: skip


def half_up(value: Fraction) -> Decimal:
    return Decimal(floor(value * 100 + Fraction(1, 2))) / 100


@given(st.fixed_dictionaries(dict.fromkeys(QUESTIONS, choices)))
def test_each_side_is_the_mean_of_what_was_answered(answers: dict[str, str | None]) -> None:
    found = scores(INSTRUMENT, answers)
    exact: dict[str, Fraction] = {}
    for name, questions in DIMENSIONS.items():
        points = [POINTS[answers[q] or ""] for q in questions if answers[q] in POINTS]
        if len(points) * 4 >= len(questions) * 3:
            exact[name] = Fraction(sum(points), len(points) * 100)
            assert found[name] == half_up(exact[name])
        else:
            assert found[name] is None
    if len(exact) == len(DIMENSIONS):
        assert found["total"] == half_up(sum(exact.values(), Fraction(0)) / len(exact))
    else:
        assert found["total"] is None


def test_a_question_left_open_is_not_a_zero() -> None:
    answers = dict.fromkeys(QUESTIONS, "p4")
    assert scores(INSTRUMENT, answers)["economic"] == 1
    assert scores(INSTRUMENT, answers | {"food": None})["economic"] == 1
    assert scores(INSTRUMENT, answers | {"food": "p0"})["economic"] == Decimal("0.8")


def test_below_three_quarters_there_is_no_score_and_no_total() -> None:
    """Four of five are 80 per cent; three of five are too few."""
    answers = dict.fromkeys(QUESTIONS, "p2")
    four = answers | {"food": "refused"}
    three = four | {"work": None}
    assert scores(INSTRUMENT, four) == dict.fromkeys([*DIMENSIONS, "total"], Decimal("0.50"))
    assert scores(INSTRUMENT, three) == {
        "economic": None, "social": Decimal("0.50"), "psychosocial": Decimal("0.50"), "total": None,
    }  # fmt: skip
    assert scores(INSTRUMENT, {}) == dict.fromkeys([*DIMENSIONS, "total"], None)
