"""Gapless numbers: one row per series and year, locked until the transaction that takes a number ends."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert

from fundflow.documents.models import NumberSeries
from fundflow.platform.db import db


def next_number(prefix: str, year: int) -> str:
    """The next number of a series, such as SUF-AWD-2026-0001; a transaction that rolls back gives it back."""
    last = db.session.execute(
        insert(NumberSeries)
        .values(series=prefix, year=year, last=1)
        .on_conflict_do_update(
            index_elements=[NumberSeries.series, NumberSeries.year], set_={"last": NumberSeries.last + 1}
        )
        .returning(NumberSeries.last)
    ).scalar_one()
    return f"{prefix}-{year}-{last:04d}"
