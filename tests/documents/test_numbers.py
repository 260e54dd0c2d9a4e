"""Numbers under races: many threads take numbers, some change their mind; none is doubled or skipped."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from fundflow.documents import next_number
from fundflow.platform.db import db, transaction


class Dropped(Exception):
    """The transaction is given up after its number was taken."""


def test_numbers_are_gapless_when_many_take_them_at_once(app):
    def take(turn: int) -> str | None:
        with app.app_context():
            try:
                with transaction():
                    number = next_number("RACE", 2026)
                    if turn % 5 == 0:
                        raise Dropped  # noqa: TRY301 - it must leave the transaction
                    return number
            except Dropped:
                return None
            finally:
                db.session.remove()

    with ThreadPoolExecutor(10) as pool:
        taken = [number for number in pool.map(take, range(50)) if number]
    try:
        assert sorted(taken) == [f"RACE-2026-{number:04d}" for number in range(1, 41)]
    finally:
        with app.app_context(), db.engine.begin() as connection:
            connection.execute(text("alter table number_series disable trigger number_series_forward"))
            connection.execute(text("delete from number_series where series = 'RACE'"))
            connection.execute(text("alter table number_series enable trigger number_series_forward"))


def test_a_number_needs_a_transaction(session):
    with pytest.raises(RuntimeError, match="outside transaction"):
        next_number("X", 2026)
