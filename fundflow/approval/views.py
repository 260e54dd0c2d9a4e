"""The pages of appeals: a list for the office, and each appeal with the decision it questions and its answer."""

from __future__ import annotations

import uuid
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from fundflow import forms
from fundflow.accounts import Permission, current_actor, names_of, role_label
from fundflow.applications.policy import PERSONS, CaseActor, is_inside, may_read_section, on_case
from fundflow.applications.queries import get_part, ties
from fundflow.applications.service.move import moves_of
from fundflow.applications.service.recording import recordable
from fundflow.approval import queries
from fundflow.approval.models import Appeal
from fundflow.approval.queries import CLOSED, OPEN, VIEWS
from fundflow.approval.service import KIND
from fundflow.platform import clock
from fundflow.platform.errors import NotFound
from fundflow.programmes import Definition, definition_of
from fundflow.web import SIGNED_IN, Area, paginate, permission

area = Area("appeals", __name__)


@area.get("/appeals", access=permission(Permission.APPEAL_LIST))
def index() -> ResponseReturnValue:
    """Appeals that wait for an answer, and those that have one."""
    actor = current_actor()
    view = request.args.get("view", OPEN)
    if view not in VIEWS:
        view = OPEN
    page = paginate(queries.appeals(actor, view), scalars=False)
    return render_template(
        "approval/appeals.html",
        view=view,
        counts=queries.appeal_counts(actor),
        closed=view == CLOSED,
        page=page,
        stages={row.id: _stage(definition_of(case.version_id), row) for row, case in page.rows},
        now=clock.now(),
    )


@area.get("/appeals/<uuid:appeal_id>", access=SIGNED_IN)
def show(appeal_id: uuid.UUID) -> ResponseReturnValue:
    """One appeal, for the office and for whose case it is; nobody else learns that there is one."""
    actor = current_actor()
    row, case = get_part(actor, Appeal, appeal_id)
    tied = ties(actor.user_id, case.id)
    inside = is_inside(actor, case, tied.kinds, Permission.APPEAL_LIST, Permission.APPLICATION_READ)
    own = bool(tied.kinds & PERSONS)
    if not inside and not own:
        raise NotFound
    definition = definition_of(case.version_id)
    questioned, answers = queries.decision_of(row), queries.decisions_on(case.id, row.id)
    people = names_of([each.decided_by for each in (questioned, *answers)]) if inside else {}
    who = on_case(actor, case, tied.kinds)
    return render_template(
        "approval/appeal.html",
        row=row,
        case=case,
        inside=inside,
        stage=_stage(definition, row),
        questioned=questioned,
        answers_to=answers,
        signed=lambda each: [
            part for part in (people.get(each.decided_by), _role(each.decided_role)) if part
        ],
        statement=_statement(who, definition, row, own=own),
        states=moves_of(actor, case, row, KIND, tied),
        on_paper=recordable(actor=actor, who=who, tied=tied, case=case, subject=row, kind=KIND),
        now=clock.now(),
    )


def _stage(definition: Definition, row: Any) -> Any:
    return definition.machines[KIND].stages[row.stage].stage


def _role(name: str) -> str:
    return str(role_label(name)) if name else ""


def _statement(who: CaseActor, definition: Definition, row: Any, *, own: bool) -> list[forms.SummarySection]:
    """What the appeal says, without the sections that need a recorded opening."""
    entry, given = queries.statement_of(row)
    form = definition.forms.get(entry.form) if entry else None
    if form is None:
        return []
    shown = {
        part.id
        for part in form.sections
        if own or (not part.sensitive and may_read_section(part, who, fills=False))
    }
    return forms.summary(form, given, str(get_locale() or "en"), values=definition.values, sections=shown)
