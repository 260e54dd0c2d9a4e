"""Reads of checks and clarifications."""

from __future__ import annotations

import uuid

from sqlalchemy import func, select

from fundflow.platform.db import db
from fundflow.screening.models import Clarification, ScreeningCheck


def checks_of(application_id: uuid.UUID) -> dict[str, ScreeningCheck]:
    """The recorded checks of a case by check."""
    rows = db.session.scalars(select(ScreeningCheck).where(ScreeningCheck.application_id == application_id))
    return {row.check_id: row for row in rows}


def rounds_of(application_id: uuid.UUID) -> int:
    """How many rounds of clarification a case has had."""
    return (
        db.session.scalar(
            select(func.count()).select_from(Clarification).where(Clarification.application_id == application_id)
        )
        or 0
    )


def latest_round(application_id: uuid.UUID) -> Clarification | None:
    """The newest round of clarification."""
    return db.session.scalar(
        select(Clarification)
        .where(Clarification.application_id == application_id)
        .order_by(Clarification.round.desc())
        .limit(1)
    )
