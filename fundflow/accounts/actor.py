"""The one who acts: a plain value with grants, loaded once per request and handed to every service."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fundflow.accounts.models import RoleGrant, User
from fundflow.accounts.roles import roles_with
from fundflow.platform.db import db
from fundflow.platform.errors import NotFound
from fundflow.web import actor as web_actor


@dataclass(frozen=True, slots=True)
class Grant:
    """A role and where it holds; `platform` means everywhere and has no id."""

    role: str
    scope_kind: str = "platform"
    scope_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Scopes:
    """Where a permission holds, for filters in SQL: everywhere, or in the listed things."""

    everywhere: bool
    programmes: frozenset[uuid.UUID]
    calls: frozenset[uuid.UUID]
    organisations: frozenset[uuid.UUID]
    applications: frozenset[uuid.UUID]

    def __bool__(self) -> bool:
        return bool(
            self.everywhere or self.programmes or self.calls or self.organisations or self.applications
        )


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, or the system itself, with the roles they hold."""

    user_id: uuid.UUID | None
    name: str
    email: str = ""
    language: str = "en"
    grants: tuple[Grant, ...] = ()
    is_system: bool = False

    def has(self, permission: str) -> bool:
        """Whether any grant gives the permission, in any scope; the system may open everything."""
        return self.is_system or any(grant.role in roles_with(permission) for grant in self.grants)

    def roles_for(
        self,
        programme_id: uuid.UUID | None = None,
        call_id: uuid.UUID | None = None,
        application_id: uuid.UUID | None = None,
    ) -> frozenset[str]:
        """The roles held over a case: those granted everywhere, for its programme, its call or itself."""
        places = {
            ("platform", None),
            ("programme", programme_id),
            ("call", call_id),
            ("application", application_id),
        }
        return frozenset(
            grant.role
            for grant in self.grants
            if (grant.scope_kind, grant.scope_id) in places
            and (grant.scope_kind == "platform" or grant.scope_id is not None)
        )

    def may(
        self,
        permission: str,
        *,
        programme_id: uuid.UUID | None = None,
        call_id: uuid.UUID | None = None,
        application_id: uuid.UUID | None = None,
    ) -> bool:
        """Whether a role held over this very case gives the permission."""
        return self.is_system or not roles_with(permission).isdisjoint(
            self.roles_for(programme_id, call_id, application_id)
        )

    def scopes(self, permission: str) -> Scopes:
        """Where the permission holds."""
        giving = roles_with(permission)
        held = [grant for grant in self.grants if grant.role in giving]
        return Scopes(
            everywhere=self.is_system or any(grant.scope_kind == "platform" for grant in held),
            programmes=_ids(held, "programme"),
            calls=_ids(held, "call"),
            organisations=_ids(held, "organisation"),
            applications=_ids(held, "application"),
        )


def _ids(grants: Iterable[Grant], kind: str) -> frozenset[uuid.UUID]:
    return frozenset(
        grant.scope_id for grant in grants if grant.scope_kind == kind and grant.scope_id is not None
    )


SYSTEM = Actor(user_id=None, name="fundflow", is_system=True)


def actor_of(user: User) -> Actor:
    """The actor of a user whose grants are loaded."""
    grants = tuple(Grant(grant.role, grant.scope_kind, grant.scope_id) for grant in user.grants)
    return Actor(user.id, user.name, user.email, user.language, grants)


def load_actor(user_id: uuid.UUID) -> Actor:
    """The actor of an active user; one query. Raises NotFound for an unknown or deactivated one."""
    statement = select(User).where(User.id == user_id, User.active).options(joinedload(User.grants))
    user = db.session.scalars(statement.execution_options(populate_existing=True)).unique().one_or_none()
    if user is None:
        raise NotFound
    return actor_of(user)


def signed_in() -> Actor | None:
    """The actor of the session cookie; the sign-in library loads user and grants in one query."""
    user = cast("User | None", current_user._get_current_object())  # noqa: SLF001 - the proxy's own way in
    if user is None or not getattr(user, "fs_uniquifier", None):
        return None
    return actor_of(user) if "grants" in user.__dict__ else load_actor(user.id)


def current_actor() -> Actor:
    """The actor of this request; raises Unauthorized when nobody is signed in."""
    return cast("Actor", web_actor.current_actor())


__all__ = [
    "SYSTEM",
    "Actor",
    "Grant",
    "RoleGrant",
    "Scopes",
    "actor_of",
    "current_actor",
    "load_actor",
    "signed_in",
]
