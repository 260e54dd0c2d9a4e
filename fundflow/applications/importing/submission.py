"""Handing in one imported application: the same steps as on the web, by the same services."""

from __future__ import annotations

import uuid
from collections.abc import Mapping as Map
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from fundflow import forms
from fundflow.accounts import Actor, Permission
from fundflow.applications.models import Answers, Application, FormEntry, Party
from fundflow.applications.policy import CaseActor, on_case
from fundflow.applications.service.cases import next_reference, open_case
from fundflow.applications.service.entries import content_hash, mirror, open_entry, seal
from fundflow.applications.service.hooks import begin_stage
from fundflow.applications.service.move import fire_locked
from fundflow.audit import record
from fundflow.platform import clock
from fundflow.platform.db import db, lock
from fundflow.platform.errors import Forbidden, Refused
from fundflow.platform.ids import new_id
from fundflow.programmes import Call, Definition, definition_of
from fundflow.workflow.compiled import CompiledMove

APPLICATION = "application"
LONGEST_KEY = 200


@dataclass(frozen=True)
class Origin:
    """Where an imported application comes from; `sha256` is of the whole file, `by` whoever ran the command."""

    file: str
    sha256: str
    row: int
    key: str
    by: str = ""


@dataclass(frozen=True)
class Arrival:
    """When an application was received, whose it is, and in which language it is written."""

    received_at: datetime
    applicant_key: str | None = None
    language: str | None = None

    def day(self, definition: Definition) -> date:
        """The day of receipt where the programme is; the answers had to be right then."""
        return clock.day_of(self.received_at, definition.programme.timezone)


@dataclass(frozen=True)
class Manner:
    """How an application is handed in: with which mails and letters, and the answers of the move's form."""

    mails: bool = False
    letters: bool = True
    submission: Map[str, Any] | None = None


def require_may_import(actor: Actor, call: Call) -> None:
    """Raises Forbidden for whoever may not import into the call."""
    if not actor.may(Permission.APPLICATION_IMPORT, programme_id=call.programme_id, call_id=call.id):
        raise Forbidden(_("Your role does not import applications here."))


def known_case(call_id: uuid.UUID, key: str) -> Application | None:
    """The application that was imported into the call under a key; whoever imports it at the same time waits."""
    lock(f"import:{call_id}:{key}")
    return db.session.scalar(
        select(Application).where(Application.call_id == call_id, Application.source_key == key)
    )


def hand_in(
    *,
    actor: Actor,
    call: Call,
    answers: Map[str, Any],
    origin: Origin,
    manner: Manner,
    arrival: Arrival,
) -> Application:
    """A case with complete answers, handed in by the move of its programme (a caseload's is opened).

    Raises Forbidden, Refused (a guard says
    no: too late, a second application) and Invalid (the answers of the form or of the move).
    """
    require_may_import(actor, call)
    definition = definition_of(call.version_id)
    if definition.programme.kind == "caseload":
        case, entry = _opened(actor, call, definition)
    else:
        case, entry = _drafted(actor, call, definition, answers, arrival)
    case.source_key = origin.key
    _fill(entry, definition, answers, actor)
    mirror(case, entry, definition, answers)
    record(
        action="application.imported", actor_id=actor.user_id, application_id=case.id, call=call.slug,
        file=origin.file, sha256=origin.sha256, row=origin.row, by=origin.by,
    )  # fmt: skip
    if definition.programme.kind == "caseload":
        seal(entry=entry, definition=definition, actor_id=actor.user_id, as_of=arrival.day(definition))
    else:
        _submit(actor, case, origin=origin, manner=manner, arrival=arrival)
    db.session.flush()
    return case


def _opened(actor: Actor, call: Call, definition: Definition) -> tuple[Application, FormEntry]:
    case = open_case(actor=actor, call_id=call.id)
    entry = db.session.scalar(
        select(FormEntry).where(
            FormEntry.application_id == case.id, FormEntry.form == definition.programme.application_form
        )
    )
    assert entry is not None  # noqa: S101 - open_case has just made it
    return case, entry


def _drafted(
    actor: Actor, call: Call, definition: Definition, answers: Map[str, Any], arrival: Arrival
) -> tuple[Application, FormEntry]:
    """A row that says at once when it was received: the guard of the deadline reads that, not the clock.

    The database wants reference and hash beside that moment; the move finds both and keeps the reference.
    """
    programme, form = definition.programme, definition.forms[definition.programme.application_form]
    final = forms.normalise_submission(form, answers, values=definition.values, today=arrival.day(definition))
    case = Application(
        id=new_id(),
        call_id=call.id,
        programme_id=call.programme_id,
        version_id=call.version_id,
        reference=next_reference(programme.prefix, call.timezone),
        applicant_key=arrival.applicant_key,
        currency=call.currency,
        language=arrival.language if arrival.language in programme.languages else programme.languages[0],
        created_at=clock.now(),
        created_by=actor.user_id,
        submitted_at=arrival.received_at,
        content_hash=content_hash(form.id or programme.application_form, definition.sha256, final),
    )
    case.call = call
    begin_stage(actor=actor, case=case, kind=APPLICATION, subject=case)
    db.session.add(case)
    db.session.flush()
    return case, open_entry(actor_id=actor.user_id, case=case, form=programme.application_form)


def _fill(entry: FormEntry, definition: Definition, answers: Map[str, Any], actor: Actor) -> None:
    for part in definition.forms[entry.form].sections:
        data = {question.id: answers[question.id] for question in part.questions if question.id in answers}
        db.session.add(
            Answers(
                entry_id=entry.id,
                section=part.id,
                data=data,
                version=1,
                complete=True,
                saved_at=clock.now(),
                saved_by=actor.user_id,
            )
        )
    db.session.flush()


def _submit(actor: Actor, case: Application, *, origin: Origin, manner: Manner, arrival: Arrival) -> None:
    """Staff record what the applicant handed in elsewhere; the move asks the same guards as on the web."""
    definition = definition_of(case.version_id)
    compiled = handing_in(definition)
    kind = compiled.move.by[0]
    if not db.session.scalar(select(Party.id).where(Party.application_id == case.id).limit(1)):
        db.session.add(Party(application_id=case.id, kind=kind, name=case.applicant_name))
        db.session.flush()
    held = on_case(actor, case, ())
    who = CaseActor(held.user_id, held.name, held.language, held.roles | {kind}, is_system=False)
    received_on = arrival.day(definition).isoformat()
    notes = {"on_behalf": kind, "imported_from": origin.sha256, "received_on": received_on}
    fire_locked(
        who=who, case=case, subject=case, kind=APPLICATION, move=compiled.name, form=manner.submission or {},
        notes=notes | ({} if manner.mails else {"mails": "none"}) | ({} if manner.letters else {"letters": "none"}),
    )  # fmt: skip


def handing_in(definition: Definition) -> CompiledMove:
    """The move that hands an application in: from the first stage, with a reference for the case."""
    machine = definition.machines[APPLICATION]
    for compiled in machine.moves.values():
        gives = any(rule.name == "assign_reference" for rule in compiled.move.effects)
        if gives and machine.definition.initial in compiled.sources:
            return compiled
    raise Refused([_("No move of this programme hands an application in.")])
