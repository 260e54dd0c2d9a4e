"""Reads of cases; every one of them starts from what the actor may see."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

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
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import joinedload

from fundflow.accounts import Actor, Permission
from fundflow.applications.blind import EVALUATOR
from fundflow.applications.models import Answers, Application, Duty, FormEntry, Party, Recusal, StoredFile
from fundflow.platform.db import db
from fundflow.platform.errors import NotFound
from fundflow.programmes import Call


def visible_to(
    actor: Actor, permission: Permission = Permission.APPLICATION_READ, *, own: bool = True
) -> ColumnElement[bool]:
    """The condition under which an application exists for an actor.

    Parties see their own; staff see what their grants cover, once it has a reference (a draft is its writer's
    alone); whoever is recused from a case sees it nowhere. Without `own`, what one sees only as a party is left out:
    the office's lists need no look at the parties of every case, but for evaluators, who read theirs as such only.
    """
    if actor.is_system:
        return true()
    seen = _visible(actor.user_id, *_reach(actor, permission), own=own)
    evaluates = not own and actor.has(Permission.REVIEW_WRITE)
    return and_(seen, Application.id.not_in(_evaluated(actor))) if evaluates else seen


def _reach(actor: Actor, permission: Permission) -> tuple[bool, dict[str, Any]]:
    """Where staff see cases: everywhere, or by which columns of a case and which of their values."""
    scopes = actor.scopes(permission)
    held = {"programme_id": scopes.programmes, "call_id": scopes.calls, "id": scopes.applications}
    within = {} if scopes.everywhere else {name: list(ids) for name, ids in held.items() if ids}
    return scopes.everywhere, within


def _visible(user_id: Any, everywhere: bool, within: Mapping[str, Any], *, own: bool) -> ColumnElement[bool]:
    """The condition over values, or over the parameters that stand for them in a statement built once."""
    recused = exists().where(Recusal.application_id == Application.id, Recusal.user_id == user_id)
    covered = (
        true() if everywhere else or_(false(), *(_column(name).in_(ids) for name, ids in within.items()))
    )
    seen = and_(Application.reference.is_not(None), covered) if everywhere or within else false()
    if not own:
        return and_(seen, ~recused)
    party = exists().where(
        Party.application_id == Application.id, Party.user_id == user_id, Party.ended_at.is_(None)
    )
    return and_(or_(party, seen), ~recused)


def _column(name: str) -> Any:
    return getattr(Application, name)


class _Reader(NamedTuple):
    """What of an actor decides how a statement reads; those with the same reach share one that is built once."""

    is_system: bool
    everywhere: bool
    within: tuple[str, ...]

    def sees(self) -> ColumnElement[bool]:
        """The condition of `visible_to` over parameters."""
        among: dict[str, Any] = {name: bindparam(f"among_{name}", expanding=True) for name in self.within}
        return true() if self.is_system else _visible(bindparam("user_id"), self.everywhere, among, own=True)


def _reader(actor: Actor) -> tuple[_Reader, dict[str, Any]]:
    """How statements read for an actor, and the values of its parameters."""
    everywhere, within = _reach(actor, Permission.APPLICATION_READ)
    among = {f"among_{name}": ids for name, ids in within.items()}
    return _Reader(actor.is_system, everywhere, tuple(within)), {"user_id": actor.user_id, **among}


def _evaluated(actor: Actor) -> Select[uuid.UUID]:
    return select(Party.application_id).where(
        Party.user_id == actor.user_id, Party.kind == EVALUATOR, Party.ended_at.is_(None)
    )


def evaluated_by(actor: Actor) -> frozenset[uuid.UUID]:
    """The cases that the actor evaluates; no query for who holds no role that evaluates."""
    if not actor.has(Permission.REVIEW_WRITE):
        return frozenset()
    return frozenset(db.session.scalars(_evaluated(actor)))


def get(actor: Actor, sought: uuid.UUID, *, part: Any = None, lock: bool = False) -> Application:
    """One visible case with its call, by its id or by that of a `part` (a model with an `application_id`).

    With `lock` the row is read anew and held until the transaction ends. NotFound for hidden and missing alike.
    """
    reader, given = _reader(actor)
    case = db.session.scalar(_one_case(reader, part, lock), {"sought": sought, **given})
    if case is None:
        raise NotFound
    return case


def get_part(
    actor: Actor, model: Any, part_id: uuid.UUID, *only: ColumnElement[bool]
) -> tuple[Any, Application]:
    """A part of a visible case (a tranche, a visit, an appeal) and the case with its call and programme.

    `only` narrows which parts there are. NotFound for hidden and missing alike.
    """
    found = db.session.execute(
        select(model, Application)
        .join(Application, Application.id == model.application_id)
        .where(model.id == part_id, visible_to(actor), *only)
        .options(joinedload(Application.call).joinedload(Call.programme))
    ).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1]


# What moves read of a call; the rest is fetched when a rule asks for it.
_OF_A_CALL = (
    "slug", "title", "published_at", "opens_at", "closes_at", "extended_until", "cancelled_at", "timezone", "line_id",
)  # fmt: skip


@lru_cache(maxsize=128)
def _one_case(reader: _Reader, part: Any, lock: bool) -> Select[Application]:
    sought: Any = bindparam("sought")
    if part is not None:
        sought = select(part.application_id).where(part.id == sought).scalar_subquery()
    call = joinedload(Application.call, innerjoin=True)
    statement = select(Application).where(Application.id == sought, reader.sees())
    if not lock:
        return statement.options(call)
    moving = call.load_only(*(getattr(Call, name) for name in _OF_A_CALL))
    return statement.options(moving).with_for_update(of=Application).execution_options(populate_existing=True)


def opened(
    actor: Actor, application_id: uuid.UUID, form: str, *, lock: bool = False
) -> tuple[Application, frozenset[str], list[FormEntry]]:
    """A visible case as `get` gives it, how the actor is tied to it, and its entries of a form, in one statement.

    With `lock` case and entries are held against other writers until the transaction ends. NotFound for hidden and
    missing alike.
    """
    reader, given = _reader(actor)
    given |= {"case": application_id, "form": form, "person": actor.user_id}
    rows = db.session.execute(_opening(reader, lock), given).all()
    if not rows and lock:
        return opened(actor, application_id, form)  # nothing is there to be locked
    if not rows:
        raise NotFound
    return rows[0][0], frozenset(rows[0][1]), [row[2] for row in rows if row[2] is not None]


@lru_cache(maxsize=128)
def _opening(reader: _Reader, lock: bool) -> Select[Application, Sequence[str], FormEntry | None]:
    kinds = select(Party.kind).where(
        Party.application_id == Application.id,
        Party.user_id == bindparam("person", type_=Uuid),
        Party.ended_at.is_(None),
    )
    here = and_(FormEntry.application_id == Application.id, FormEntry.form == bindparam("form"))
    statement: Select[Any, Any, Any] = (
        select(Application, func.array(kinds.scalar_subquery(), type_=ARRAY(String)), FormEntry)
        .join(FormEntry, here, isouter=not lock)
        .where(Application.id == bindparam("case"), reader.sees())
        .options(joinedload(Application.call, innerjoin=True))
        .order_by(FormEntry.created_at, FormEntry.number)
    )
    if lock:  # the case before its entries, as moves do it: the other way round two people could wait for each other
        return statement.with_for_update(of=[Application, FormEntry], key_share=True)
    return statement


class Ties(NamedTuple):
    """What ties a person to a case: the kinds of party he is, and the duty he holds in each scope on it."""

    kinds: frozenset[str] = frozenset()
    duties: Mapping[uuid.UUID, str] = MappingProxyType({})


_PARTY, _DUTY = Party.__table__.c, Duty.__table__.c
_TIES = union_all(
    select(_PARTY.kind, null().label("scope_id")).where(
        _PARTY.application_id == bindparam("case_id"),
        _PARTY.user_id == bindparam("user_id"),
        _PARTY.ended_at.is_(None),
    ),
    select(_DUTY.duty, _DUTY.scope_id).where(
        _DUTY.application_id == bindparam("case_id"), _DUTY.user_id == bindparam("user_id")
    ),
)


def ties(user_id: uuid.UUID | None, application_id: uuid.UUID) -> Ties:
    """How a person is tied to the case; read after a lock, it is what stands until the lock is given up."""
    if user_id is None:
        return Ties()
    rows = db.session.execute(_TIES, {"case_id": application_id, "user_id": user_id}).all()
    return Ties(
        frozenset(word for word, scope_id in rows if scope_id is None),
        {scope_id: word for word, scope_id in rows if scope_id is not None},
    )


def party_kinds(actor: Actor, application_id: uuid.UUID) -> frozenset[str]:
    """In which ways the actor is a party of the case."""
    return ties(actor.user_id, application_id).kinds


def parties(application_id: uuid.UUID) -> Sequence[Party]:
    """Everybody tied to a case, in the order in which they came."""
    return db.session.scalars(
        select(Party)
        .where(Party.application_id == application_id, Party.ended_at.is_(None))
        .order_by(Party.id)
    ).all()


def has_party(application_id: uuid.UUID, kind: str) -> bool:
    """Whether somebody of a kind is tied to the case now."""
    tied = exists().where(
        Party.application_id == application_id, Party.kind == kind, Party.ended_at.is_(None)
    )
    return bool(db.session.scalar(select(tied)))


def entries(application_id: uuid.UUID, form: str | None = None) -> Sequence[FormEntry]:
    """The filled forms of a case, oldest first."""
    query = select(FormEntry).where(FormEntry.application_id == application_id)
    if form:
        query = query.where(FormEntry.form == form)
    return db.session.scalars(query.order_by(FormEntry.created_at, FormEntry.number)).all()


_FILLED = (
    select(FormEntry)
    .where(FormEntry.application_id == bindparam("case"), FormEntry.form == bindparam("form"))
    .order_by(FormEntry.number.desc())
    .limit(1)
)
_LATEST = {False: _FILLED, True: _FILLED.where(FormEntry.state == "submitted")}


def latest_entry(application_id: uuid.UUID, form: str, *, submitted: bool = False) -> FormEntry | None:
    """The newest entry of a form, or the newest submitted one."""
    return db.session.scalar(_LATEST[submitted], {"case": application_id, "form": form})


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


_NEWEST = (
    select(FormEntry.id, Answers.data)
    .outerjoin(Answers, Answers.entry_id == FormEntry.id)
    .where(FormEntry.id == _FILLED.with_only_columns(FormEntry.id).scalar_subquery())
)


def newest_answers(application_id: uuid.UUID, form: str) -> dict[str, Any] | None:
    """All answers of the newest entry of a form in one query, or None while there is no entry."""
    rows = db.session.execute(_NEWEST, {"case": application_id, "form": form}).all()
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
