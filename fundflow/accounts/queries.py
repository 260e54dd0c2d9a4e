"""Reads of people and their grants; lists of them are for holders of user:manage."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import joinedload, selectinload

from fundflow.accounts.models import RoleGrant, User, lower_email
from fundflow.platform.db import db
from fundflow.platform.errors import NotFound


def user_by_email(email: str) -> User | None:
    """The user of an address, however it is capitalised."""
    return db.session.scalars(select(User).where(lower_email() == email.strip().lower())).one_or_none()


def user(user_id: uuid.UUID) -> User:
    """A user with their grants; raises NotFound."""
    found = db.session.scalars(
        select(User)
        .where(User.id == user_id)
        .options(selectinload(User.grants))
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def people(search: str = "", role: str = "") -> Select[Any]:
    """All users by name with their grants, narrowed by a part of name or address and by a role held."""
    statement = select(User).options(selectinload(User.grants)).order_by(User.name, User.id)
    if search:
        statement = statement.where(
            or_(User.name.icontains(search, autoescape=True), User.email.icontains(search, autoescape=True))
        )
    if role:
        statement = statement.where(User.id.in_(select(RoleGrant.user_id).where(RoleGrant.role == role)))
    return statement


def holders(
    *,
    role: str,
    programme_id: uuid.UUID | None = None,
    call_id: uuid.UUID | None = None,
    application_id: uuid.UUID | None = None,
) -> Sequence[User]:
    """The active users who hold a role over a case: everywhere, for its programme, its call or itself."""
    scopes = [RoleGrant.scope_kind == "platform"]
    for kind, scope_id in (("programme", programme_id), ("call", call_id), ("application", application_id)):
        if scope_id is not None:
            scopes.append(and_(RoleGrant.scope_kind == kind, RoleGrant.scope_id == scope_id))
    holding = select(RoleGrant.user_id).where(RoleGrant.role == role, or_(*scopes))
    return db.session.scalars(
        select(User).where(User.active, User.id.in_(holding)).order_by(User.name, User.id)
    ).all()


def names_of(user_ids: Iterable[uuid.UUID | None]) -> dict[uuid.UUID, str]:
    """Names by id, in one query, for histories and lists."""
    wanted = {user_id for user_id in user_ids if user_id is not None}
    if not wanted:
        return {}
    rows = db.session.execute(select(User.id, User.name).where(User.id.in_(wanted))).all()
    return {row.id: row.name for row in rows}


def grant(grant_id: uuid.UUID) -> RoleGrant:
    """A grant with its user; raises NotFound."""
    found = db.session.scalars(
        select(RoleGrant).where(RoleGrant.id == grant_id).options(joinedload(RoleGrant.user))
    ).one_or_none()
    if found is None:
        raise NotFound
    return found
