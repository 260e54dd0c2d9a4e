"""Which page a step is taken on, where it needs more than a form: named by the effects of the moves."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from flask import url_for
from flask_babel import gettext as _

CHECKLIST = "record_checks"
ASSIGNMENT = "open_reviews"
RANKING = frozenset({"rank_application", "recommend_amount"})


def desk(effects: Collection[str], application_id: uuid.UUID, call_id: uuid.UUID) -> tuple[str, str] | None:
    """Address and words of the page for a stage whose moves have these effects; None where the case page does."""
    if CHECKLIST in effects:
        return url_for("screening.show", application_id=application_id), _("Open the checklist")
    if ASSIGNMENT in effects:
        return url_for("evaluators.show", application_id=application_id), _("Name the evaluators")
    if not RANKING.isdisjoint(effects):
        return url_for("ranking.show", call_id=call_id), _("Open the ranking")
    return None
