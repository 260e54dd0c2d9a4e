"""Reads of evaluators, reviews, scores and rankings; each starts from what the actor may see."""

from fundflow.evaluation.queries.people import EVALUATOR, Candidate, barred, candidates, evaluators
from fundflow.evaluation.queries.reviews import (
    get_review,
    my_reviews,
    next_open,
    reviews,
    reviews_with_names,
    submitted_answers,
)
from fundflow.evaluation.queries.standings import (
    Standing,
    call_of,
    calls_with_scores,
    ranked_of,
    ranking,
    score_of,
    stages_of_call,
    standings,
)

__all__ = [
    "EVALUATOR", "Candidate", "Standing", "barred", "call_of", "calls_with_scores", "candidates", "evaluators",
    "get_review", "my_reviews", "next_open", "ranked_of", "ranking", "reviews", "reviews_with_names", "score_of",
    "stages_of_call", "standings", "submitted_answers",
]  # fmt: skip
