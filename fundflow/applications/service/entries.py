"""Filling forms: opening an entry, saving a section, and sealing what was handed in."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, cast

from flask_babel import gettext as _
from sqlalchemy import Table, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased
from sqlalchemy.orm.attributes import set_committed_value

from fundflow import forms
from fundflow.accounts import Actor
from fundflow.applications.held import Filled
from fundflow.applications.models import Answers, Application, FormEntry
from fundflow.applications.policy import CaseActor, on_case
from fundflow.applications.queries import party_kinds, sections, visible_to
from fundflow.audit import record
from fundflow.forms import Form
from fundflow.platform import clock
from fundflow.platform.db import db
from fundflow.platform.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from fundflow.platform.ids import new_id
from fundflow.programmes import Definition, definition_of


def open_entry(
    *,
    actor_id: uuid.UUID | None,
    case: Application,
    form: str,
    kind: str = "application",
    subject_id: uuid.UUID | None = None,
    move: str | None = None,
    like: FormEntry | None = None,
    content_hash: str | None = None,
) -> FormEntry:
    """A new draft of a form on a case, numbered after the last one; `like` gives it the answers of another.

    With the hash of its answers, which `write_answers` then keeps, it is handed in from the first.
    """
    others = aliased(FormEntry)
    last = select(func.coalesce(func.max(others.number), 0)).where(
        others.application_id == case.id, others.form == form
    )
    entry = FormEntry(
        id=new_id(),
        application_id=case.id,
        form=form,
        number=last.scalar_subquery() + 1,
        subject_kind=kind,
        subject_id=subject_id,
        move=move,
        state="draft",
        created_at=clock.now(),
        created_by=actor_id,
    )
    if content_hash is not None:
        _close(entry, actor_id, content_hash)
    db.session.add(entry)
    db.session.flush()  # what refers to it comes after it
    for row in sections(like.id).values() if like else ():
        db.session.add(
            Answers(
                entry_id=entry.id,
                section=row.section,
                data=dict(row.data),
                version=1,
                complete=row.complete,
                saved_at=clock.now(),
                saved_by=actor_id,
            )
        )
    if like:
        db.session.flush()
    return entry


def may_fill(form: Form, case: Application, who: CaseActor) -> bool:
    """Whether a form is open to these roles at the case's present stage."""
    return bool(who.roles & set(form.fill.by)) and (not form.fill.stages or case.stage in form.fill.stages)


def begin(*, actor: Actor, case: Application, form: str) -> FormEntry:
    """Staff or party take up a record form (an assessment, a contact log): its open draft, or a new one.

    Raises NotFound for an unknown form, Forbidden when roles or stage do not allow it, Refused when a form that is
    filled once has been handed in.
    """
    definition = definition_of(case.version_id)
    form_def = definition.forms.get(form)
    if form_def is None:
        raise NotFound
    _require_fill(form_def, case, on_case(actor, case, party_kinds(actor, case.id)))
    db.session.execute(select(Application.id).where(Application.id == case.id).with_for_update())
    existing = db.session.scalars(
        select(FormEntry)
        .where(FormEntry.application_id == case.id, FormEntry.form == form, FormEntry.state != "superseded")
        .order_by(FormEntry.number.desc())
    ).first()
    if existing is not None and existing.state == "draft":
        return existing
    if existing is not None and not form_def.fill.many:
        raise Refused([_("This form has been handed in already.")])
    return open_entry(actor_id=actor.user_id, case=case, form=form)


def _require_fill(form: Form, case: Application, who: CaseActor) -> None:
    if not may_fill(form, case, who):
        raise Forbidden(_("This form is not open to you at this stage."))


