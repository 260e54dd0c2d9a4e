"""Clocks that stop: while a case rests, nothing on it runs out of time."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from fundflow.applications.models import Application
from fundflow.applications.subjects import CASE, subject_kinds
from fundflow.platform.db import db
from fundflow.workflow import CompiledMachine, Fired, start_clock, stop_clock


def carry(case: Application, machine: CompiledMachine, fired: Fired) -> None:
    """Stop or start the clocks of everything on a case that has come into, or out of, a stage of rest.

    The engine itself minds the clock of the case; a case that has ended leaves its parts as they are.
    """
    before, after = (machine.definition.stages[name] for name in (fired.from_stage, fired.to_stage))
    if before.stops_clock == after.stops_clock or after.final:
        return
    for row in _parts(case):
        if after.stops_clock:
            stop_clock(row)
        elif row.clock_left is not None:
            start_clock(row)
    db.session.flush()


def _parts(case: Application) -> list[Any]:
    models = [kind.model for kind in subject_kinds() if kind.name != CASE]
    return [
        row
        for model in models
        for row in db.session.scalars(
            select(model)
            .where(model.application_id == case.id, model.due_at.is_not(None) | model.clock_left.is_not(None))
            .order_by(model.id)
            .with_for_update()
        )
    ]
