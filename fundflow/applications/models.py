"""The case file: the application, who is tied to it, what was filled in, and which files came with it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Computed,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fundflow.people.models import Person
from fundflow.platform.db import Base, Id, Timestamp
from fundflow.programmes.models import Call
from fundflow.workflow.models import Staged

LIVE = text("is_live and applicant_key is not null")
IMPORTED = text("source_key is not null")


class Application(Staged, Base):
    """One applicant or beneficiary in one call; the version it began under stays its law."""

    __tablename__ = "application"
    __table_args__ = (
        Index("uq_application_live", "call_id", "applicant_key", unique=True, postgresql_where=LIVE),
        Index("uq_application_source", "call_id", "source_key", unique=True, postgresql_where=IMPORTED),
        Index("ix_application_search", "search", postgresql_using="gin"),
        Index("ix_application_list", "programme_id", text("created_at desc"), "id"),
        Index("ix_application_stage", "programme_id", "stage"),
        Index("ix_application_waits", "waits_for", postgresql_using="gin"),
        Index("ix_application_due", "due_at", postgresql_where=text("due_at is not null")),
        CheckConstraint("(submitted_at is null) = (content_hash is null)", name="submitted_has_hash"),
        CheckConstraint("submitted_at is null or reference is not null", name="submitted_has_reference"),
        CheckConstraint("requested_minor >= 0", name="requested_not_negative"),
    )

    id: Mapped[Id]
    call_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("call.id"), index=True)
    programme_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("programme.id"))
    version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("programme_version.id"))
    reference: Mapped[str | None] = mapped_column(String(40), unique=True)
    title: Mapped[str] = mapped_column(String(200), default="")
    applicant_name: Mapped[str] = mapped_column(String(160), default="")
    applicant_key: Mapped[str | None] = mapped_column(String(120))
    requested_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    language: Mapped[str] = mapped_column(String(8))
    is_live: Mapped[bool] = mapped_column(Boolean, default=True)
    content_hash: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[Timestamp]
    created_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    submitted_at: Mapped[Timestamp | None]
    extended_until: Mapped[Timestamp | None]
    closed_at: Mapped[Timestamp | None]
    source_key: Mapped[str | None] = mapped_column(String(200))
    search: Mapped[str] = mapped_column(
        TSVECTOR,
        Computed(
            "to_tsvector('simple', coalesce(reference, '') || ' ' || title || ' ' || applicant_name)",
            persisted=True,
        ),
        deferred=True,
    )

    call: Mapped[Call] = relationship(lazy="raise_on_sql")


class Party(Base):
    """A person's tie to a case; parties with an account may act as their kind."""

    __tablename__ = "party"
    __table_args__ = (
        UniqueConstraint("application_id", "kind", "user_id"),
        Index("ix_party_user", "user_id", "application_id"),
    )

    id: Mapped[Id]
    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("application.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(String(160), default="")
    ended_at: Mapped[Timestamp | None]

    # A person is written before the tie that names him.
    person: Mapped[Person | None] = relationship(lazy="raise_on_sql")


class Recusal(Base):
    """A person for whom this case does not exist any more, everywhere."""

    __tablename__ = "recusal"

    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("application.id"), primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"), primary_key=True, index=True)
    ground: Mapped[str] = mapped_column(String(40))
    note: Mapped[str] = mapped_column(String(2000), default="")
    declared_at: Mapped[Timestamp]


class Duty(Base):
    """What a person did on a case (or a purchase) that bars them from every other duty on it.

    The primary key is the rule: one person holds one duty per scope.
    """

    __tablename__ = "duty"

    scope_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    duty: Mapped[str] = mapped_column(String(40))
    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("application.id"), index=True)
    first_at: Mapped[Timestamp]


class Approval(Base):
    """One of the n approvals that a move needs, by one person, in one stay of the subject in its stage.

    `roles` are those that the person held over the case when approving.
    """

    __tablename__ = "approval"
    __table_args__ = (UniqueConstraint("subject_id", "move", "stage_since", "user_id"),)

    id: Mapped[Id]
    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("application.id"), index=True)
    subject_id: Mapped[uuid.UUID]
    move: Mapped[str] = mapped_column(String(60))
    stage_since: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    roles: Mapped[list[str]] = mapped_column(ARRAY(String(40)), default=list)
    approved_at: Mapped[Timestamp]


class Reminded(Base):
    """A mail before or after a deadline that was sent, so that it is sent once in each stay of a row in its stage."""

    __tablename__ = "reminded"

    subject_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    stage_since: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    step: Mapped[str] = mapped_column(String(20), primary_key=True)
    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("application.id"), index=True)
    sent_at: Mapped[Timestamp]


class FormEntry(Base):
    """One filled form of a case: the application itself, a move's form, an assessment, a visit."""

    __tablename__ = "form_entry"
    __table_args__ = (
        Index("ix_form_entry_application", "application_id", "form", "number"),
        UniqueConstraint("application_id", "form", "number"),
        CheckConstraint("(state = 'draft') = (submitted_at is null)", name="draft_or_submitted"),
        CheckConstraint("state in ('draft', 'submitted', 'superseded')", name="state"),
    )

    id: Mapped[Id]
    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("application.id"))
    form: Mapped[str] = mapped_column(String(60))
    number: Mapped[int] = mapped_column(Integer, default=1)
    subject_kind: Mapped[str] = mapped_column(String(20), default="application")
    subject_id: Mapped[uuid.UUID | None]
    move: Mapped[str | None] = mapped_column(String(60))
    state: Mapped[str] = mapped_column(String(12), default="draft")
    open_questions: Mapped[list[str] | None] = mapped_column(JSONB)
    created_at: Mapped[Timestamp]
    created_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    submitted_at: Mapped[Timestamp | None]
    submitted_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    content_hash: Mapped[str | None] = mapped_column(String(64))


class Answers(Base):
    """The answers of one section; `version` lets a save from a stale tab be refused."""

    __tablename__ = "answers"

    entry_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("form_entry.id"), primary_key=True)
    section: Mapped[str] = mapped_column(String(60), primary_key=True)
    data: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    version: Mapped[int] = mapped_column(Integer, default=1)
    complete: Mapped[bool] = mapped_column(Boolean, default=False)
    saved_at: Mapped[Timestamp]
    saved_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))


class StoredFile(Base):
    """An uploaded file: its bytes lie in storage under their hash, never under the web root."""

    __tablename__ = "stored_file"

    id: Mapped[Id]
    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("application.id"), index=True)
    entry_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("form_entry.id"))
    question: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    storage_key: Mapped[str] = mapped_column(String(120))
    sensitive: Mapped[bool] = mapped_column(Boolean, default=False)
    uploaded_at: Mapped[Timestamp]
    uploaded_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
