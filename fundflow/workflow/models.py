"""The columns that every row with a machine carries, and the lock on its stage."""

from __future__ import annotations

from contextvars import ContextVar
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import DateTime, Integer, String, Table, Update, bindparam, inspect, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, object_session, validates

from fundflow.platform import clock

_opened: ContextVar[object | None] = ContextVar("the row whose stage the engine is writing", default=None)


class Staged:
    """Mixin of a table whose rows stand in a stage; after it is stored, only the engine writes the stage.

    `row_version` counts every change of the row, `stage_since` says when it entered its stage, `due_at` until
    when the stage lasts, `overdue_at` when its deadline was acted upon, `waits_for` on which roles it waits,
    `clock_left` what was left of a stage when its clock was stopped, and `approvals_needed` how many distinct
    persons each move out of this stage needs, and from which roles (frozen on entry).
    """

    stage: Mapped[str] = mapped_column(String(40))
    row_version: Mapped[int] = mapped_column(Integer, default=1)
    stage_since: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    overdue_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    clock_left: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True), default=None)
    waits_for: Mapped[list[str]] = mapped_column(ARRAY(String(40)), default=list)
    approvals_needed: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)

    @validates("stage")
    def _guard_stage(self, _key: str, stage: str) -> str:
        state: Any = self._sa_instance_state  # type: ignore[attr-defined]  # every mapped row has it
        if state.key is not None and _opened.get() is not self and stage != self.stage:
            raise RuntimeError(f"only the workflow engine writes the stage of a {type(self).__name__}")
        return stage


STANDING = frozenset(Staged.__annotations__)


@lru_cache
def _update(table: Table) -> Update:
    given: dict[str, Any] = {
        column.name: bindparam(column.name) for column in table.columns if column.name in STANDING
    }
    return update(table).where(table.c.id == bindparam("row_id")).values(given)


def store(row: Any) -> None:
    """Write where a row stands by one statement built once, instead of a flush, which costs three times as much.

    A row that is new, or of which anything else has changed too, is left to the flush.
    """
    state, session = inspect(row), object_session(row)
    changed = state.committed_state.keys()
    if session is None or not state.persistent or not changed or not changed <= STANDING:
        return
    given = {name: getattr(row, name) for name in STANDING}
    session.connection().execute(_update(row.__table__), {"row_id": row.id, **given})
    session._register_persistent({state})  # noqa: SLF001 - how a flush ends: the row is clean, a savepoint knows it


def write_stage(row: Any, stage: str) -> None:
    """The engine's pen: write the stage of this one row, stored or not."""
    token = _opened.set(row)
    try:
        row.stage = stage
    finally:
        _opened.reset(token)


def stop_clock(row: Any) -> None:
    """Keep what is left of the row's deadline; one that has passed already stays as it is."""
    if row.due_at is None or row.due_at <= clock.now():
        return
    row.clock_left = {"stage": row.stage, "seconds": int((row.due_at - clock.now()).total_seconds())}
    row.due_at = None


def start_clock(row: Any) -> None:
    """Go on with what was left, when the row stands where its clock was stopped; elsewhere it is forgotten."""
    left, row.clock_left = row.clock_left, None
    if left and left["stage"] == row.stage:
        row.due_at = clock.now() + timedelta(seconds=left["seconds"])
