"""An applicant's own pages: starting an application, my cases, and the receipt of what was handed in."""

from __future__ import annotations

import uuid

from flask import Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fundflow import documents
from fundflow.accounts import current_actor
from fundflow.applications import queries
from fundflow.applications.blind import reads_blind
from fundflow.applications.policy import PERSONS
from fundflow.applications.service import cases, receipts
from fundflow.applications.views import overview
from fundflow.applications.views.places import case_url
from fundflow.platform.db import transaction
from fundflow.platform.errors import NotFound
from fundflow.programmes import definition_of
from fundflow.programmes.queries import public_call
from fundflow.web import PUBLIC, SIGNED_IN, Area, signed_in_actor

area = Area("drafts", __name__)


@area.get("/calls/<slug>/apply", access=PUBLIC)
def ready(slug: str) -> ResponseReturnValue:
    """The last page before an application begins: sign in, create an account, or start."""
    return render_template("public/apply.html", here=public_call(slug))


@area.post("/calls/<slug>/apply", access=PUBLIC)
def apply(slug: str) -> ResponseReturnValue:
    """Start an application, or go on with the one there is; whoever is not signed in does that first."""
    here = public_call(slug)
    if signed_in_actor() is None:
        return redirect(url_for("security.login", next=url_for("drafts.ready", slug=slug)))
    actor = current_actor()
    with transaction():
        case = cases.start(actor=actor, call_id=here.call.id)
    if case.submitted_at is not None:
        return redirect(case_url(case.id))
    form = here.definition.programme.application_form
    return redirect(url_for("forms.tasks", application_id=case.id, form=form))


@area.get("/mine", access=SIGNED_IN)
def mine() -> ResponseReturnValue:
    """My applications and cases: where each stands, what is expected of me, and until when."""
    return render_template("applications/mine.html", cards=overview.cards(current_actor()))


@area.get("/applications/<uuid:application_id>/receipt", access=SIGNED_IN)
def receipt(application_id: uuid.UUID) -> ResponseReturnValue:
    """Reference, time and hash of what was handed in, and what happens next."""
    actor = current_actor()
    case = queries.get(actor, application_id)
    if case.submitted_at is None:
        raise NotFound
    definition = definition_of(case.version_id)
    if reads_blind(definition, queries.party_kinds(actor, case.id)):
        raise NotFound
    papers = [
        paper for paper in documents.of_application(case.id) if paper.letter in receipts.letters(definition)
    ]
    stage = definition.machines["application"].definition.stages[case.stage]
    return render_template(
        "applications/receipt.html", case=case, papers=papers, stage=stage, back=case_url(case.id),
        waits=cases.is_open(case.call),
    )  # fmt: skip


@area.get("/applications/<uuid:application_id>/receipt.json", access=SIGNED_IN)
def content(application_id: uuid.UUID) -> ResponseReturnValue:
    """The very bytes behind the receipt's hash, for the people whose application it is."""
    actor = current_actor()
    case = queries.get(actor, application_id)
    if not queries.party_kinds(actor, case.id) & PERSONS:
        raise NotFound
    answer = Response(receipts.content(case), mimetype="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="{case.reference}.json"'
    return answer
