"""Tables of people who sign in and of the roles they hold."""

from __future__ import annotations

import uuid
from typing import Any

from flask_security.core import UserMixin
from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fundflow.platform import clock
from fundflow.platform.db import Base, Id, Timestamp

SCOPE_KINDS = ("platform", "programme", "call", "organisation", "application")
LANGUAGES = ("en", "sq", "it", "el")


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} in ({', '.join(repr(value) for value in values)})"


class User(Base, UserMixin):
    """A person who can sign in; `confirmed_at` is when they proved that the address is theirs."""

    __tablename__ = "user_account"
    __table_args__ = (
        Index("uq_user_account_email", text("lower(email)"), unique=True),
        CheckConstraint(_one_of("language", LANGUAGES), name="language_known"),
    )

    id: Mapped[Id]  # type: ignore[assignment]  # the library writes int, and does not mind
    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(120))
    language: Mapped[str] = mapped_column(String(2), default="en")
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    confirmed_at: Mapped[Timestamp | None]
    created_at: Mapped[Timestamp] = mapped_column(default=clock.now)
    tf_primary_method: Mapped[str | None] = mapped_column(String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(255))
    tf_last_counter: Mapped[int | None] = mapped_column(BigInteger)  # the half minute of the last code taken
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(JSONB))

    grants: Mapped[list[RoleGrant]] = relationship(
        foreign_keys="RoleGrant.user_id", viewonly=True, lazy="raise_on_sql", order_by="RoleGrant.granted_at"
    )

    @property
    def roles(self) -> list[Any]:  # type: ignore[override]  # never assigned
        """Empty: the sign-in library's flat roles are not used, `grants` are."""
        return []

    @property
    def is_confirmed(self) -> bool:
        """Whether the person proved that the address is theirs."""
        return self.confirmed_at is not None


class RoleGrant(Base):
    """A role that a person holds everywhere, or within one programme, call, organisation or application."""

    __tablename__ = "role_grant"
    __table_args__ = (
        UniqueConstraint("user_id", "role", "scope_kind", "scope_id", postgresql_nulls_not_distinct=True),
        CheckConstraint(_one_of("scope_kind", SCOPE_KINDS), name="scope_kind_known"),
        CheckConstraint("(scope_kind = 'platform') = (scope_id is null)", name="scope_id_iff_scoped"),
        Index("ix_role_grant_role", "role", "scope_kind", "scope_id"),
    )

    id: Mapped[Id]
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(64))
    scope_kind: Mapped[str] = mapped_column(String(16), default="platform")
    scope_id: Mapped[uuid.UUID | None]
    granted_at: Mapped[Timestamp] = mapped_column(default=clock.now)
    granted_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    user: Mapped[User] = relationship(foreign_keys=[user_id], viewonly=True, lazy="raise_on_sql")


def lower_email() -> Any:
    """The expression by which addresses are compared, which the unique index covers."""
    return func.lower(User.email)
