"""Moves per second through the service, beside the very same SQL without it, on one connection and in one run."""

from __future__ import annotations

import statistics
import time
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import event, select, text

from benchmarks import filling
from benchmarks.stage import emit, ground, machine, say
from fundflow.accounts import Actor
from fundflow.applications.models import Application
from fundflow.applications.service.move import move
from fundflow.audit import verify
from fundflow.platform.db import db, transaction

NAME = "moves"
MOVE = "start_screening"  # lock, role, duty, guard, stage with a deadline, audit event, commit; no form, no letter
BLOCK = 250
BLOCKS = 8
AIM = 0.5
Statement = tuple[str, dict[str, Any]]


def service(actor: Actor, case: uuid.UUID) -> None:
    """One move as a request makes it."""
    with transaction():
        move(actor=actor, subject_id=case, move=MOVE)


def overheard(actor: Actor, case: uuid.UUID) -> list[Statement]:
    """The SQL of one move, as the driver gets it."""
    heard: list[Statement] = []

    def listen(
        _connection: Any, _cursor: Any, statement: str, given: Any, _context: Any, _many: bool
    ) -> None:
        heard.append((statement, dict(given)))

    event.listen(db.engine, "before_cursor_execute", listen)
    service(actor, case)
    event.remove(db.engine, "before_cursor_execute", listen)
    return heard


def by_hand(connection: Any, statements: Sequence[Statement], model: uuid.UUID, case: uuid.UUID) -> None:
    """The same statements for another case, on the bare driver; rows that a select finds are fetched."""
    with connection.cursor() as cursor:
        for statement, given in statements:
            cursor.execute(statement, {name: _moved(value, model, case) for name, value in given.items()})
            if cursor.description:
                cursor.fetchall()
    connection.commit()


def _moved(value: Any, model: uuid.UUID, case: uuid.UUID) -> Any:
    if value == model:
        return case
    return value.replace(str(model), str(case)) if isinstance(value, str) else value


def rate(act: Callable[[uuid.UUID], None], cases: Sequence[uuid.UUID]) -> tuple[float, float]:
    """Moves per second of the clock, and CPU milliseconds of this process per move."""
    began, cpu = time.perf_counter(), time.process_time()
    for case in cases:
        act(case)
    return len(cases) / (time.perf_counter() - began), (time.process_time() - cpu) * 1000 / len(cases)


def main() -> None:
    """Blocks of both ways in turn, so that a busy machine disturbs both alike."""
    machine(NAME)
    with ground():
        say("Making the models ...")
        with filling.held_clock():
            office = filling.office()
            models = filling.models(office)
        count = BLOCK * BLOCKS * 2 + 100
        filling.fill(models, begin=0, end=count, shares={"submitted": 1})
        officer = office.actor("officer")
        cases = list(db.session.scalars(select(Application.id).where(Application.stage == "submitted")))
        db.session.rollback()
        for case in cases[:98]:
            service(officer, case)
        model = cases[98]
        statements = overheard(officer, model)
        db.session.remove()
        db.engine.dispose()
        raw = db.engine.raw_connection()
        driver = raw.driver_connection
        pid = driver.info.backend_pid  # type: ignore[union-attr]  # psycopg's connection
        raw.close()  # back into the pool, whose only connection it is
        _measure(officer, driver, statements, model, cases[99:])
        assert db.session.scalar(text("select pg_backend_pid()")) == pid
        moved = select(Application.id).where(Application.stage == "screening")
        emit(
            NAME,
            statements=len(statements),
            moved=len(db.session.scalars(moved).all()),
            chain_holds=verify()[1] is None,
        )


def _measure(
    officer: Actor, driver: Any, statements: list[Statement], model: uuid.UUID, cases: list[uuid.UUID]
) -> None:
    ways: dict[str, Callable[[uuid.UUID], None]] = {
        "service": lambda case: service(officer, case),
        "by_hand": lambda case: by_hand(driver, statements, model, case),
    }
    rates: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for block in range(BLOCKS * 2):
        name = list(ways)[block % 2]
        rates[name].append(rate(ways[name], cases[block * BLOCK : (block + 1) * BLOCK]))
    found = {name: statistics.median(each[0] for each in measured) for name, measured in rates.items()}
    for name, measured in rates.items():
        emit(
            NAME,
            way=name,
            moves_per_second=round(found[name], 1),
            cpu_ms=round(statistics.median(each[1] for each in measured), 2),
            blocks=[round(each[0], 1) for each in measured],
        )
    emit(NAME, ratio=round(found["service"] / found["by_hand"], 2), aim=AIM)


if __name__ == "__main__":
    main()
