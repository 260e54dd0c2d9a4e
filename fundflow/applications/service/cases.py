"""Opening a case: an applicant starts one in an open call, staff open one in a caseload."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from fundflow.accounts import Actor, Permission
from fundflow.applications.models import Application, Party
from fundflow.applications.queries import visible_to
from fundflow.applications.service.entries import open_entry
from fundflow.applications.service.hooks import begin_stage
from fundflow.audit import record
from fundflow.documents import next_number
from fundflow.platform import clock
from fundflow.platform.db import db, lock
from fundflow.platform.errors import Forbidden, NotFound, Refused
from fundflow.platform.ids import new_id
from fundflow.programmes import Call, Definition, definition_of


def start(*, actor: Actor, call_id: uuid.UUID, applicant_key: str | None = None) -> Application:
    """The actor's draft in a call, made at the first request and found again at every later one.

    Raises Refused when the call is not open, Forbidden in a caseload, NotFound for an unknown call.
    """
    call = _call(call_id)
    definition = definition_of(call.version_id)
    if definition.programme.kind != "call":
        raise Forbidden(_("Cases of this programme are opened by its case workers."))
    key = applicant_key or f"user:{actor.user_id}"
    lock(f"start:{call.id}:{key}")
    mine = db.session.scalar(
        select(Application).where(
            Application.call_id == call.id,
            Application.applicant_key == key,
            Application.is_live,
            visible_to(actor),
        )
    )
    if mine is not None:
        return mine
    _require_open(call)
    case = _new_case(actor, call, definition, key)
    _add_party(case, actor, "applicant")
    open_entry(actor_id=actor.user_id, case=case, form=definition.programme.application_form)
    record(action="application.started", actor_id=actor.user_id, application_id=case.id, call=call.slug)
    return case


def open_case(*, actor: Actor, call_id: uuid.UUID) -> Application:
    """A case in a caseload, opened by staff who may; it gets its reference at once.

    Raises Refused when the caseload is not open or its cap is reached, Forbidden without the permission.
    """
    call = _call(call_id)
    definition = definition_of(call.version_id)
    if not actor.may(Permission.APPLICATION_CREATE_CASE, programme_id=call.programme_id, call_id=call.id):
        raise Forbidden(_("Your role does not open cases here."))
    if definition.programme.kind != "caseload":
        raise Forbidden(_("People apply to this call themselves."))
    _require_open(call)
    _require_room(call)
    case = _new_case(actor, call, definition, None)
    case.reference = next_reference(definition.programme.prefix, call.timezone)
    open_entry(actor_id=actor.user_id, case=case, form=definition.programme.application_form)
    record(action="application.opened", actor_id=actor.user_id, application_id=case.id, call=call.slug)
    return case


def next_reference(prefix: str, timezone: str) -> str:
    """The next number of a programme's series of the year, such as SUF-2026-0001; no gaps, no doubles."""
    return next_number(prefix, clock.today(timezone).year)


def _call(call_id: uuid.UUID) -> Call:
    call = db.session.scalar(select(Call).where(Call.id == call_id).options(joinedload(Call.programme)))
    if call is None:
        raise NotFound
    return call


def _require_open(call: Call) -> None:
    if not is_open(call):
        raise Refused([_("This call is not open.")])


def is_open(call: Call, until: datetime | None = None) -> bool:
    """Whether applications may begin and be handed in now, by the server's clock; `until` is one case's own closing."""
    moment = clock.now()
    closes_at = until if until and call.closes_at else call.closes_at
    return (
        call.published_at is not None
        and call.cancelled_at is None
        and call.opens_at <= moment
        and (closes_at is None or moment <= closes_at)
    )


def _require_room(call: Call) -> None:
    if call.cap is None:
        return
    lock(f"cap:{call.id}")
    held = db.session.scalar(
        select(func.count())
        .select_from(Application)
        .where(Application.call_id == call.id, Application.is_live)
    )
    if (held or 0) >= call.cap:
        raise Refused([_("This caseload has room for %(cap)s cases, and all are taken.", cap=call.cap)])


def _new_case(actor: Actor, call: Call, definition: Definition, key: str | None) -> Application:
    case = Application(
        id=new_id(),
        call_id=call.id,
        programme_id=call.programme_id,
        version_id=call.version_id,
        applicant_key=key,
        applicant_name=actor.name if key else "",
        currency=call.currency,
        language=actor.language
        if actor.language in definition.programme.languages
        else definition.programme.languages[0],
        created_at=clock.now(),
        created_by=actor.user_id,
    )
    case.call = call
    begin_stage(actor=actor, case=case, kind="application", subject=case)
    db.session.add(case)
    db.session.flush()
    return case


def _add_party(case: Application, actor: Actor, kind: str) -> None:
    db.session.add(Party(application_id=case.id, kind=kind, user_id=actor.user_id, name=actor.name))
    db.session.flush()
