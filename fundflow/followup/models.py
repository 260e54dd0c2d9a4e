"""What happens after the money: visits, surveys and reports on a calendar."""

from __future__ import annotations

import uuid
from datetime import date

from sqlalchemy import Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from fundflow.platform.db import Base, Id, Timestamp
from fundflow.workflow.models import Staged


class _Appointment(Staged):
    """What visits and reports share: a place in the calendar (`code` is its id there) and the form that answers it."""

    id: Mapped[Id]
    number: Mapped[int] = mapped_column(Integer)
    code: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(40))
    form: Mapped[str] = mapped_column(String(60))
    title: Mapped[dict[str, str]] = mapped_column(JSONB)
    due_on: Mapped[date] = mapped_column(Date)
    entry_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("form_entry.id"))
    done_at: Mapped[Timestamp | None]
    done_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("user_account.id"))


class Visit(_Appointment, Base):
    """A visit or survey by staff."""

    __tablename__ = "visit"
    __table_args__ = (UniqueConstraint("application_id", "number"), Index("ix_visit_due", "due_on"))

    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("application.id"), index=True)


class Report(_Appointment, Base):
    """A report that the grantee owes."""

    __tablename__ = "report"
    __table_args__ = (UniqueConstraint("application_id", "number"), Index("ix_report_due", "due_on"))

    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("application.id"), index=True)
