"""Gapless numbers: one row per series and year, locked until the transaction that takes a number ends."""

from __future__ import annotations

from typing import cast

from sqlalchemy import Table, bindparam
from sqlalchemy.dialects.postgresql import insert

from fundflow.documents.models import NumberSeries
from fundflow.platform.db import db

_SERIES = cast("Table", NumberSeries.__table__)
_FIRST = insert(_SERIES).values(series=bindparam("series"), year=bindparam("year"), last=1)
_NEXT = _FIRST.on_conflict_do_update(
    index_elements=[_SERIES.c.series, _SERIES.c.year], set_={"last": _SERIES.c.last + 1}
).returning(_SERIES.c.last)


def next_number(prefix: str, year: int) -> str:
    """The next number of a series, such as SUF-AWD-2026-0001; a transaction that rolls back gives it back."""
    with db.session.no_autoflush:  # nothing that waits to be written is about numbers
        last = db.session.execute(_NEXT, {"series": prefix, "year": year}).scalar_one()
    return f"{prefix}-{year}-{last:04d}"
