"""Recording what people of a case did on paper: the steps that may be recorded, and what is kept of the paper."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import exists, select

from fundflow.accounts import Actor
from fundflow.applications.models import Application, Party, StoredFile
from fundflow.applications.policy import PERSONS, CaseActor, records_paper
from fundflow.applications.queries import Ties, parties
from fundflow.platform import clock
from fundflow.platform.db import db
from fundflow.platform.errors import Invalid
from fundflow.programmes import definition_of
from fundflow.workflow import CompiledMove

RECEIVED, SCAN = "paper_received_on", "paper_scan"
"""The questions that a page asks of a paper."""

Recordable = list[tuple[Party, list[CompiledMove]]]


def recordable(
    *,
    actor: Actor,
    who: CaseActor,
    tied: Ties,
    case: Application,
    subject: Any,
    kind: str,
    people: Sequence[Party] | None = None,
) -> Recordable:
    """The steps of each person of the case that the actor may record from a paper and could not make himself.

    `people`: the case's parties, when the caller has read them. The page of a step says whether it is possible now.
    """
    if not records_paper(actor, case, tied.kinds):
        return []
    leaving = definition_of(case.version_id).machines[kind].leaving(subject.stage)
    others = [move for move in leaving if move.roles & PERSONS and not move.permits(who)]
    known = (parties(case.id) if people is None else people) if others else ()
    first = {party.kind: party for party in reversed(known) if party.kind in PERSONS}
    found = [(party, [move for move in others if kind in move.roles]) for kind, party in first.items()]
    return [(party, moves) for party, moves in found if moves]


def noted(case: Application, paper: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the trail keeps of a paper: the day on which it came (`received_on`, ISO), and its scan (`paper`, an id).

    Raises Invalid for a day that is missing or has not come, and for a scan that is no file of the case.
    """
    given = paper or {}
    faults: dict[str, Any] = {}
    if not _has_come(given.get("received_on"), clock.today(case.call.timezone)):
        faults[RECEIVED] = _("Say on which day the paper was received; it cannot lie ahead.")
    if not _is_file_of(case, given.get("paper")):
        faults[SCAN] = _("Add a scan of the signed paper.")
    if faults:
        raise Invalid(faults)
    return {"received_on": str(given["received_on"]), "paper": str(given["paper"])}


def _has_come(day: Any, today: date) -> bool:
    try:
        return date.fromisoformat(str(day)) <= today
    except ValueError:
        return False


def _is_file_of(case: Application, file_id: Any) -> bool:
    try:
        wanted = uuid.UUID(str(file_id))
    except ValueError:
        return False
    of_case = exists().where(StoredFile.id == wanted, StoredFile.application_id == case.id)
    return bool(db.session.scalar(select(of_case)))
