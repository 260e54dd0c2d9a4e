"""Pages of evaluation: the score sheet, naming evaluators, the ranking of a call."""

from fundflow.evaluation.views import assignment, ranking, reviews

AREAS = (reviews.area, assignment.area, ranking.area)