def locked_entry(actor: Actor, entry_id: uuid.UUID) -> tuple[FormEntry, Application]:
    """An entry of a visible case, both locked as moves lock them; NotFound for hidden and missing alike."""
    row = db.session.execute(
        select(FormEntry, Application)
        .join(Application, Application.id == FormEntry.application_id)
        .where(FormEntry.id == entry_id, visible_to(actor))
        .with_for_update(of=[Application, FormEntry], key_share=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1]


def save_section(
    *,
    actor: Actor,
    entry_id: uuid.UUID,
    section: str,
    data: Mapping[str, Any],
    seen_version: int | None,
    complete: bool = False,
) -> Answers:
    """Save one section of a draft; stored answers, not form fields.

    Raises Conflict with the stored answers when another tab or person saved since `seen_version` was read, Refused
    when the form was handed in, Forbidden when the stage or the roles do not open it.
    """
    entry, case = locked_entry(actor, entry_id)
    form_def = definition_of(case.version_id).forms[entry.form]
    _require_fill(form_def, case, on_case(actor, case, party_kinds(actor, case.id)))
    return store_section(
        actor=actor, case=case, entry=entry, stored=sections(entry.id), section=section, data=data,
        seen_version=seen_version, complete=complete,
    )  # fmt: skip


def store_section(
    *,
    actor: Actor,
    case: Application,
    entry: FormEntry,
    stored: Mapping[str, Answers],
    section: str,
    data: Mapping[str, Any],
    seen_version: int | None,
    complete: bool = False,
) -> Answers:
    """As `save_section`, for a caller that has locked the entry, read its sections, and asked who may fill it."""
    definition = definition_of(case.version_id)
    if entry.state != "draft":
        raise Refused([_("This form has been handed in and can no longer be changed.")])
    if section not in {part.id for part in definition.forms[entry.form].sections}:
        raise NotFound
    row = stored.get(section)
    present = row.version if row else 0
    if seen_version is not None and seen_version != present:
        raise Conflict(_("This section was saved elsewhere in the meantime."), current=row)
    data = _only_open(entry, dict(row.data) if row else {}, data)
    row = _written(entry, actor.user_id, [(section, data, row)], complete=complete)[0]
    given: dict[str, Any] = {}
    for each in [*(each for name, each in stored.items() if name != section), row]:
        given |= each.data
    mirror(case, entry, definition, given)
    return row


def _only_open(entry: FormEntry, kept: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """In a clarification only the questions that were asked again may change."""
    if entry.open_questions is None:
        return dict(data)
    return {**kept, **{key: value for key, value in data.items() if key in entry.open_questions}}


def mirror(case: Application, entry: FormEntry, definition: Definition, given: Mapping[str, Any]) -> None:
    """Keep the columns that lists show in step with the answers of the application form."""
    programme = definition.programme
    if entry.form != programme.application_form:
        return
    if programme.title_question and given.get(programme.title_question):
        case.title = str(given[programme.title_question])[:200]
    amount = given.get(programme.amount_question or "")
    if isinstance(amount, dict):
        case.requested_minor = amount["minor"]
    spoken = given.get(programme.language_question or "")
    if spoken in programme.languages:
        case.language = spoken
    said = forms.with_parts(definition.forms[entry.form], given, case.language)
    for fields in programme.party_questions.values():
        name = said.get(fields.get("full_name", ""))
        if name:
            case.applicant_name = str(name)[:160]
            break
    db.session.flush()


def faults(
    form_def: Form, given: Mapping[str, Any], definition: Definition, *, today: date, first: date | None
) -> dict[str, str]:
    """What is wrong with answers today, without what was right on the `first` day on which they were handed in."""
    found = forms.validate(form_def, given, values=definition.values, today=today)
    if not found or first is None:
        return found
    then = forms.validate(form_def, given, values=definition.values, today=first)
    return {name: problem for name, problem in found.items() if name in then}


def seal(
    *,
    entry: FormEntry,
    definition: Definition,
    actor_id: uuid.UUID | None,
    as_of: date | None = None,
    first: date | None = None,
    kept: Filled | None = None,
) -> str:
    """Hand an entry in: check it whole, drop what was hidden, compute sums, hash, and close it for good.

    `as_of` is the day on which the answers have to be right, when it is not today (paper that came earlier), `first`
    that on which they were handed in before, if they were. `kept` is the entry as the guard of the same move has read
    it; what was found right for the day is not asked again.
    Returns the SHA-256 of the canonical JSON of form, version and answers. Raises Invalid with one sentence a field.
    """
    form_def = definition.forms[entry.form]
    kept = kept or Filled(entry, sections(entry.id))
    given = kept.given
    today = as_of or clock.today(definition.programme.timezone)
    errors = {} if kept.right_on == today else faults(form_def, given, definition, today=today, first=first)
    if errors:
        raise Invalid(errors)
    final = forms.normalise_submission(form_def, given, values=definition.values, today=today)
    write_answers(entry=entry, form=form_def, final=final, actor_id=actor_id, stored=kept.stored)
    return _close(entry, actor_id, content_hash(entry.form, definition.sha256, final))


def save_answers(
    *, entry: FormEntry, form: Form, final: Mapping[str, Any], version: str, actor_id: uuid.UUID | None
) -> str:
    """Write the final answers section by section, close the entry, and return its hash."""
    write_answers(entry=entry, form=form, final=final, actor_id=actor_id, stored=sections(entry.id))
    return _close(entry, actor_id, content_hash(entry.form, version, final))


def _close(entry: FormEntry, actor_id: uuid.UUID | None, content_hash: str) -> str:
    entry.state = "submitted"
    entry.submitted_at = clock.now()
    entry.submitted_by = actor_id
    entry.content_hash = content_hash
    return content_hash


_ANSWERS = cast("Table", Answers.__table__)
_KEEP = insert(_ANSWERS)
_FINAL = _KEEP.on_conflict_do_update(
    index_elements=[_ANSWERS.c.entry_id, _ANSWERS.c.section],
    set_={name: _KEEP.excluded[name] for name in ("data", "version", "complete", "saved_at", "saved_by")},
)


def write_answers(
    *,
    entry: FormEntry,
    form: Form,
    final: Mapping[str, Any],
    actor_id: uuid.UUID | None,
    stored: Mapping[str, Answers],
) -> None:
    """Write the answers of a form that is handed in, in one statement; `stored` are the sections there are.

    A section that is complete as it stands is left alone: who saved it, and when, stays known.
    """
    parts = []
    for part in form.sections:
        ids = {question.id for question in part.questions} | forms.sum_names(part.questions)
        data = {key: value for key, value in final.items() if key in ids}
        before = stored.get(part.id)
        if before is None or not before.complete or before.data != data:
            parts.append((part.id, data, before))
    if parts:
        _written(entry, actor_id, parts, complete=True)


def _written(
    entry: FormEntry,
    actor_id: uuid.UUID | None,
    parts: Iterable[tuple[str, Mapping[str, Any], Answers | None]],
    *,
    complete: bool,
) -> list[Answers]:
    """Sections with their answers and the rows they had, as they stand after one statement has written them."""
    given, rows = [], []
    for section, data, before in parts:
        row = before or Answers(entry_id=entry.id, section=section, version=0)
        values = {
            "data": dict(data), "version": row.version + 1, "complete": complete, "saved_at": clock.now(),
            "saved_by": actor_id,
        }  # fmt: skip
        for name, value in values.items():
            set_committed_value(row, name, value)
        given.append({"entry_id": entry.id, "section": section, **values})
        rows.append(row)
    with db.session.no_autoflush:  # the entry is stored; a case that moves is written once, when it is done
        db.session.execute(_FINAL, given)
    return rows


def content_text(form: str, version: str, given: Mapping[str, Any]) -> str:
    """What is hashed when a form is handed in: sorted, compact JSON, so that anybody can compute it again."""
    body = {"form": form, "version": version, "answers": dict(given)}
    return json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def content_hash(form: str, version: str, given: Mapping[str, Any]) -> str:
    """The receipt's hash: SHA-256 over the UTF-8 bytes of `content_text`."""
    return hashlib.sha256(content_text(form, version, given).encode()).hexdigest()


def submit_entry(*, actor: Actor, entry_id: uuid.UUID) -> FormEntry:
    """Hand in a record form that belongs to no move, such as an assessment or a contact note."""
    entry, case = locked_entry(actor, entry_id)
    definition = definition_of(case.version_id)
    _require_fill(definition.forms[entry.form], case, on_case(actor, case, party_kinds(actor, case.id)))
    if entry.state != "draft" or (
        entry.form == definition.programme.application_form and definition.programme.kind == "call"
    ):
        raise Refused([_("This form cannot be handed in this way.")])
    seal(entry=entry, definition=definition, actor_id=actor.user_id)
    record(
        action="entry.submitted",
        actor_id=actor.user_id,
        application_id=case.id,
        form=entry.form,
        number=entry.number,
        hash=entry.content_hash,
    )
    return entry
