"""The columns that every row with a machine carries, and the lock on its stage."""

from __future__ import annotations

from contextvars import ContextVar
from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, Integer, String
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, validates

_opened: ContextVar[object | None] = ContextVar("the row whose stage the engine is writing", default=None)


class Staged:
    """Mixin of a table whose rows stand in a stage; after it is stored, only the engine writes the stage.

    `row_version` counts every change of the row, `stage_since` says when it entered its stage, `due_at` until
    when the stage lasts, `overdue_at` when its deadline was acted upon, `waits_for` on which roles it waits,
    and `approvals_needed` how many distinct persons each move out of this stage needs, and from which roles
    (frozen on entry).
    """

    stage: Mapped[str] = mapped_column(String(40))
    row_version: Mapped[int] = mapped_column(Integer, default=1)
    stage_since: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    overdue_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), default=None)
    waits_for: Mapped[list[str]] = mapped_column(ARRAY(String(40)), default=list)
    approvals_needed: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)

    @validates("stage")
    def _guard_stage(self, _key: str, stage: str) -> str:
        state: Any = self._sa_instance_state  # type: ignore[attr-defined]  # every mapped row has it
        if state.key is not None and _opened.get() is not self:
            raise RuntimeError(f"only the workflow engine writes the stage of a {type(self).__name__}")
        return stage


def write_stage(row: Any, stage: str) -> None:
    """The engine's pen: write the stage of this one row, stored or not."""
    token = _opened.set(row)
    try:
        row.stage = stage
    finally:
        _opened.reset(token)
