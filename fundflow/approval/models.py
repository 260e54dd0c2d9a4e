"""Decisions with their reasons, awards, agreements signed on the hash that was offered, and appeals."""

from __future__ import annotations

import uuid
from datetime import date

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fundflow.documents.models import Document
from fundflow.platform.db import Base, Currency, Id, Minor, Timestamp
from fundflow.workflow.models import Staged


class Decision(Base):
    """A recorded yes or no, by whom, when and why; never changed, only followed by another.

    `subject_id` is the part of the case that it is about (an appeal); without it, it is about the case.
    """

    __tablename__ = "decision"
    __table_args__ = (
        Index("ix_decision_application", "application_id", "decided_at"),
        CheckConstraint("(amount_minor is null) = (currency is null)", name="amount_has_currency"),
        CheckConstraint("reason <> ''", name="has_reason"),
    )

    id: Mapped[Id]
    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("application.id"))
    subject_id: Mapped[uuid.UUID | None]
    outcome: Mapped[str] = mapped_column(String(40))
    move: Mapped[str] = mapped_column(String(60))
    amount_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None] = mapped_column(String(3))
    reason: Mapped[str] = mapped_column(Text)
    conditions: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    decided_role: Mapped[str] = mapped_column(String(60), default="")
    decided_at: Mapped[Timestamp]


class Award(Base):
    """The money or goods granted to one application."""

    __tablename__ = "award"
    __table_args__ = (CheckConstraint("amount_minor > 0", name="something"),)

    id: Mapped[Id]
    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("application.id"), unique=True)
    line_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("budget_line.id"))
    decision_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("decision.id"))
    amount_minor: Mapped[Minor]
    currency: Mapped[Currency]
    starts_on: Mapped[date | None] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    awarded_at: Mapped[Timestamp]


class Agreement(Base):
    """What was offered as a document, and who signed exactly that."""

    __tablename__ = "agreement"
    __table_args__ = (
        CheckConstraint(
            "signed_at is null or (signed_by is not null and signed_sha256 is not null)", name="signature"
        ),
        CheckConstraint("countersigned_at is null or signed_at is not null", name="countersigned_after"),
        CheckConstraint("countersigned_by is null or countersigned_by <> signed_by", name="two_signatories"),
    )

    id: Mapped[Id]
    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("application.id"), unique=True)
    document_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("document.id"))
    offered_at: Mapped[Timestamp]
    signed_at: Mapped[Timestamp | None]
    signed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    signed_name: Mapped[str | None] = mapped_column(String(160))
    signed_sha256: Mapped[str | None] = mapped_column(String(64))
    countersigned_at: Mapped[Timestamp | None]
    countersigned_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))

    document: Mapped[Document] = relationship(lazy="raise_on_sql")  # written before what names it


class Appeal(Staged, Base):
    """Somebody questions a decision; a decision is questioned once, and a case has one open appeal.

    `entry_id` is the statement, `outcome` what became of it, in the word of the programme.
    """

    __tablename__ = "appeal"
    __table_args__ = (
        UniqueConstraint("application_id", "number"),
        Index("uq_appeal_open", "application_id", unique=True, postgresql_where=text("ended_at is null")),
        CheckConstraint("(outcome is null) = (ended_at is null)", name="ended_with_outcome"),
    )

    id: Mapped[Id]
    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("application.id"))
    number: Mapped[int] = mapped_column(Integer)
    decision_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("decision.id"), unique=True)
    entry_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("form_entry.id"))
    lodged_at: Mapped[Timestamp]
    lodged_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))
    outcome: Mapped[str | None] = mapped_column(String(40))
    ended_at: Mapped[Timestamp | None]
