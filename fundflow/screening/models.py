"""Recorded checks and rounds of clarification."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from fundflow.platform.db import Base, Id, Timestamp

RESULTS = ("pass", "fail", "na", "waived")


class ScreeningCheck(Base):
    """The answer to one check of the programme on one case; a waiver or a failure carries a note."""

    __tablename__ = "screening_check"
    __table_args__ = (
        CheckConstraint(f"result in {RESULTS!r}", name="result"),
        CheckConstraint("result in ('pass', 'na') or note <> ''", name="note_for_exceptions"),
    )

    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("application.id"), primary_key=True)
    check_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    result: Mapped[str] = mapped_column(String(10))
    note: Mapped[str] = mapped_column(String(2000), default="")
    checked_at: Mapped[Timestamp]
    checked_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))


class Clarification(Base):
    """One round of questions to the applicant: which answers are asked again, and what came back."""

    __tablename__ = "clarification"
    __table_args__ = (UniqueConstraint("application_id", "round"),)

    id: Mapped[Id]
    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("application.id"))
    round: Mapped[int] = mapped_column(Integer)
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    asked_at: Mapped[Timestamp]
    asked_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    due_on: Mapped[date | None] = mapped_column(Date)
    answered_at: Mapped[Timestamp | None]
    silent: Mapped[bool] = mapped_column(default=False)
