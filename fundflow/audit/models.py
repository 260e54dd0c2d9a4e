"""One row per move, decision, document, payment and sensitive read."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, FetchedValue, Index, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from fundflow.platform.db import Base


class AuditEvent(Base):
    """`body` is the canonical JSON that is hashed; a trigger fills every other column from it and seals the chain."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_application", "application_id", "seq"),
        Index("ix_audit_event_actor", "actor_id", "seq"),
    )

    seq: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, autoincrement=False, server_default=FetchedValue()
    )
    body: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=FetchedValue())
    action: Mapped[str] = mapped_column(String(60), server_default=FetchedValue())
    actor_id: Mapped[uuid.UUID | None] = mapped_column(server_default=FetchedValue())
    application_id: Mapped[uuid.UUID | None] = mapped_column(server_default=FetchedValue())
    data: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=FetchedValue())
    previous_hash: Mapped[str] = mapped_column(String(64), server_default=FetchedValue())
    hash: Mapped[str] = mapped_column(String(64), server_default=FetchedValue())
