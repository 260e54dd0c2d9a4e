"""The chair names the evaluators of a case."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from fundflow.accounts import Actor, Permission, current_actor
from fundflow.applications import queries
from fundflow.applications.models import Application
from fundflow.applications.policy import is_inside
from fundflow.applications.service.move import moves_of
from fundflow.evaluation.queries import EVALUATOR, barred, candidates, evaluators, reviews
from fundflow.evaluation.service import assign, assignable_stages
from fundflow.platform.db import transaction
from fundflow.platform.errors import Invalid, NotFound
from fundflow.programmes import definition_of
from fundflow.web import Area, permission

area = Area("evaluators", __name__)
ASSIGN = permission(Permission.REVIEW_ASSIGN)


@area.get("/applications/<uuid:application_id>/evaluators", access=ASSIGN)
def show(application_id: uuid.UUID) -> ResponseReturnValue:
    """Who could evaluate, how much each has to do, and who must not."""
    actor, case = _find(application_id)
    return _page(actor, case, {party.user_id for party in evaluators(case.id) if party.user_id}, {}, 200)


@area.post("/applications/<uuid:application_id>/evaluators", access=ASSIGN)
def save(application_id: uuid.UUID) -> ResponseReturnValue:
    """Name those who are ticked."""
    actor, case = _find(application_id)
    chosen = request.form.getlist("reviewers", type=uuid.UUID)
    least = definition_of(case.version_id).programme.evaluation.reviewers
    if len(set(chosen)) < least:
        message = _(
            "Choose at least %(least)s people; %(found)s are chosen.", least=least, found=len(set(chosen))
        )
        return _page(actor, case, set(chosen), {"reviewers": message}, 422)
    try:
        with transaction():
            assign(actor=actor, application_id=case.id, reviewer_ids=chosen)
    except Invalid as fault:
        return _page(actor, case, set(chosen), fault.errors, 422)
    flash(_("The evaluators are named."), "success")
    return redirect(url_for("evaluators.show", application_id=application_id))


def _find(application_id: uuid.UUID) -> tuple[Actor, Application]:
    actor = current_actor()
    case = queries.get(actor, application_id)
    kinds = queries.party_kinds(actor, case.id) - {EVALUATOR}
    if "review" not in definition_of(case.version_id).machines:
        raise NotFound
    if not is_inside(actor, case, kinds, Permission.REVIEW_ASSIGN):
        raise NotFound
    return actor, case


def _page(
    actor: Actor, case: Application, chosen: set[uuid.UUID], errors: dict[str, str], status: int
) -> ResponseReturnValue:
    definition = definition_of(case.version_id)
    page = render_template(
        "evaluation/evaluators.html", case=case, definition=definition, people=candidates(case),
        barred=barred(case), chosen=chosen, reviews={row.reviewer_id: row for row in reviews(case.id)},
        open=case.stage in assignable_stages(case), errors=errors, states=moves_of(actor, case, case),
    )  # fmt: skip
    return page, status
