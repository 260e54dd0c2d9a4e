"""Recording checks and asking for clarification."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy.dialects.postgresql import insert

from fundflow.accounts import Actor
from fundflow.applications.models import Application
from fundflow.applications.queries import get
from fundflow.applications.service.move import move, moves_of
from fundflow.platform import clock
from fundflow.platform.db import db
from fundflow.platform.errors import Forbidden, Invalid, NotFound, Refused
from fundflow.programmes import definition_of
from fundflow.screening.models import RESULTS, ScreeningCheck
from fundflow.workflow import Fired

EFFECT = "record_checks"


@dataclass(frozen=True)
class Result:
    """The answer to one check: pass, fail, na (does not apply) or waived, with a note."""

    result: str
    note: str = ""


def save_checks(
    *, actor: Actor, application_id: uuid.UUID, results: Mapping[str, Result], seen_version: int | None
) -> Fired:
    """Keep the checklist as far as it is filled, by the move of the programme that records checks.

    Raises NotFound, Forbidden for whom the move is not, Conflict for a stale page, Invalid per check: a failure and a
    waiver need a note in words that the applicant can follow.
    """
    case = get(actor, application_id)
    definition = definition_of(case.version_id)
    known = {check.id for check in definition.screening.checks}
    errors = {check_id: fault for check_id, given in results.items() if (fault := _fault(check_id, given, known))}
    if errors:
        raise Invalid(errors)
    name = _recording_move(actor, case)
    fired = move(actor=actor, subject_id=application_id, move=name, seen_version=seen_version)
    for check_id, given in results.items():
        row = {
            "result": given.result,
            "note": given.note.strip(),
            "checked_at": clock.now(),
            "checked_by": actor.user_id,
        }
        db.session.execute(
            insert(ScreeningCheck)
            .values(application_id=application_id, check_id=check_id, **row)
            .on_conflict_do_update(index_elements=["application_id", "check_id"], set_=row)
        )
    return fired


def _recording_move(actor: Actor, case: Application) -> str:
    states = moves_of(actor, case, case)
    found = [state for state in states if any(rule.name == EFFECT for rule in state.move.effects)]
    if not found:
        raise Forbidden(_("The checklist is not yours to fill in at this stage."))
    if not found[0].allowed:
        raise Refused(list(found[0].reasons))
    return found[0].name


def _fault(check_id: str, given: Result, known: set[str]) -> str | None:
    if check_id not in known:
        raise NotFound
    if given.result not in RESULTS:
        return _("Choose an answer.")
    if given.result in {"fail", "waived"} and not given.note.strip():
        return _("Say why, in words that the applicant can follow.")
    return None
