"""Which page a step is taken on, where it needs more than a form: named by the effects of the moves."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable

from flask import url_for

from fundflow.applications.models import Application

CHECKLIST = "record_checks"
ASSIGNMENT = "open_reviews"
RANKING = frozenset({"rank_application", "recommend_amount"})


def desk(effects: Collection[str], application_id: uuid.UUID, call_id: uuid.UUID) -> str | None:
    """The page for a stage whose moves have these effects, or None where the case page does."""
    if CHECKLIST in effects:
        return url_for("screening.show", application_id=application_id)
    if ASSIGNMENT in effects:
        return url_for("evaluators.show", application_id=application_id)
    if not RANKING.isdisjoint(effects):
        return url_for("ranking.show", call_id=call_id)
    return None


def desk_of(case: Application, effects: Iterable[str]) -> str | None:
    """The same for a case."""
    return desk(set(effects), case.id, case.call_id)
