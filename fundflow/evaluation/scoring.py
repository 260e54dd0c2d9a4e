"""The arithmetic of scores: weights, means, thresholds, bonus and ties; pure, exact, rounded once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fundflow.platform import cel
from fundflow.platform.money import round_half_up
from fundflow.programmes import Criteria

HUNDREDTHS = 2
WORST = Decimal(10) ** 30
"""Where a case stands whose figure cannot be worked out: behind every one whose figure can."""


@dataclass(frozen=True)
class Outcome:
    """What the reviews of one application come to."""

    means: dict[str, Decimal]
    total: Decimal
    bonus: Decimal
    passed: bool
    failed_minimums: tuple[str, ...]


def review_total(criteria: Criteria, scores: Mapping[str, int]) -> Decimal:
    """One review in points of a hundred."""
    points = sum(Decimal(scores[each.id]) * each.weight for each in criteria.criteria)
    return round_half_up(Decimal(points) / criteria.scale_most, HUNDREDTHS)


def outcome(
    criteria: Criteria,
    reviews: Sequence[Mapping[str, int]],
    answers: Mapping[str, Any],
    values: Mapping[str, Any],
) -> Outcome:
    """Mean per criterion over the reviews, the weighted total rounded half up once, and the bonus after the pass."""
    count = Decimal(len(reviews))
    exact = {
        each.id: sum((Decimal(review[each.id]) for review in reviews), Decimal(0)) / count
        for each in criteria.criteria
    }
    weighted = sum((exact[each.id] * each.weight for each in criteria.criteria), Decimal(0))
    total = round_half_up(weighted / criteria.scale_most, HUNDREDTHS)
    failed = tuple(
        each.id for each in criteria.criteria if each.minimum and exact[each.id] < Decimal(each.minimum)
    )
    passed = total >= criteria.pass_mark and not failed
    bonus = _bonus(criteria, answers, values) if passed else Decimal(0)
    means = {name: round_half_up(mean, HUNDREDTHS) for name, mean in exact.items()}
    return Outcome(means, total, bonus, passed, failed)


@dataclass(frozen=True)
class Distance:
    """Where reviews lie further apart than the programme lets stand: the totals, or one criterion (its id)."""

    criterion: str
    apart: Decimal


def distances(
    criteria: Criteria, reviews: Sequence[Mapping[str, int]], totals: Sequence[Decimal]
) -> list[Distance]:
    """What has to be moderated; nothing while fewer than two reviews are in, or without a rule."""
    rule = criteria.moderation
    if rule is None or len(totals) < 2:
        return []
    found = []
    apart = max(totals) - min(totals)
    if rule.total is not None and apart > rule.total:
        found.append(Distance("", apart))
    for each in criteria.criteria if rule.steps is not None else ():
        scores = [review[each.id] for review in reviews]
        steps = max(scores) - min(scores)
        if rule.steps is not None and steps >= rule.steps:
            found.append(Distance(each.id, Decimal(steps)))
    return found


def _bonus(criteria: Criteria, answers: Mapping[str, Any], values: Mapping[str, Any]) -> Decimal:
    scope = cel.Scope({"a": dict(answers), "v": dict(values)})
    points = sum(each.points for each in criteria.bonuses if _holds(each.when, scope))
    return Decimal(min(points, criteria.bonus_cap))


def _holds(when: str, scope: cel.Scope) -> bool:
    try:
        return cel.compile(when, frozenset({"a", "v"})).holds(scope)
    except cel.CelFault:
        return False


Key = tuple[Decimal | str, ...]


def sort_key(
    criteria: Criteria, found: Outcome, answers: Mapping[str, Any], values: Mapping[str, Any], lot: str
) -> Key:
    """What the ranking sorts by, best first: total with bonus, then the programme's tie rules, then the lot."""
    scope = cel.Scope({"a": dict(answers), "v": dict(values)})
    keys: list[Decimal | str] = [-(found.total + found.bonus)]
    keys.extend(_tie_key(rule, found, scope) for rule in _tie_rules(criteria))
    return (*keys, drawn(lot))


def _tie_rules(criteria: Criteria) -> list[tuple[str, str]]:
    """The written rules as (how, what): ("mean", criterion), ("least", expression), ("most", expression)."""
    rules: list[tuple[str, str]] = []
    known = {each.id for each in criteria.criteria}
    for rule in criteria.ties:
        if isinstance(rule, dict):
            rules.extend(rule.items())
        elif rule in known:
            rules.append(("mean", rule))
    return rules


def _tie_key(rule: tuple[str, str], found: Outcome, scope: cel.Scope) -> Decimal:
    how, what = rule
    return -found.means[what] if how == "mean" else _figure(how, what, scope)


def decided_by(criteria: Criteria, better: Key, worse: Key) -> str:
    """Which rule put a case behind the one before it, as `how:what`; empty when their points differ."""
    if better[0] != worse[0]:
        return ""
    for rule, first, second in zip(_tie_rules(criteria), better[1:], worse[1:], strict=False):
        if first != second:
            return ":".join(rule)[:200]
    return "lot"


def _figure(direction: str, text: str, scope: cel.Scope) -> Decimal:
    """A figure to prefer by; what cannot be worked out comes last."""
    try:
        value = Decimal(str(cel.compile(text, frozenset({"a", "v"})).evaluate(scope)))
    except (cel.CelFault, ArithmeticError):
        return WORST
    if not value.is_finite():
        return WORST
    return value if direction == "least" else -value


def drawn(lot: str) -> str:
    """The lot of a case: a hash that nobody chooses and everybody can compute again."""
    return hashlib.sha256(lot.encode()).hexdigest()
