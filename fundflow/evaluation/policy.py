"""Who reads reviews, and when evaluators see those of the others; pure predicates, no queries."""

from __future__ import annotations

from collections.abc import Iterable

from fundflow.accounts import Actor, Permission
from fundflow.applications.models import Application
from fundflow.applications.policy import is_inside
from fundflow.evaluation.models import Review
from fundflow.programmes import Definition

READERS = (
    Permission.REVIEW_ASSIGN,
    Permission.RANKING_MANAGE,
    Permission.DECISION_MAKE,
    Permission.AUDIT_READ,
)
"""Whoever holds one of these over a case reads the reviews that were handed in, and the ranking."""


def reads_reviews(actor: Actor, case: Application, kinds: Iterable[str]) -> bool:
    """Whether the actor reads all handed-in reviews of a case, with their writers' names."""
    return is_inside(actor, case, kinds, *READERS)


def sees_others(definition: Definition, own: Review) -> bool:
    """Whether an evaluator sees the other evaluators' handed-in reviews, as the programme says."""
    rule = definition.programme.evaluation.see_others
    return rule == "always" or (rule == "after_own" and own.submitted_at is not None)
