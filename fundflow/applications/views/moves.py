"""One page for every move: its form, or a confirmation, and then the one door."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from fundflow import forms
from fundflow.accounts import Actor, current_actor
from fundflow.applications import queries
from fundflow.applications.blind import reads_blind, title_for_blind
from fundflow.applications.models import Application
from fundflow.applications.service.move import locked
from fundflow.applications.service.move import move as make_move
from fundflow.applications.views import carrying, moving, paper
from fundflow.applications.views.places import case_url, local
from fundflow.forms import PageForm
from fundflow.platform.db import transaction
from fundflow.platform.errors import Conflict, Invalid, NotFound, Refused
from fundflow.programmes import definition_of
from fundflow.web import SIGNED_IN, Area
from fundflow.web.filters import words
from fundflow.workflow import Fired, MoveState
from fundflow.workflow.definition import Move

area = Area("moves", __name__)
RULE = "/moves/<kind>/<uuid:subject_id>/<move>"


@area.get(RULE, access=SIGNED_IN)
def show(kind: str, subject_id: uuid.UUID, move: str) -> ResponseReturnValue:
    """What the move asks for, or why it is not possible now."""
    actor = current_actor()
    case, subject = moving.find(actor, kind, subject_id)
    state = moving.state_of(actor, case, subject, kind, move, behalf=_behalf())
    return _draw(case, moving.offer(case, subject, kind, state, behalf=_behalf()))


def _draw(
    case: Application,
    offer: moving.Offer,
    *,
    kept: str = "",
    reasons: Sequence[Any] = (),
    version: int | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    kinds = queries.party_kinds(current_actor(), case.id)
    blind = reads_blind(definition_of(case.version_id), kinds)
    title = title_for_blind(case) if blind else case.title
    page = render_template(
        "applications/move.html", case=case, offer=offer, title=title, kept=kept, reasons=reasons,
        version=offer.version if version is None else version, after=local(request.values.get("next")) or "",
        back=local(request.values.get("next")) or case_url(case.id),
    )  # fmt: skip
    return page, status


@area.post(RULE, access=SIGNED_IN)
def make(kind: str, subject_id: uuid.UUID, move: str) -> ResponseReturnValue:
    """Make the move; what is wrong comes back on the page with everything that was filled in and uploaded."""
    actor = current_actor()
    kept = carrying.unpack(actor, _purpose(subject_id, move), request.form.get("kept", ""))
    if any(button in request.form for button in forms.ROW_BUTTONS):
        changed = _other_rows(actor, kind, subject_id, move)
        if changed is not None:
            return _again(kind, subject_id, move, kept, formdata=changed, status=200)
    try:
        with transaction():
            held = locked(actor, kind, subject_id)
            case = held[0]
            asked = _asked(case, kind, move)
            given, about = paper.apart(_given(actor, case, asked, kept))
            fired = make_move(
                actor=actor, subject_id=subject_id, move=move, kind=kind, form=given, seen_version=_seen(),
                on_behalf=_behalf(), paper=about, held=held,
            )  # fmt: skip
            if given and asked.form:
                moving.tie_uploads(case=case, form_id=asked.form, given=given)
    except Conflict as fault:
        return _conflict(actor, kind, subject_id, move, fault)
    except Invalid as fault:
        return _again(kind, subject_id, move, kept, problems=fault.errors)
    except Refused as fault:
        return _again(kind, subject_id, move, kept, reasons=fault.reasons)
    flash(_said(asked, fired), "success")
    return redirect(_after(case.id, asked))


def _other_rows(actor: Actor, kind: str, subject_id: uuid.UUID, move: str) -> MultiDict[str, str] | None:
    """What was posted with a row more or less, when a button of the move's form asked for that."""
    case, _subject = moving.find(actor, kind, subject_id)
    form = _asked(case, kind, move).form
    return forms.apply_row_action(definition_of(case.version_id).forms[form], request.form) if form else None


