"""Reads of visits and reports."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from fundflow.followup.models import Report, Visit
from fundflow.platform.db import db


def visits_of(application_id: uuid.UUID) -> Sequence[Visit]:
    """The visits and surveys of a case in the order of the calendar."""
    return db.session.scalars(select(Visit).where(Visit.application_id == application_id).order_by(Visit.number)).all()


def reports_of(application_id: uuid.UUID) -> Sequence[Report]:
    """The reports that a grantee owes, in the order of the calendar."""
    return db.session.scalars(
        select(Report).where(Report.application_id == application_id).order_by(Report.number)
    ).all()


def by_code(model: Any, application_id: uuid.UUID, code: str) -> Any | None:
    """The newest appointment with that id in the calendar."""
    return db.session.scalar(
        select(model)
        .where(model.application_id == application_id, model.code == code)
        .order_by(model.number.desc())
        .limit(1)
    )
