"""Providers of services, and the referrals by which people are sent to them."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    false,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from fundflow.platform.db import Base, Id, Timestamp
from fundflow.workflow.models import Staged


class Provider(Base):
    """Somebody the office refers people to; `kind` is one of `workflows/providers.yaml`.

    An agreement is in force from its first day to its last; without a first day there is none.
    """

    __tablename__ = "provider"
    __table_args__ = (
        UniqueConstraint("name", "country"),
        CheckConstraint(
            "agreement_until is null or (agreement_from is not null and agreement_until >= agreement_from)",
            name="agreement_in_order",
        ),
    )

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(160))
    kind: Mapped[str] = mapped_column(String(40))
    country: Mapped[str] = mapped_column(String(2))
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str] = mapped_column(String(40), default="", server_default="")
    language: Mapped[str] = mapped_column(String(8))
    agreement_from: Mapped[date | None] = mapped_column(Date)
    agreement_until: Mapped[date | None] = mapped_column(Date)
    active: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())
    row_version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    created_at: Mapped[Timestamp]


class Referral(Staged, Base):
    """One person sent to one provider for one service.

    `entry_id` is the form that opened it, `shared` the ids of what was ticked, `disclosed` what the provider was told
    when it was sent. Of the provider's link only the hash is kept.
    """

    __tablename__ = "referral"
    __table_args__ = (
        UniqueConstraint("application_id", "number"),
        UniqueConstraint("link_sha256"),
        CheckConstraint("(link_sha256 is null) = (link_expires_at is null)", name="link_expires"),
        CheckConstraint("sent_at is null or provider_id is not null", name="sent_to_somebody"),
        Index("ix_referral_waits", "waits_for", postgresql_using="gin"),
    )

    id: Mapped[Id]
    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("application.id"))
    number: Mapped[int] = mapped_column(Integer)
    provider_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("provider.id"), index=True)
    entry_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("form_entry.id"))
    shared: Mapped[list[str]] = mapped_column(JSONB, default=list, server_default="[]")
    disclosed: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, server_default="[]")
    urgent: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    sent_at: Mapped[Timestamp | None]
    sent_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    link_sha256: Mapped[str | None] = mapped_column(String(64))
    link_expires_at: Mapped[Timestamp | None]
