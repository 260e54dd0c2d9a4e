"""The evaluator's pages: the list of reviews, and the score sheet beside the application."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from fundflow.accounts import Permission, current_actor
from fundflow.applications.blind import title_for_blind
from fundflow.evaluation.queries import my_reviews, next_open
from fundflow.evaluation.service import save_review, submit_review
from fundflow.evaluation.views.opened import Sheet, open_sheet
from fundflow.platform import clock
from fundflow.platform.db import transaction
from fundflow.platform.errors import Conflict, Invalid, NotFound, Refused
from fundflow.programmes import Criteria, definition_of
from fundflow.web import SIGNED_IN, Area, permission
from fundflow.web.filters import zone

area = Area("reviews", __name__)
WRITE = permission(Permission.REVIEW_WRITE)
Given = dict[str, dict[str, Any]]


@area.get("/reviews", access=WRITE)
def mine() -> ResponseReturnValue:
    """What I have to score, by urgency, and what I handed in."""
    rows = my_reviews(current_actor())
    blind = {case.id: definition_of(case.version_id).programme.evaluation.blind for _review, case in rows}
    titles = {case.id: title_for_blind(case) if blind[case.id] else case.title for _review, case in rows}
    return render_template("evaluation/reviews.html", rows=rows, blind=blind, titles=titles, now=clock.now())


@area.get("/reviews/<uuid:review_id>", access=SIGNED_IN)
def show(review_id: uuid.UUID) -> ResponseReturnValue:
    """The application beside the score sheet."""
    here = open_sheet(review_id)
    return _page(here, here.review.scores, here.review.comment)


@area.post("/reviews/<uuid:review_id>", access=WRITE)
def save(review_id: uuid.UUID) -> ResponseReturnValue:
    """Save; and then stay, go to the next review, or hand in."""
    here = open_sheet(review_id)
    if not here.own:
        raise NotFound
    scores, comment = _posted(here.definition.criteria)
    try:
        with transaction():
            save_review(
                actor=here.actor, review_id=review_id, scores=scores, comment=comment, seen_version=_seen()
            )
    except Conflict:
        return _page(open_sheet(review_id), scores, comment, disagrees=True, status=409)
    except Invalid as fault:
        return _page(here, scores, comment, errors=fault.errors, status=422)
    if request.form.get("act") == "submit":
        return _submit(review_id, scores, comment)
    flash(_("Saved."), "success")
    if request.form.get("act") == "next":
        return redirect(_following(review_id))
    return redirect(url_for("reviews.show", review_id=review_id))


def _submit(review_id: uuid.UUID, scores: Given, comment: str) -> ResponseReturnValue:
    """The draft is saved already, so nothing is lost when something still bars the way."""
    here = open_sheet(review_id)
    if here.submit_move is None:
        raise Refused([_("This review cannot be handed in at this stage.")])
    try:
        with transaction():
            submit_review(
                actor=here.actor, review_id=review_id, scores=scores, comment=comment,
                move_name=here.submit_move.name,
            )  # fmt: skip
    except Invalid as fault:
        return _page(open_sheet(review_id), scores, comment, errors=fault.errors, status=422)
    flash(_("Your review is handed in. Thank you."), "success")
    return redirect(url_for("reviews.show", review_id=review_id))


def _following(review_id: uuid.UUID) -> str:
    following = next_open(current_actor(), review_id)
    if following is None or following == review_id:
        return url_for("reviews.mine")
    return url_for("reviews.show", review_id=following)


@area.post("/reviews/<uuid:review_id>/autosave", access=WRITE)
def autosave(review_id: uuid.UUID) -> ResponseReturnValue:
    """Save without leaving the page; answers JSON, 409 when another tab was faster."""
    here = open_sheet(review_id)
    if not here.own:
        raise NotFound
    scores, comment = _posted(here.definition.criteria)
    try:
        with transaction():
            review = save_review(
                actor=here.actor, review_id=review_id, scores=scores, comment=comment, seen_version=_seen()
            )
    except Conflict:
        return jsonify(url=url_for("reviews.show", review_id=review_id)), 409
    saved_at = review.saved_at.astimezone(zone(here.case.call.timezone)) if review.saved_at else None
    return jsonify(
        saved_at=f"{saved_at:%H:%M}" if saved_at else "", fields={"seen_version": str(review.row_version)}
    )


def _seen() -> int:
    return request.form.get("seen_version", 0, type=int)


def _posted(criteria: Criteria) -> tuple[Given, str]:
    """Scores and comments as far as something was chosen or written."""
    scores: Given = {}
    for each in criteria.criteria:
        chosen = request.form.get(f"score-{each.id}", "")
        comment = request.form.get(f"comment-{each.id}", "").replace("\r\n", "\n").strip()
        given: dict[str, Any] = {"comment": comment} if comment else {}
        if chosen.isdecimal() and len(chosen) <= 3:
            given["score"] = int(chosen)
        if given:
            scores[each.id] = given
    return scores, request.form.get("comment", "").replace("\r\n", "\n").strip()


def _page(
    here: Sheet,
    scores: Mapping[str, Mapping[str, Any]],
    comment: str,
    *,
    errors: Mapping[str, Any] | None = None,
    disagrees: bool = False,
    status: int = 200,
) -> ResponseReturnValue:
    criteria = here.definition.criteria
    page = render_template(
        "evaluation/review.html", here=here, case=here.case, review=here.review, criteria=criteria,
        steps=range(criteria.scale_least, criteria.scale_most + 1), scores=scores, comment=comment,
        errors=errors or {}, disagrees=disagrees, now=clock.now(), version=here.review.row_version,
    )  # fmt: skip
    return page, status
