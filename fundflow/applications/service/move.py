"""The one door: every change of stage of a case or of anything on it goes through `move`."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from fundflow import forms
from fundflow.accounts import SYSTEM, Actor
from fundflow.applications.models import Application, FormEntry
from fundflow.applications.policy import PERSONS, CaseActor, on_case, records_paper
from fundflow.applications.queries import Ties, get, has_party, ties
from fundflow.applications.service.clocks import carry
from fundflow.applications.service.entries import content_hash, open_entry, write_answers
from fundflow.applications.service.hooks import HOOKS, context
from fundflow.applications.service.recording import noted
from fundflow.applications.subjects import CASE, SubjectKind, subject_kind
from fundflow.platform import clock
from fundflow.platform.db import db, savepoint
from fundflow.platform.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from fundflow.programmes import Definition, definition_of
from fundflow.workflow import Fired, MoveContext, MoveState, available, fire, require_role, store

OWNER = "owner"


Held = tuple[Application, Any, Ties]


def move(
    *,
    actor: Actor,
    subject_id: uuid.UUID,
    move: str,
    kind: str = CASE,
    form: Mapping[str, Any] | None = None,
    seen_version: int | None = None,
    on_behalf: str | None = None,
    paper: Mapping[str, Any] | None = None,
    held: Held | None = None,
) -> Fired:
    """Make a move of a case (or of a tranche, purchase, review, visit, report on it), with its form's answers.

    The case's row is locked first and the moved row second, so all moves of one case take turns. `form` holds
    stored answers by question id. `on_behalf` names the kind of party whose move staff record from a `paper`, of
    which the event keeps the day it came (`received_on`) and its scan (`paper`, a file of the case). `held` is what
    `locked` gave, for a caller that had to look at the case before. Raises NotFound, Conflict (the row changed since
    `seen_version`, or left the stage), Forbidden, Invalid (the form, the paper), Refused.
    """
    case, subject, tied = held or locked(actor, kind, subject_id)
    who = _as_seen(actor, case, tied, subject, on_behalf)
    return fire_locked(
        who=who,
        case=case,
        subject=subject,
        kind=kind,
        move=move,
        form=form,
        seen_version=seen_version,
        notes={"on_behalf": on_behalf, **noted(case, paper)} if on_behalf else {},
    )


def fire_locked(
    *,
    who: CaseActor,
    case: Application,
    subject: Any,
    kind: str,
    move: str,
    form: Mapping[str, Any] | None = None,
    seen_version: int | None = None,
    notes: Mapping[str, Any] | None = None,
) -> Fired:
    """Make a move of a row that the caller has locked; used by `move` and by effects that move other rows."""
    definition = definition_of(case.version_id)
    machine = definition.machines[kind]
    compiled = machine.move(move)
    _check_still_possible(compiled.sources, subject, seen_version)
    require_role(compiled, who, HOOKS)
    entry, given, seen = _take_form(
        definition=definition,
        form=compiled.move.form,
        who=who,
        case=case,
        kind=kind,
        subject=subject,
        move=move,
        given=form,
    )
    ctx = context(
        who=who,
        case=case,
        subject=subject,
        kind=kind,
        move=move,
        form=given,
        answers=seen,
        seen_version=seen_version,
    )
    ctx.notes.update(notes or {})
    if entry is not None:
        ctx.notes["entry"] = str(entry.id)
    fired = fire(machine, ctx, HOOKS)
    if kind == CASE and fired.from_stage != fired.to_stage:
        carry(case, machine, fired)
    stage = machine.definition.stages[subject.stage]
    if kind == CASE:
        _end_or_reopen(case, final=stage.final)
    store(subject)
    db.session.flush()
    return fired


def _end_or_reopen(case: Application, *, final: bool) -> None:
    """An end closes the case; a move that reopens it gives it back its life."""
    if final and case.closed_at is None:
        case.is_live = False
        case.closed_at = clock.now()
    elif not final and case.closed_at is not None:
        case.is_live = True
        case.closed_at = None


def _check_still_possible(sources: frozenset[str], subject: Any, seen_version: int | None) -> None:
    """Before the form is looked at: who acts on a stale page learns that, not which field is missing."""
    if seen_version is not None and seen_version != subject.row_version:
        raise Conflict(_("This has changed since you opened the page."), current=subject.stage)
    if subject.stage not in sources:
        raise Conflict(_("This step is not possible in the present stage."), current=subject.stage)


def try_move(ctx: MoveContext, *, kind: str, subject: Any, move: str) -> bool:
    """From an effect: make another move on the same case as the system, if its guards allow it."""
    try:
        with savepoint():
            make_move(ctx, kind=kind, subject=subject, move=move)
    except (Refused, Conflict):
        return False
    return True


def make_move(ctx: MoveContext, *, kind: str, subject: Any, move: str) -> None:
    """From an effect: make another move on the same case as the system; raises what the move raises."""
    who = on_case(SYSTEM, ctx.case, ())
    fire_locked(who=who, case=ctx.case, subject=subject, kind=kind, move=move)


def moves_of(
    actor: Actor,
    case: Application,
    subject: Any,
    kind: str = CASE,
    tied: Ties | None = None,
    *,
    on_behalf: str | None = None,
) -> list[MoveState]:
    """The moves that the actor's roles could make now, each as allowed or with the reasons why not.

    `tied`: how the actor is tied to the case, when the caller has read it already. With `on_behalf` those of that
    kind of party instead, for staff who record a paper; Forbidden for others.
    """
    tied = ties(actor.user_id, case.id) if tied is None else tied
    who = _as_seen(actor, case, tied, subject, on_behalf)
    ctx = context(who=who, case=case, subject=subject, kind=kind)
    return available(definition_of(case.version_id).machines[kind], ctx, HOOKS)


def locked(actor: Actor, kind: str, subject_id: uuid.UUID) -> tuple[Application, Any, Ties]:
    """The case and the row that moves, both locked and fresh, and how the actor is tied to the case.

    The ties are read once the lock is held: a statement that waits for a lock sees other tables as they were before.
    """
    found = subject_kind(kind)
    if found is None:
        raise NotFound
    case = get(actor, subject_id, part=None if kind == CASE else found.model, lock=True)
    return case, lock_subject(found, case, subject_id), ties(actor.user_id, case.id)


def lock_subject(kind: SubjectKind, case: Application, subject_id: uuid.UUID) -> Any:
    """The row that moves, locked and fresh; the case itself is locked already."""
    if kind.name == CASE:
        return case
    row = db.session.scalar(
        select(kind.model)
        .where(kind.model.id == subject_id, kind.model.application_id == case.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound
    return row


def _as_seen(actor: Actor, case: Application, tied: Ties, subject: Any, on_behalf: str | None) -> CaseActor:
    if on_behalf is not None:
        _check_paper(actor, case, tied, on_behalf)
    owner = getattr(subject, "reviewer_id", None)
    kinds = tied.kinds | {OWNER} if owner is not None and owner == actor.user_id else tied.kinds
    return on_case(actor, case, kinds, on_behalf=on_behalf, duties=tied.duties)


def _check_paper(actor: Actor, case: Application, tied: Ties, on_behalf: str) -> None:
    """A paper is recorded by whom it is trusted to, and speaks only for people whom the case has."""
    if on_behalf not in PERSONS or not records_paper(actor, case, tied.kinds):
        raise Forbidden(_("Your role does not record papers of other people on this case."))
    if not has_party(case.id, on_behalf):
        raise Forbidden(_("The case has nobody whose paper this could be."))


def _take_form(
    *,
    definition: Definition,
    form: str | None,
    who: CaseActor,
    case: Application,
    kind: str,
    subject: Any,
    move: str,
    given: Mapping[str, Any] | None,
) -> tuple[FormEntry | None, dict[str, Any], dict[str, Any] | None]:
    """Check the move's form and keep it as a handed-in entry; it is rolled back with a move that is refused."""
    if form is None:
        return None, {}, None
    if who.is_system and given is None:
        raise Forbidden(_("This step needs a form that the system cannot fill in."))
    form_def = definition.forms[form]
    values, today = definition.values, clock.today(definition.programme.timezone)
    errors = forms.validate(form_def, given or {}, values=values, today=today)
    if errors:
        raise Invalid(errors)
    final = forms.normalise_submission(form_def, given or {}, values=values, today=today)
    entry = open_entry(
        actor_id=who.user_id, case=case, form=form, kind=kind, subject_id=subject.id, move=move,
        content_hash=content_hash(form, definition.sha256, final),
    )  # fmt: skip
    write_answers(entry=entry, form=form_def, final=final, actor_id=who.user_id, stored={})
    return entry, final, forms.cel_answers(form_def, final, values=values)
