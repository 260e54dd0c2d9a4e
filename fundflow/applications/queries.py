"""Reads of cases; every one of them starts from what the actor may see."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    String,
    Uuid,
    and_,
    bindparam,
    exists,
    false,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import joinedload

from fundflow.accounts import Actor, Permission
from fundflow.applications.models import Answers, Application, FormEntry, Party, Recusal, StoredFile
from fundflow.platform.db import db
from fundflow.platform.errors import NotFound
from fundflow.programmes.models import Call


def visible_to(
    actor: Actor, permission: Permission = Permission.APPLICATION_READ, *, own: bool = True
) -> ColumnElement[bool]:
    """The condition under which an application exists for an actor.

    Parties see their own; staff see what their grants cover, once it has a reference (a draft is its writer's
    alone); whoever is recused from a case sees it nowhere. Without `own`, what one sees only as a party is left out:
    the office's lists need no look at the parties of every case.
    """
    if actor.is_system:
        return true()
    recused = _recused(actor.user_id)
    if not own:
        return and_(_staff(actor, permission), ~recused)
    return and_(or_(_party(actor.user_id), _staff(actor, permission)), ~recused)


def _recused(user_id: Any) -> ColumnElement[bool]:
    return exists().where(Recusal.application_id == Application.id, Recusal.user_id == user_id)


def _party(user_id: Any) -> ColumnElement[bool]:
    return exists().where(
        Party.application_id == Application.id, Party.user_id == user_id, Party.ended_at.is_(None)
    )


def _staff(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    scopes = actor.scopes(permission)
    if scopes.everywhere:
        return Application.reference.is_not(None)
    columns = {
        Application.programme_id: scopes.programmes,
        Application.call_id: scopes.calls,
        Application.id: scopes.applications,
    }
    covered = [column.in_(ids) for column, ids in columns.items() if ids]
    return and_(Application.reference.is_not(None), or_(*covered)) if covered else false()


def get(actor: Actor, application_id: uuid.UUID) -> Application:
    """One visible case with its call, version and programme; NotFound for hidden and missing alike."""
    case = db.session.scalar(
        select(Application)
        .where(Application.id == application_id, visible_to(actor))
        .options(joinedload(Application.call).joinedload(Call.programme))
    )
    if case is None:
        raise NotFound
    return case


def opened(
    actor: Actor, application_id: uuid.UUID, form: str, *, lock: bool = False
) -> tuple[Application, frozenset[str], list[FormEntry]]:
    """A visible case as `get` gives it, how the actor is tied to it, and its entries of a form, in one statement.

    With `lock` case and entries are held against other writers until the transaction ends. NotFound for hidden and
    missing alike.
    """
    staff = bool(actor.scopes(Permission.APPLICATION_READ))
    statement = _opening(visible_to(actor), lock=lock) if staff or actor.is_system else _own_opening(lock)
    given = {"case": application_id, "form": form, "person": actor.user_id}
    rows = db.session.execute(statement, given).all()
    if not rows and lock:
        return opened(actor, application_id, form)  # nothing is there to be locked
    if not rows:
        raise NotFound
    return rows[0][0], frozenset(rows[0][1]), [row[2] for row in rows if row[2] is not None]


@lru_cache
def _own_opening(lock: bool) -> Select[Any]:
    """Built once: most of what a person without a role asks costs is building the same statement again."""
    return _opening(and_(_party(bindparam("person")), ~_recused(bindparam("person"))), lock=lock)


def _opening(visible: ColumnElement[bool], *, lock: bool) -> Select[Any]:
    kinds = select(Party.kind).where(
        Party.application_id == Application.id,
        Party.user_id == bindparam("person", type_=Uuid),
        Party.ended_at.is_(None),
    )
    here = and_(FormEntry.application_id == Application.id, FormEntry.form == bindparam("form"))
    statement = (
        select(Application, func.array(kinds.scalar_subquery(), type_=ARRAY(String)), FormEntry)
        .join(FormEntry, here, isouter=not lock)
        .where(Application.id == bindparam("case"), visible)
        .options(joinedload(Application.call, innerjoin=True).joinedload(Call.programme, innerjoin=True))
        .order_by(FormEntry.created_at, FormEntry.number)
    )
    if lock:  # the case before its entries, as moves do it: the other way round two people could wait for each other
        return statement.with_for_update(of=[Application, FormEntry], key_share=True)
    return statement


def party_kinds(actor: Actor, application_id: uuid.UUID) -> frozenset[str]:
    """In which ways the actor is tied to the case."""
    if actor.user_id is None:
        return frozenset()
    return frozenset(
        db.session.scalars(
            select(Party.kind).where(
                Party.application_id == application_id,
                Party.user_id == actor.user_id,
                Party.ended_at.is_(None),
            )
        )
    )


def parties(application_id: uuid.UUID) -> Sequence[Party]:
    """Everybody tied to a case, in the order in which they came."""
    return db.session.scalars(
        select(Party)
        .where(Party.application_id == application_id, Party.ended_at.is_(None))
        .order_by(Party.id)
    ).all()


def entries(application_id: uuid.UUID, form: str | None = None) -> Sequence[FormEntry]:
    """The filled forms of a case, oldest first."""
    query = select(FormEntry).where(FormEntry.application_id == application_id)
    if form:
        query = query.where(FormEntry.form == form)
    return db.session.scalars(query.order_by(FormEntry.created_at, FormEntry.number)).all()


def latest_entry(application_id: uuid.UUID, form: str, *, submitted: bool = False) -> FormEntry | None:
    """The newest entry of a form, or the newest submitted one."""
    query = select(FormEntry).where(FormEntry.application_id == application_id, FormEntry.form == form)
    if submitted:
        query = query.where(FormEntry.state == "submitted")
    return db.session.scalar(query.order_by(FormEntry.number.desc()).limit(1))


_SECTIONS = select(Answers).where(Answers.entry_id == bindparam("entry"))


def sections(entry_id: uuid.UUID) -> dict[str, Answers]:
    """The stored sections of an entry by id."""
    rows = db.session.scalars(_SECTIONS, {"entry": entry_id})
    return {row.section: row for row in rows}


def answers(entry: FormEntry | None) -> dict[str, Any]:
    """All answers of an entry by question id; question ids are unique in a form."""
    if entry is None:
        return {}
    merged: dict[str, Any] = {}
    for row in sections(entry.id).values():
        merged.update(row.data)
    return merged


def newest_answers(application_id: uuid.UUID, form: str) -> dict[str, Any] | None:
    """All answers of the newest entry of a form in one query, or None while there is no entry."""
    newest = (
        select(FormEntry.id)
        .where(FormEntry.application_id == application_id, FormEntry.form == form)
        .order_by(FormEntry.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(FormEntry.id, Answers.data)
        .outerjoin(Answers, Answers.entry_id == FormEntry.id)
        .where(FormEntry.id == newest)
    ).all()
    if not rows:
        return None
    merged: dict[str, Any] = {}
    for _entry_id, data in rows:
        merged.update(data or {})
    return merged


def answers_by_form(application_id: uuid.UUID) -> dict[str, dict[str, Any]]:
    """The answers of the newest entry of each form of a case, in two queries."""
    newest = (
        select(FormEntry.id, FormEntry.form)
        .where(FormEntry.application_id == application_id, FormEntry.state != "superseded")
        .ext(distinct_on(FormEntry.form))
        .order_by(FormEntry.form, FormEntry.number.desc())
        .subquery()
    )
    found: dict[str, dict[str, Any]] = {}
    rows = db.session.execute(
        select(newest.c.form, Answers.data).outerjoin(Answers, Answers.entry_id == newest.c.id)
    )
    for form, data in rows:
        found.setdefault(form, {}).update(data or {})
    return found


def stored_file(actor: Actor, file_id: uuid.UUID) -> tuple[StoredFile, Application]:
    """A file of a visible case; NotFound for hidden and missing alike."""
    row = db.session.execute(
        select(StoredFile, Application)
        .join(Application, Application.id == StoredFile.application_id)
        .where(StoredFile.id == file_id, visible_to(actor))
        .options(joinedload(Application.call))
    ).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1]
