"""Funds, budget lines and the append-only journals whose entries always sum to zero."""

from __future__ import annotations

import uuid

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fundflow.platform.db import Base, Currency, Id, Minor, Timestamp

ACCOUNTS = ("agreement", "unallocated", "available", "reserved", "obligated", "advanced", "spent")


class Fund(Base):
    """Money of one donor in one currency, with an agreement behind it."""

    __tablename__ = "fund"

    id: Mapped[Id]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    donor: Mapped[str] = mapped_column(String(200))
    currency: Mapped[Currency]


class BudgetLine(Base):
    """A part of a fund that may be spent on one thing; its state is the sum of its entries."""

    __tablename__ = "budget_line"
    __table_args__ = (UniqueConstraint("fund_id", "code"),)

    id: Mapped[Id]
    fund_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("fund.id"))
    code: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(200))
    currency: Mapped[Currency]

    fund: Mapped[Fund] = relationship(lazy="raise_on_sql")


class LineBalance(Base):
    """What a line holds in one account: kept by a trigger from the entries, never negative (CHECK)."""

    __tablename__ = "line_balance"
    __table_args__ = (CheckConstraint("balance_minor >= 0 or account = 'agreement'", name="not_overdrawn"),)

    line_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("budget_line.id"), primary_key=True)
    account: Mapped[str] = mapped_column(String(20), primary_key=True)
    balance_minor: Mapped[Minor]


class Posting(Base):
    """One event in a journal, with its actor, its case and the document behind it."""

    __tablename__ = "posting"
    __table_args__ = (
        CheckConstraint("journal in ('budget', 'cash')", name="journal"),
        Index("ix_posting_application", "application_id", "posted_at"),
    )

    id: Mapped[Id]
    journal: Mapped[str] = mapped_column(String(10), default="budget")
    event: Mapped[str] = mapped_column(String(40))
    line_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("budget_line.id"), index=True)
    application_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("application.id"))
    subject_kind: Mapped[str | None] = mapped_column(String(20))
    subject_id: Mapped[uuid.UUID | None]
    document: Mapped[str | None] = mapped_column(String(120))
    reverses_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("posting.id"), unique=True)
    posted_at: Mapped[Timestamp]
    posted_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))


class Entry(Base):
    """A signed amount on one account of a line, in minor units of the line's currency."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        CheckConstraint("amount_minor <> 0", name="not_nothing"),
        CheckConstraint(f"account in {ACCOUNTS!r}", name="account"),
    )

    id: Mapped[Id]
    posting_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("posting.id"), index=True)
    line_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("budget_line.id"), index=True)
    account: Mapped[str] = mapped_column(String(20))
    amount_minor: Mapped[Minor]
    currency: Mapped[Currency]
