"""Issued documents and their number series; what is rendered never changes, and nothing is deleted."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Integer, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from fundflow.platform.db import Base, Id, Timestamp


class DocumentState(StrEnum):
    """`requested` waits for a worker, `failed` waits for staff."""

    requested = "requested"
    rendered = "rendered"
    failed = "failed"


class Document(Base):
    """One numbered paper: its frozen facts and wording, then its bytes; a correction supersedes it."""

    __tablename__ = "document"
    __table_args__ = (
        CheckConstraint("state in ('requested', 'rendered', 'failed')", name="state_known"),
        CheckConstraint(
            "num_nonnulls(rendered_at, pdf_sha256, storage_key, pdf_size, template_sha256)"
            " = case when state = 'rendered' then 5 else 0 end",
            name="rendered_has_bytes",
        ),
        CheckConstraint("state <> 'failed' or error is not null", name="failed_has_error"),
        Index("ix_document_application", "application_id", "requested_at"),
        Index("ix_document_subject", "subject_kind", "subject_id"),
        Index("ix_document_failed", "requested_at", postgresql_where="state = 'failed'"),
    )

    id: Mapped[Id]
    number: Mapped[str] = mapped_column(String(60), unique=True)
    series: Mapped[str] = mapped_column(String(40))
    application_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("application.id"))
    subject_kind: Mapped[str | None] = mapped_column(String(40))
    subject_id: Mapped[uuid.UUID | None]
    letter: Mapped[str] = mapped_column(String(60))
    title: Mapped[dict[str, str]] = mapped_column(JSONB)
    language: Mapped[str] = mapped_column(String(8))
    snapshot: Mapped[dict[str, Any]] = mapped_column(JSONB, deferred=True)
    snapshot_sha256: Mapped[str] = mapped_column(String(64))
    template_sha256: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(20), default=DocumentState.requested)
    check_code: Mapped[str] = mapped_column(String(20), unique=True)
    supersedes_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("document.id"), unique=True)
    requested_at: Mapped[Timestamp]
    requested_by: Mapped[uuid.UUID | None]
    rendered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    pdf_sha256: Mapped[str | None] = mapped_column(String(64))
    pdf_size: Mapped[int | None] = mapped_column(Integer)
    storage_key: Mapped[str | None] = mapped_column(String(120))
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    error: Mapped[str | None] = mapped_column(Text)


class NumberSeries(Base):
    """The last number given in a series of a year; the row's lock makes the numbers gapless."""

    __tablename__ = "number_series"

    series: Mapped[str] = mapped_column(String(40), primary_key=True)
    year: Mapped[int] = mapped_column(Integer, primary_key=True)
    last: Mapped[int] = mapped_column(Integer)
