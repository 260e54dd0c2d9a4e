"""The pages of follow-up: lists of visits and of reports, and each of them with what was found before."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Any

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from fundflow import forms
from fundflow.accounts import Permission, current_actor, names_of
from fundflow.applications.models import Application
from fundflow.applications.policy import CaseActor, is_inside, may_read_section, on_case
from fundflow.applications.queries import get_part, ties
from fundflow.applications.service.entries import may_fill
from fundflow.applications.service.move import moves_of
from fundflow.applications.service.recording import recordable
from fundflow.followup.models import Report, Visit
from fundflow.followup.outcomes import Outcomes, outcomes_of
from fundflow.followup.queries import (
    DUE,
    OVERDUE,
    VIEWS,
    Appointment,
    answers_of,
    counts,
    is_late,
    listed,
    reports_of,
    visits_of,
)
from fundflow.platform import clock
from fundflow.platform.errors import NotFound
from fundflow.programmes import Definition, definition_of
from fundflow.web import SIGNED_IN, Area, paginate, permission

area = Area("followup", __name__)


@area.get("/visits", access=permission(Permission.VISIT_LIST))
def visits() -> ResponseReturnValue:
    """Visits and surveys: overdue, due, done."""
    return _list(Visit, "visit", Permission.VISIT_LIST)


@area.get("/reports", access=permission(Permission.REPORT_LIST))
def reports() -> ResponseReturnValue:
    """Reports that grantees owe: overdue, due or to check, done."""
    return _list(Report, "report", Permission.REPORT_LIST)


def _list(model: Any, kind: str, needed: Permission) -> ResponseReturnValue:
    actor = current_actor()
    today = clock.today(current_app.config["BABEL_DEFAULT_TIMEZONE"])
    found = counts(actor, model, needed, today)
    view = request.args.get("view", "")
    if view not in VIEWS:
        view = OVERDUE if found[OVERDUE] else DUE
    page = paginate(listed(actor, model, needed, view, today), scalars=False)
    labels = {row.id: _stage(definition_of(case.version_id), kind, row) for row, case in page.rows}
    return render_template(
        "followup/list.html", kind=kind, view=view, counts=found, page=page, labels=labels, today=today
    )


def _stage(definition: Definition, kind: str, row: Any) -> Any:
    return definition.machines[kind].stages[row.stage].stage


@area.get("/visits/<uuid:visit_id>", access=SIGNED_IN)
def visit(visit_id: uuid.UUID) -> ResponseReturnValue:
    """A visit: what is due, what was found, what comes next."""
    return _appointment(Visit, "visit", visit_id, Permission.VISIT_LIST, _nobody)


@area.get("/reports/<uuid:report_id>", access=SIGNED_IN)
def report(report_id: uuid.UUID) -> ResponseReturnValue:
    """A report, for the office and for who owes it."""
    return _appointment(Report, "report", report_id, Permission.REPORT_LIST, _writers)


def _nobody(_definition: Definition) -> frozenset[str]:
    """Visits are the office's; the case page tells its parties when somebody comes."""
    return frozenset()


def _writers(definition: Definition) -> frozenset[str]:
    """The kinds of party who take a step of a report."""
    machine = definition.machines.get("report")
    return frozenset().union(*(move.roles for move in machine.moves.values())) if machine else frozenset()


def _appointment(
    model: Any,
    kind: str,
    row_id: uuid.UUID,
    needed: Permission,
    parties: Callable[[Definition], frozenset[str]],
) -> ResponseReturnValue:
    actor = current_actor()
    row, case = get_part(actor, model, row_id)
    definition = definition_of(case.version_id)
    tied = ties(actor.user_id, case.id)
    kinds = tied.kinds
    own = bool(kinds & parties(definition))
    inside = is_inside(actor, case, kinds, needed)
    if not own and not inside:
        raise NotFound
    who = on_case(actor, case, kinds)
    same: Sequence[Appointment] = visits_of(case.id) if model is Visit else reports_of(case.id)
    given = answers_of([row.entry_id, *(each.entry_id for each in same)])
    return render_template(
        "followup/appointment.html", kind=kind, row=row, case=case, definition=definition, inside=inside,
        stage=_stage(definition, kind, row), late=is_late(row, clock.today(case.call.timezone)),
        filled=_filled(who, definition, row, given, own=own),
        earlier=_earlier(who, definition, row, same, given, own=own),
        others=[(each, _stage(definition, kind, each)) for each in same],
        names=names_of(each.done_by for each in same) if inside else {},
        states=moves_of(actor, case, row, kind, tied),
        on_paper=recordable(actor=actor, who=who, tied=tied, case=case, subject=row, kind=kind),
        fillable=_fillable(definition, case, row, who),
        outcomes=_outcomes(who, case, definition, same) if inside else None,
    )  # fmt: skip


def _outcomes(
    who: CaseActor, case: Application, definition: Definition, same: Sequence[Appointment]
) -> Outcomes:
    """Visits and reports together, whichever of them the page is about."""
    visits = [row for row in same if isinstance(row, Visit)] or visits_of(case.id)
    reports = [row for row in same if isinstance(row, Report)] or reports_of(case.id)
    return outcomes_of(who, case, definition, visits, reports)


def _filled(
    who: CaseActor, definition: Definition, row: Appointment, given: Any, *, own: bool
) -> list[forms.SummarySection]:
    """What was recorded, without the sections that need a recorded opening."""
    form = definition.forms.get(row.form)
    if form is None or row.entry_id not in given:
        return []
    shown = {
        part.id
        for part in form.sections
        if own or (not part.sensitive and may_read_section(part, who, fills=False))
    }
    return forms.summary(
        form, given[row.entry_id], str(get_locale() or "en"), values=definition.values, sections=shown
    )


def _earlier(
    who: CaseActor, definition: Definition, row: Appointment, same: Any, given: Any, *, own: bool
) -> tuple[Appointment, list[forms.SummarySection]] | None:
    """The last one before this that has results."""
    before = [each for each in same if each.number < row.number and each.entry_id and each.done_at]
    if not before:
        return None
    return before[-1], _filled(who, definition, before[-1], given, own=own)


def _fillable(definition: Definition, case: Application, row: Appointment, who: CaseActor) -> str:
    """The record form that belongs to the appointment, when it is open to the reader; moves bring their own forms."""
    form = definition.forms.get(row.form)
    if form is None or not row.waits_for or not form.fill.by:
        return ""
    return row.form if may_fill(form, case, who) else ""
