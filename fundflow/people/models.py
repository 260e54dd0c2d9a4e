"""Persons, guardianships and consents; a person may exist without an account."""

from __future__ import annotations

import uuid
from datetime import date

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from fundflow.platform.db import Base, Id, Timestamp

FIELDS = frozenset(
    {
        "full_name",
        "birth_date",
        "born_on",
        "email",
        "phone",
        "language",
        "address",
        "municipality",
        "document_number",
    }
)
"""What answers may say of a person; never which account is his, or which row he is."""
RELATION = "relation"
"""What answers may say of a guardian besides: what he is to the minor."""


class Person(Base):
    """A human being known to the office; the fewest facts that its cases need."""

    __tablename__ = "person"

    id: Mapped[Id]
    user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    full_name: Mapped[str] = mapped_column(String(160))
    birth_date: Mapped[date | None] = mapped_column(Date)
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(8), default="en")
    address: Mapped[str | None] = mapped_column(Text)
    municipality: Mapped[str | None] = mapped_column(String(80))
    document_number: Mapped[str | None] = mapped_column(String(60), index=True)
    created_at: Mapped[Timestamp]


class Guardianship(Base):
    """Who decides for a minor, on what ground and until when (the day on which the minor comes of age).

    `announced_at`, `ended_at` and `consented_at` say what was done as that day came: both were told, the authority
    ended, and the person, now of age, consented for themselves.
    """

    __tablename__ = "guardianship"
    __table_args__ = (
        CheckConstraint("minor_id <> guardian_id", name="two_people"),
        Index("ix_guardianship_open", "ends_on", postgresql_where=text("consented_at is null")),
    )

    id: Mapped[Id]
    minor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    guardian_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    relation: Mapped[str] = mapped_column(String(60))
    ends_on: Mapped[date | None] = mapped_column(Date)
    announced_at: Mapped[Timestamp | None]
    ended_at: Mapped[Timestamp | None]
    consented_at: Mapped[Timestamp | None]
    created_at: Mapped[Timestamp]


class Consent(Base):
    """A yes or no for one purpose; withdrawing stops future use and changes nothing of the past."""

    __tablename__ = "consent"

    id: Mapped[Id]
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    application_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("application.id"), index=True)
    given_by_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    purpose: Mapped[str] = mapped_column(String(60))
    given: Mapped[bool]
    given_at: Mapped[Timestamp]
    withdrawn_at: Mapped[Timestamp | None]
