"""Reviews, the scores that follow from them, and the ranking of a call."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Numeric, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from fundflow.platform.db import Base, Id, Timestamp
from fundflow.workflow.models import Staged


class Review(Staged, Base):
    """One evaluator's view of one application; `scores` maps criterion to {score, comment}.

    `recused_at` is when it stopped counting: its writer stepped back, or it was cancelled.
    """

    __tablename__ = "review"
    __table_args__ = (
        Index(
            "uq_review_open",
            "application_id",
            "reviewer_id",
            unique=True,
            postgresql_where=text("recused_at is null"),
        ),
        Index("ix_review_reviewer", "reviewer_id", "stage"),
        CheckConstraint("(submitted_at is null) = (total is null)", name="submitted_has_total"),
    )

    id: Mapped[Id]
    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("application.id"), index=True)
    reviewer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"))
    scores: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    comment: Mapped[str] = mapped_column(String(5000), default="")
    total: Mapped[Decimal | None] = mapped_column(Numeric(6, 2))
    assigned_at: Mapped[Timestamp]
    saved_at: Mapped[Timestamp | None]
    submitted_at: Mapped[Timestamp | None]
    recused_at: Mapped[Timestamp | None]


class Score(Base):
    """What the valid reviews of an application come to; rounded once, half up, to two places."""

    __tablename__ = "score"

    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("application.id"), primary_key=True)
    call_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("call.id"), index=True)
    means: Mapped[dict[str, str]] = mapped_column(JSONB)
    total: Mapped[Decimal] = mapped_column(Numeric(6, 2))
    bonus: Mapped[Decimal] = mapped_column(Numeric(6, 2))
    passed: Mapped[bool]
    failed_minimums: Mapped[list[str]] = mapped_column(JSONB, default=list)
    reviews: Mapped[int] = mapped_column(Integer)
    rank: Mapped[int | None] = mapped_column(Integer)
    tie_break: Mapped[str] = mapped_column(String(200), default="")
    scored_at: Mapped[Timestamp]
