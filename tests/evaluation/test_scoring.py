"""The arithmetic of scores against an independent computation with fractions."""

from __future__ import annotations

import itertools
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fundflow.evaluation.scoring import Outcome, decided_by, outcome, review_total, sort_key
from fundflow.programmes import Criteria

WEIGHTS = {
    "team": 15,
    "innovation": 15,
    "market": 15,
    "jobs": 20,
    "budget": 15,
    "work_plan": 10,
    "sustainability": 10,
}
MINIMUMS = {"team": "2.5", "market": "2.5", "jobs": "2.5", "budget": "2.5"}
CRITERIA = Criteria.model_validate(
    {
        "pass_mark": 60,
        "bonus_cap": 5,
        "criteria": [
            {"id": name, "label": {"en": name}, "weight": weight, "minimum": MINIMUMS.get(name)}
            for name, weight in WEIGHTS.items()
        ],
        "bonuses": [
            {"id": "woman_led", "label": {"en": "w"}, "points": 2, "when": "a.woman_led == 'yes'"},
            {"id": "young", "label": {"en": "y"}, "points": 1, "when": "a.born_on >= v.young_born_from"},
            {"id": "outside", "label": {"en": "o"}, "points": 4, "when": "a.municipality != '50'"},
        ],
        "ties": ["jobs", "market", {"least": "a.requested / a.jobs_planned"}, "lot"],
    }
)
VALUES = {"young_born_from": "1997-01-01"}
reviews = st.lists(
    st.fixed_dictionaries({name: st.integers(0, 5) for name in WEIGHTS}), min_size=1, max_size=7
)
answers = st.fixed_dictionaries(
    {
        "woman_led": st.sampled_from(["yes", "no"]),
        "born_on": st.sampled_from(["1990-05-05", "1997-01-01", "2001-12-31"]),
        "municipality": st.sampled_from(["50", "31"]),
        "requested": st.integers(300_000, 2_000_000),
        "jobs_planned": st.integers(0, 9),
    }
)


def half_up(value: Fraction) -> Decimal:
    """To two places, half up, by whole numbers."""
    return Decimal(floor(value * 100 + Fraction(1, 2))) / 100


def expected_total(given_reviews: list[dict[str, int]]) -> Fraction:
    """Points of a hundred, exact."""
    count = len(given_reviews)
    means = {name: Fraction(sum(r[name] for r in given_reviews), count) for name in WEIGHTS}
    return sum((means[name] * weight for name, weight in WEIGHTS.items()), Fraction(0)) / 5


@given(reviews, answers)
def test_total_is_the_weighted_mean_rounded_half_up_once(
    given_reviews: list[dict[str, int]], given_answers: Any
) -> None:
    found = outcome(CRITERIA, given_reviews, given_answers, VALUES)
    assert found.total == half_up(expected_total(given_reviews))
    for name in WEIGHTS:
        assert found.means[name] == half_up(Fraction(sum(r[name] for r in given_reviews), len(given_reviews)))


@given(reviews, answers)
def test_a_missed_minimum_or_pass_mark_fails_and_gets_no_bonus(
    given_reviews: list[dict[str, int]], given_answers: Any
) -> None:
    found = outcome(CRITERIA, given_reviews, given_answers, VALUES)
    count = len(given_reviews)
    missed = {
        name
        for name, least in MINIMUMS.items()
        if Fraction(sum(r[name] for r in given_reviews), count) < Fraction(least)
    }
    assert set(found.failed_minimums) == missed
    assert found.passed == (found.total >= 60 and not missed)
    points = 2 * (given_answers["woman_led"] == "yes") + (given_answers["born_on"] >= "1997-01-01")
    points += 4 * (given_answers["municipality"] != "50")
    assert found.bonus == (Decimal(min(points, 5)) if found.passed else 0)


