"""Programmes, their published versions, and the calls that run under one version."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fundflow.ledger.models import BudgetLine
from fundflow.platform.db import Base, Id, Timestamp
from fundflow.workflow.models import Staged


class Programme(Base):
    """A scheme; its law is in its versions."""

    __tablename__ = "programme"

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    title: Mapped[dict[str, str]] = mapped_column(JSONB)


class ProgrammeVersion(Base):
    """A published definition: the files themselves, hashed; a trigger keeps them as they are."""

    __tablename__ = "programme_version"
    __table_args__ = (UniqueConstraint("programme_id", "number"), UniqueConstraint("programme_id", "sha256"))

    id: Mapped[Id]
    programme_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("programme.id"))
    number: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(String(64))
    files: Mapped[dict[str, str]] = mapped_column(JSONB, deferred=True)
    published_at: Mapped[Timestamp]
    published_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    programme: Mapped[Programme] = relationship(lazy="raise_on_sql")


class ProgrammeDraft(Base):
    """The files of a programme as somebody sent them in, to be looked at and published or discarded; one per slug."""

    __tablename__ = "programme_draft"

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    sha256: Mapped[str] = mapped_column(String(64))
    files: Mapped[dict[str, str]] = mapped_column(JSONB, deferred=True)
    sent_at: Mapped[Timestamp]
    sent_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))


class Call(Staged, Base):
    """A programme open for a period with money; a caseload is a call without closing day that staff open cases in.

    From `published_at` on a trigger keeps its terms: the version, the line, the words, the opening, and a closing
    that only moves later. `extended_until` is the latest moment that one applicant was given beyond the closing.
    """

    __tablename__ = "call"
    __table_args__ = (
        CheckConstraint("closes_at is null or closes_at > opens_at", name="closes_after_opening"),
        Index("ix_call_due", "due_at", postgresql_where=text("due_at is not null")),
    )

    id: Mapped[Id]
    programme_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("programme.id"), index=True)
    version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("programme_version.id"))
    line_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("budget_line.id"))
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    title: Mapped[dict[str, str]] = mapped_column(JSONB)
    summary: Mapped[dict[str, str]] = mapped_column(JSONB)
    opens_at: Mapped[Timestamp]
    closes_at: Mapped[Timestamp | None]
    timezone: Mapped[str] = mapped_column(String(60))
    currency: Mapped[str] = mapped_column(String(3))
    cap: Mapped[int | None] = mapped_column(Integer)
    published_at: Mapped[Timestamp | None]
    extended_until: Mapped[Timestamp | None]
    cancelled_at: Mapped[Timestamp | None]
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)

    programme: Mapped[Programme] = relationship(lazy="raise_on_sql")
    version: Mapped[ProgrammeVersion] = relationship(lazy="raise_on_sql")
    line: Mapped[BudgetLine] = relationship(lazy="raise_on_sql")


class Corrigendum(Base):
    """A numbered change of a published call, with the closing before and after it; never changed itself."""

    __tablename__ = "corrigendum"
    __table_args__ = (
        UniqueConstraint("call_id", "number"),
        CheckConstraint("closes_after >= closes_before", name="never_earlier"),
    )

    id: Mapped[Id]
    call_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("call.id"))
    number: Mapped[int] = mapped_column(Integer)
    words: Mapped[dict[str, str]] = mapped_column(JSONB)
    closes_before: Mapped[Timestamp]
    closes_after: Mapped[Timestamp]
    issued_at: Mapped[Timestamp]
    issued_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
