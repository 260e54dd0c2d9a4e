"""The screening page: the checklist beside the application, and what was asked again."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from fundflow import forms
from fundflow.accounts import Actor, Permission, current_actor
from fundflow.accounts import names_of as people
from fundflow.applications import queries
from fundflow.applications.models import Application
from fundflow.applications.policy import is_inside, may_read_section, on_case
from fundflow.applications.service.move import moves_of
from fundflow.platform import clock
from fundflow.platform.db import transaction
from fundflow.platform.errors import Conflict, Invalid, NotFound
from fundflow.programmes import Definition, definition_of
from fundflow.screening.queries import checks_of, handed_in
from fundflow.screening.service import Result, records_checks, save_checks
from fundflow.web import Area, permission

area = Area("screening", __name__)
READERS = (Permission.APPLICATION_SCREEN, Permission.APPLICATION_READ)
READ, SCREEN = permission(*READERS), permission(Permission.APPLICATION_SCREEN)
RULE = "/applications/<uuid:application_id>/screening"


@area.get(RULE, access=READ)
def show(application_id: uuid.UUID) -> ResponseReturnValue:
    """Each check with its rule, the answers beside it, the rounds of clarification, and the possible steps."""
    actor, case = _find(application_id)
    return _page(actor, case)


@area.post(RULE, access=SCREEN)
def save(application_id: uuid.UUID) -> ResponseReturnValue:
    """Keep the checks as far as they are answered; what is wrong is said at the check."""
    actor, case = _find(application_id)
    given = _posted(definition_of(case.version_id))
    try:
        with transaction():
            save_checks(
                actor=actor, application_id=case.id, results=given,
                seen_version=request.form.get("seen_version", 0, type=int),
            )  # fmt: skip
    except Invalid as fault:
        return _page(actor, case, given, errors=fault.errors, status=422)
    except Conflict:
        return _page(actor, _find(application_id)[1], given, disagrees=True, status=409)
    flash(_("The checks are saved."), "success")
    return redirect(url_for("screening.show", application_id=application_id))


def _find(application_id: uuid.UUID) -> tuple[Actor, Application]:
    actor = current_actor()
    case = queries.get(actor, application_id)
    if not definition_of(case.version_id).screening.checks:
        raise NotFound
    if not is_inside(actor, case, queries.party_kinds(actor, case.id), *READERS):
        raise NotFound
    return actor, case


def _posted(definition: Definition) -> dict[str, Result]:
    """The checks that were answered or noted."""
    given = {}
    for check in definition.screening.checks:
        result = request.form.get(f"result-{check.id}", "")
        note = request.form.get(f"note-{check.id}", "").replace("\r\n", "\n").strip()
        if result or note:
            given[check.id] = Result(result, note)
    return given


def _page(
    actor: Actor,
    case: Application,
    given: Mapping[str, Result] | None = None,
    *,
    errors: Mapping[str, Any] | None = None,
    disagrees: bool = False,
    status: int = 200,
) -> ResponseReturnValue:
    definition = definition_of(case.version_id)
    states = moves_of(actor, case, case)
    recording = next((state for state in states if records_checks(state)), None)
    stored = checks_of(case.id)
    if given is None:
        given = {name: Result(row.result, row.note) for name, row in stored.items()}
    newest, rounds = handed_in(case)
    page = render_template(
        "screening/checklist.html", case=case, definition=definition, checks=definition.screening.checks,
        given=given, stored=stored, names=people(row.checked_by for row in stored.values()), errors=errors or {},
        disagrees=disagrees, recording=recording, states=[state for state in states if state is not recording],
        answers=_answers(actor, case, definition, newest), rounds=rounds,
    )  # fmt: skip
    return page, status


def _answers(
    actor: Actor, case: Application, definition: Definition, given: Mapping[str, Any]
) -> list[forms.SummarySection]:
    """The newest handed-in application, without sections that need a recorded opening."""
    form = definition.forms[definition.programme.application_form]
    who = on_case(actor, case, ())
    shown = {
        part.id for part in form.sections if not part.sensitive and may_read_section(part, who, fills=False)
    }
    return forms.summary(
        form, given, str(get_locale() or "en"), values=definition.values,
        today=clock.today(case.call.timezone), sections=shown,
    )  # fmt: skip