def _given(actor: Actor, case: Application, asked: Move, kept: Mapping[str, Any]) -> dict[str, Any] | None:
    """The answers to the move's form with its uploads stored; Invalid when they are not right."""
    form = moving.form_of(case, asked, _behalf())
    if form is None:
        return None
    page = moving.page_of(case, form, answers=kept, formdata=request.form, uploads=request.files)
    if not page.validate():
        raise Invalid(page.problems)
    return page.answers() | moving.store_uploads(actor=actor, case=case, form=form, page=page)


def _asked(case: Application, kind: str, move: str) -> Move:
    machine = definition_of(case.version_id).machines.get(kind)
    if machine is None or move not in machine.moves:
        raise NotFound
    return machine.moves[move].move


def _seen() -> int:
    return request.form.get("seen_version", 0, type=int)


def _purpose(subject_id: uuid.UUID, move: str) -> str:
    return f"{subject_id}/{move}/{_behalf() or ''}"


def _behalf() -> str | None:
    """The kind of party whose paper is recorded, of whoever asks for that."""
    return request.values.get("on_behalf") or None


def _again(
    kind: str,
    subject_id: uuid.UUID,
    move: str,
    kept: Mapping[str, Any],
    *,
    formdata: MultiDict[str, str] | None = None,
    problems: Mapping[str, Any] | None = None,
    reasons: Sequence[Any] = (),
    status: int = 422,
) -> ResponseReturnValue:
    """The page once more: what was typed stands in its fields, uploads are stored and travel along as answers."""
    actor = current_actor()
    case, subject = moving.find(actor, kind, subject_id)
    state = moving.state_of(actor, case, subject, kind, move, behalf=_behalf())
    found = {path: str(message) for path, message in (problems or {}).items()}
    page, token = _page_again(actor, case, state, kept=kept, formdata=formdata or request.form, found=found)
    if page is not None:
        page.problems = found
    offer = moving.offer(case, subject, kind, state, page, behalf=_behalf())
    return _draw(case, offer, kept=token, reasons=reasons, version=_seen(), status=status)


def _page_again(
    actor: Actor,
    case: Application,
    state: MoveState,
    *,
    kept: Mapping[str, Any],
    formdata: MultiDict[str, str],
    found: dict[str, str],
) -> tuple[PageForm | None, str]:
    form = moving.form_of(case, state.move, _behalf())
    if form is None:
        return None, ""
    posted = moving.page_of(case, form, answers=kept, formdata=formdata, uploads=request.files)
    carried = {name: value for name, value in kept.items() if not formdata.get(f"q_{name}-remove")}
    if posted.uploads():
        try:
            with transaction():
                carried |= moving.store_uploads(actor=actor, case=case, form=form, page=posted)
        except Invalid as fault:
            found |= {path: str(message) for path, message in fault.errors.items()}
    bare: MultiDict[str, str] = MultiDict(
        (name, value) for name, value in formdata.items(multi=True) if not name.endswith("-remove")
    )
    token = carrying.pack(actor, _purpose(_subject_id(), state.name), carried)
    return moving.page_of(case, form, answers=carried, formdata=bare), token


def _subject_id() -> uuid.UUID:
    given: uuid.UUID = (request.view_args or {})["subject_id"]
    return given


def _conflict(
    actor: Actor, kind: str, subject_id: uuid.UUID, move: str, fault: Conflict
) -> ResponseReturnValue:
    """A button pressed twice has done its work; any other change is shown as it is."""
    case, subject = moving.find(actor, kind, subject_id)
    if moving.made_already(actor, case, subject, move, _seen()):
        flash(_("This was done already; it was done only once."), "info")
        return redirect(_after(case.id, _asked(case, kind, move)))
    raise Conflict(str(fault), current=moving.stage_shown(case, subject, kind))


def _said(asked: Move, fired: Fired) -> str:
    if not fired.moved:
        given, needed = fired.approvals_given, fired.approvals_needed
        return str(_("Your approval is recorded: %(given)s of %(needed)s.", given=given, needed=needed))
    return str(_("Done: %(move)s.", move=words(asked.label)))


def _after(case_id: uuid.UUID, asked: Move) -> str:
    """The receipt after a submission, else where the person wanted to go, else the page of the case."""
    if any(rule.name == "assign_reference" for rule in asked.effects):
        return url_for("drafts.receipt", application_id=case_id)
    return local(request.form.get("next")) or case_url(case_id)
