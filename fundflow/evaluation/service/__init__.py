"""Verbs of evaluation: assigning people, writing and handing in reviews, stepping back, scoring, ranking a call."""

from fundflow.evaluation.service.assigning import assign, assignable_stages, open_reviews
from fundflow.evaluation.service.ranking import needs_ranking, rank_all, rank_call, score
from fundflow.evaluation.service.reviewing import (
    KIND,
    apart,
    drop,
    hand_in,
    plain_scores,
    recuse,
    review_faults,
    save_review,
    set_aside,
    submit_review,
)

__all__ = [
    "KIND", "apart", "assign", "assignable_stages", "drop", "hand_in", "needs_ranking", "open_reviews", "plain_scores",
    "rank_all", "rank_call", "recuse", "review_faults", "save_review", "score", "set_aside", "submit_review",
]  # fmt: skip
