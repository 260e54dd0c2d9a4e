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
from fundflow.screening.queries import checks_of
from fundflow.workflow import Fired, MoveState

EFFECT = "record_checks"
LONGEST_NOTE = 2000


@dataclass(frozen=True)
class Result:
    """The answer to one check: pass, fail, na (does not apply) or waived, with a note."""

    result: str
    note: str = ""


def save_checks(
    *, actor: Actor, application_id: uuid.UUID, results: Mapping[str, Result], seen_version: int | None
) -> Fired:
    """Keep the checklist as far as it is filled, by the move of the programme that records checks.

    Who answered a check, and when, changes only with the answer. Raises NotFound, Forbidden for whom the move is not,
    Conflict for a stale page, Invalid per check: a failure and a waiver need a note that the applicant can follow.
    """
    case = get(actor, application_id)
    name = _recording_move(actor, case)
    known = {check.id for check in definition_of(case.version_id).screening.checks}
    errors = {
        check_id: fault for check_id, given in results.items() if (fault := _fault(check_id, given, known))
    }
    if errors:
        raise Invalid(errors)
    fired = move(actor=actor, subject_id=application_id, move=name, seen_version=seen_version)
    stored = checks_of(application_id)
    for check_id, given in results.items():
        row = stored.get(check_id)
        if row is None or (row.result, row.note) != (given.result, given.note.strip()):
            _store(actor, application_id, check_id, given)
    return fired


def _store(actor: Actor, application_id: uuid.UUID, check_id: str, given: Result) -> None:
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
        .execution_options(populate_existing=True)
    )


def _recording_move(actor: Actor, case: Application) -> str:
    found = [state for state in moves_of(actor, case, case) if records_checks(state)]
    if not found:
        raise Forbidden(_("The checklist is not yours to fill in at this stage."))
    if not found[0].allowed:
        raise Refused(list(found[0].reasons))
    return found[0].name


def records_checks(state: MoveState) -> bool:
    """Whether a move is the one by which the checklist is saved."""
    return any(rule.name == EFFECT for rule in state.move.effects)


def _fault(check_id: str, given: Result, known: set[str]) -> str | None:
    if check_id not in known:
        raise NotFound
    if given.result not in RESULTS:
        return str(_("Choose an answer."))
    if given.result in {"fail", "waived"} and not given.note.strip():
        return str(_("Say why, in words that the applicant can follow."))
    if len(given.note.strip()) > LONGEST_NOTE:
        return str(_("Write at most %(most)s characters.", most=LONGEST_NOTE))
    return None
