"""The sign-in library's way to our tables: reads with grants in one query, writes left to transaction()."""

from __future__ import annotations

from functools import cache
from typing import Any

from flask_security.core import RoleMixin
from flask_security.datastore import SQLAlchemyUserDatastore
from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import joinedload

from fundflow.accounts.models import User
from fundflow.platform.db import db


@cache
def _by(attribute: str, case_insensitive: bool) -> Select[Any]:
    """The statement behind `find_user`, built once: every request of a person who is signed in asks it."""
    column = getattr(User, attribute)
    place = func.lower(column) if case_insensitive else column
    return select(User).where(place == bindparam("wanted")).options(joinedload(User.grants))


class NoRole(RoleMixin):
    """Stands where the library wants a table of flat roles; ours are grants by scope."""


class Datastore(SQLAlchemyUserDatastore):
    """Never commits: each view of the library that writes runs inside transaction()."""

    def __init__(self) -> None:
        super().__init__(db, User, NoRole)

    def commit(self) -> None:
        """Leave it to the transaction around the view."""

    def find_user(self, case_insensitive: bool = False, **kwargs: Any) -> User | None:
        """The user of one attribute, with grants, in one query."""
        attribute, value = kwargs.popitem()
        wanted = str(value).lower() if case_insensitive else value
        rows = db.session.scalars(_by(attribute, case_insensitive), {"wanted": wanted})
        return rows.unique().one_or_none()

    def find_role(self, role: str) -> None:
        """None: there are no flat roles."""

    def _prepare_create_user_args(self, **kwargs: Any) -> dict[str, Any]:
        prepared: dict[str, Any] = super()._prepare_create_user_args(**kwargs)  # type: ignore[no-untyped-call]
        prepared.pop("roles")
        return prepared