@given(reviews, answers, st.randoms())
def test_the_order_of_reviews_does_not_matter(
    given_reviews: list[dict[str, int]], given_answers: Any, chance: Any
) -> None:
    shuffled = list(given_reviews)
    chance.shuffle(shuffled)
    assert outcome(CRITERIA, shuffled, given_answers, VALUES) == outcome(
        CRITERIA, given_reviews, given_answers, VALUES
    )


@given(st.fixed_dictionaries({name: st.integers(0, 5) for name in WEIGHTS}))
def test_one_review_alone_is_the_outcome(review: dict[str, int]) -> None:
    assert review_total(CRITERIA, review) == outcome(CRITERIA, [review], {}, VALUES).total


def test_means_are_rounded_for_showing_only() -> None:
    """Thirds: the total comes from exact means, not from 3.33 and 3.67."""
    low, high = dict.fromkeys(WEIGHTS, 3), dict.fromkeys(WEIGHTS, 4)
    found = outcome(CRITERIA, [low, low, high], {}, VALUES)
    assert found.means["team"] == Decimal("3.33")
    assert found.total == Decimal("66.67")


def test_an_exact_half_goes_up() -> None:
    """Means of 2.5 on one criterion of 15 points: 7.5 of 100, and 62.125 goes to 62.13."""
    criteria = CRITERIA.model_copy(update={"criteria": CRITERIA.criteria[:1]})
    eighths = [{"team": score} for score in (0, 0, 0, 0, 0, 0, 0, 1)]
    assert outcome(criteria, eighths, {}, VALUES).means["team"] == Decimal("0.13")


cases = st.lists(st.tuples(reviews, answers), min_size=2, max_size=12)


@settings(max_examples=30, deadline=None)
@given(cases, st.randoms())
def test_the_ranking_is_a_function_of_scores_and_rules(found_cases: list[Any], chance: Any) -> None:
    def key(lot: int) -> Any:
        given_reviews, given_answers = found_cases[lot]
        return sort_key(
            CRITERIA, outcome(CRITERIA, given_reviews, given_answers, VALUES), given_answers, VALUES, str(lot)
        )

    order = list(range(len(found_cases)))
    first = sorted(order, key=key)
    chance.shuffle(order)
    assert sorted(order, key=key) == first
    for better, worse in itertools.pairwise(first):
        one = outcome(CRITERIA, *found_cases[better], VALUES)
        two = outcome(CRITERIA, *found_cases[worse], VALUES)
        assert one.total + one.bonus >= two.total + two.bonus
        if one.total + one.bonus == two.total + two.bonus:
            assert (one.means["jobs"], one.means["market"]) >= (two.means["jobs"], two.means["market"])


def test_ties_say_which_rule_decided() -> None:
    means = {name: Decimal(3) for name in WEIGHTS}

    def key(lot: str, *, jobs: int = 3, total: int = 70, **given_answers: int) -> Any:
        found = Outcome(means | {"jobs": Decimal(jobs)}, Decimal(total), Decimal(0), True, ())
        return sort_key(
            CRITERIA, found, {"requested": 900_000, "jobs_planned": 3} | given_answers, VALUES, lot
        )

    assert decided_by(CRITERIA, key("a", total=71), key("b")) == ""
    assert decided_by(CRITERIA, key("a", jobs=4), key("b")) == "mean:jobs"
    assert key("a", jobs=4) < key("b")
    figure = "least:a.requested / a.jobs_planned"
    assert decided_by(CRITERIA, key("a", requested=600_000), key("b")) == figure
    assert key("a", requested=600_000) < key("b")
    assert decided_by(CRITERIA, key("a"), key("b")) == "lot"


def test_a_figure_that_cannot_be_worked_out_comes_last() -> None:
    found = Outcome({name: Decimal(3) for name in WEIGHTS}, Decimal(70), Decimal(0), True, ())
    none = sort_key(CRITERIA, found, {"requested": 300_000, "jobs_planned": 0}, VALUES, "a")
    some = sort_key(CRITERIA, found, {"requested": 2_000_000, "jobs_planned": 1}, VALUES, "b")
    assert some < none
