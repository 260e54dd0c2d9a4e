"""The outbox: one row per mail to one address."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Boolean, CheckConstraint, DateTime, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from fundflow.platform.db import Base, Id, Timestamp


class MessageState(StrEnum):
    """`queued` waits for a worker, `failed` waits for staff."""

    queued = "queued"
    sent = "sent"
    failed = "failed"


class Message(Base):
    """A mail as it was written; `keep_body` is false for mails whose text lets its reader in."""

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint("state in ('queued', 'sent', 'failed')", name="state_known"),
        CheckConstraint("(state = 'sent') = (sent_at is not null)", name="sent_has_time"),
        CheckConstraint("state <> 'failed' or error is not null", name="failed_has_error"),
        Index("ix_message_created", "created_at", "id"),
        Index("ix_message_application", "application_id", "created_at"),
    )

    id: Mapped[Id]
    application_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("application.id"))
    to_address: Mapped[str] = mapped_column(String(254))
    to_user_id: Mapped[uuid.UUID | None]
    kind: Mapped[str] = mapped_column(String(60))
    language: Mapped[str] = mapped_column(String(8))
    subject: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    keep_body: Mapped[bool] = mapped_column(Boolean, default=True)
    created_at: Mapped[Timestamp]
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    state: Mapped[str] = mapped_column(String(20), default=MessageState.queued)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    error: Mapped[str | None] = mapped_column(Text)
