"""Pages on which calls are drafted, published, corrected and cancelled."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from fundflow.accounts import Permission, current_actor
from fundflow.calls import policy, posted, queries, service
from fundflow.platform import clock
from fundflow.platform.db import transaction
from fundflow.platform.errors import Conflict, Invalid, Refused
from fundflow.programmes import Call, Definition, definition_of
from fundflow.programmes.calls import move_call, moves_of_call
from fundflow.programmes.procedure import machine, procedure
from fundflow.programmes.queries import corrigenda
from fundflow.web import Area, permission

area = Area("calls", __name__)
READ = permission(Permission.CALL_MANAGE, Permission.PROGRAMME_READ)
RUN = permission(Permission.CALL_MANAGE)
RULE = "/office/calls/<uuid:call_id>"


@area.get("/office/calls", access=READ)
def index() -> ResponseReturnValue:
    """Every call, with its stage and its cases; and where a new one begins."""
    actor = current_actor()
    return render_template(
        "calls/index.html",
        rows=queries.calls(actor),
        programmes=queries.programmes(actor) if actor.has(Permission.CALL_MANAGE) else [],
        stages=machine().definition.stages,
    )


@area.get("/office/calls/new/<slug>", access=RUN)
def new(slug: str) -> ResponseReturnValue:
    """The form for a call of the newest version of a programme."""
    return _form(queries.newest(current_actor(), slug), {}, {})


@area.post("/office/calls/new/<slug>", access=RUN)
def create(slug: str) -> ResponseReturnValue:
    """Keep the draft; its page comes next."""
    actor = current_actor()
    definition = queries.newest(actor, slug)
    try:
        terms = _terms(definition)
        with transaction():
            call = service.draft(actor=actor, programme=slug, terms=terms)
    except Invalid as fault:
        return _form(definition, request.form, fault.errors), 422
    flash(_("The draft is kept. Nobody outside sees it before it is published."), "success")
    return redirect(url_for("calls.show", call_id=call.id))


@area.get(RULE + "/edit", access=RUN)
def edit(call_id: uuid.UUID) -> ResponseReturnValue:
    """The same form over a draft."""
    call = queries.call(current_actor(), call_id)
    return _form(definition_of(call.version_id), _given(call), {}, call)


@area.post(RULE + "/edit", access=RUN)
def rewrite(call_id: uuid.UUID) -> ResponseReturnValue:
    """Keep the changed draft."""
    actor = current_actor()
    call = queries.call(actor, call_id)
    definition = definition_of(call.version_id)
    try:
        terms = _terms(definition)
        with transaction():
            service.rewrite(actor=actor, call_id=call_id, terms=terms, seen=_seen())
    except Invalid as fault:
        return _form(definition, request.form, fault.errors, call), 422
    except Conflict as fault:
        flash(str(fault), "warning")
        return redirect(url_for("calls.show", call_id=call_id))
    flash(_("The draft is kept."), "success")
    return redirect(url_for("calls.show", call_id=call_id))


@area.get(RULE, access=READ)
def show(call_id: uuid.UUID) -> ResponseReturnValue:
    """A call: its terms, its stage and steps, what was corrected, and who was given time."""
    return _page(call_id, {}, {})


@area.post(RULE + "/moves/<move>", access=RUN)
def make_move(call_id: uuid.UUID, move: str) -> ResponseReturnValue:
    """Make a step of the call."""
    actor = current_actor()
    queries.call(actor, call_id)
    reason = request.form.get("reason", "")
    try:
        with transaction():
            move_call(actor=actor, call_id=call_id, move=move, reason=reason, seen=_seen())
    except Refused as fault:
        return _page(call_id, request.form, {f"move-{move}": " ".join(map(str, fault.reasons))}), 422
    except Conflict as fault:
        flash(str(fault), "warning")
        return redirect(url_for("calls.show", call_id=call_id))
    flash(_("Done."), "success")
    return redirect(url_for("calls.show", call_id=call_id))


@area.post(RULE + "/corrigenda", access=RUN)
def correct(call_id: uuid.UUID) -> ResponseReturnValue:
    """Issue a corrigendum with a later closing."""
    actor = current_actor()
    call = queries.call(actor, call_id)
    languages = definition_of(call.version_id).programme.languages
    errors: dict[str, str] = {}
    words = posted.words(request.form, "words", languages, errors)
    try:
        closes_at = posted.moment(request.form, "closes_at", call.timezone)
        posted.require(errors)
        with transaction():
            service.correct(actor=actor, call_id=call_id, words=words, closes_at=closes_at, seen=_seen())
    except Invalid as fault:
        return _page(call_id, request.form, {**errors, **fault.errors}), 422
    except (Refused, Conflict) as fault:
        flash(str(fault), "warning")
        return redirect(url_for("calls.show", call_id=call_id))
    flash(_("The corrigendum is issued, and everybody who applied is told."), "success")
    return redirect(url_for("calls.show", call_id=call_id))


@area.post(RULE + "/more-time", access=RUN)
def give_time(call_id: uuid.UUID) -> ResponseReturnValue:
    """Give one applicant more time."""
    actor = current_actor()
    call = queries.call(actor, call_id)
    try:
        until = posted.moment(request.form, "until", call.timezone)
        with transaction():
            service.give_time(
                actor=actor, call_id=call_id, until=until,
                email=request.form.get("email", ""), reason=request.form.get("reason", ""),
            )  # fmt: skip
    except Invalid as fault:
        return _page(call_id, request.form, fault.errors), 422
    flash(_("The applicant has more time, and is told so."), "success")
    return redirect(url_for("calls.show", call_id=call_id))


def _seen() -> int:
    return request.form.get("seen_version", 0, type=int)


def _terms(definition: Definition) -> service.Terms:
    programme = definition.programme
    return posted.terms(
        request.form,
        languages=programme.languages,
        timezone=programme.timezone,
        caseload=programme.kind == "caseload",
    )


def _given(call: Call) -> dict[str, str]:
    """A call as its form has it."""
    found = {f"title-{language}": text for language, text in call.title.items()}
    found |= {f"summary-{language}": text for language, text in call.summary.items()}
    found |= {"opens_at": _local(call.opens_at, call), "closes_at": _local(call.closes_at, call)}
    return found | {"line": str(call.line_id), "cap": str(call.cap or "")}


def _local(moment: datetime | None, call: Call) -> str:
    return moment.astimezone(ZoneInfo(call.timezone)).strftime("%Y-%m-%dT%H:%M") if moment else ""


def _form(
    definition: Definition, given: Mapping[str, Any], errors: Mapping[str, Any], call: Call | None = None
) -> str:
    return render_template(
        "calls/form.html",
        programme=definition.programme,
        lines=queries.lines(definition.programme.currency),
        given=given,
        errors=errors,
        call=call,
    )


def _page(call_id: uuid.UUID, given: Mapping[str, Any], errors: Mapping[str, Any]) -> str:
    """The page as things stand now: what a refused attempt had read is not kept."""
    actor = current_actor()
    call = queries.call(actor, call_id)
    definition = definition_of(call.version_id)
    runs = policy.may_run(actor, call)
    return render_template(
        "calls/call.html",
        call=call,
        programme=definition.programme,
        stage=machine().definition.stages[call.stage],
        moves=moves_of_call(actor, call) if runs else [],
        runs=runs,
        changes=corrigenda(call),
        least_days=procedure().corrigendum.least_days,
        given=given,
        errors=errors,
        counts=[(definition.stage_label("application", name), n) for name, n in queries.by_stage(call)],
        extended=queries.extensions(call),
        correctable=call.published_at is not None
        and call.closes_at is not None
        and call.closes_at > clock.now(),
    )
