"""The page on which staff open a case for a person, in the caseloads that are theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from fundflow.accounts import Actor, Permission, current_actor
from fundflow.applications.models import Application
from fundflow.applications.service import cases
from fundflow.platform import clock
from fundflow.platform.db import db, transaction
from fundflow.platform.errors import NotFound, Refused
from fundflow.programmes import Call, definition_of
from fundflow.web import Area, permission

area = Area("caseloads", __name__)
OPENS = permission(Permission.APPLICATION_CREATE_CASE)


@dataclass(frozen=True)
class Caseload:
    """A caseload and how many cases are open in it."""

    call: Call
    live: int

    @property
    def room(self) -> bool:
        """Whether another case may be opened."""
        return self.call.cap is None or self.live < self.call.cap


@area.get("/caseloads", access=OPENS)
def index() -> ResponseReturnValue:
    """Where a case can be opened, and how much room there is."""
    return render_template("applications/caseloads.html", caseloads=_caseloads(current_actor()))


@area.post("/caseloads/<slug>", access=OPENS)
def open_case(slug: str) -> ResponseReturnValue:
    """Open a case; its first form comes next."""
    actor = current_actor()
    found = next((each.call for each in _caseloads(actor) if each.call.slug == slug), None)
    if found is None:
        raise NotFound
    try:
        with transaction():
            case = cases.open_case(actor=actor, call_id=found.id)
    except Refused as fault:
        flash(" ".join(str(reason) for reason in fault.reasons), "warning")
        return redirect(url_for("caseloads.index"))
    form = definition_of(found.version_id).programme.application_form
    return redirect(url_for("forms.tasks", application_id=case.id, form=form))


def _caseloads(actor: Actor) -> Sequence[Caseload]:
    """The open caseloads in which the actor may open cases, by programme."""
    live = (
        select(func.count())
        .select_from(Application)
        .where(Application.call_id == Call.id, Application.is_live)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(Call, live)
        .where(Call.cancelled_at.is_(None), Call.closes_at.is_(None) | (Call.closes_at >= clock.now()))
        .options(joinedload(Call.programme))
        .order_by(Call.slug)
    )
    return [Caseload(call, count) for call, count in rows if _may_open(actor, call)]


def _may_open(actor: Actor, call: Call) -> bool:
    if definition_of(call.version_id).programme.kind != "caseload" or not cases.is_open(call):
        return False
    return actor.may(Permission.APPLICATION_CREATE_CASE, programme_id=call.programme_id, call_id=call.id)
