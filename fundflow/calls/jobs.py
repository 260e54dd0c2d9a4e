"""Jobs of calls: every minute, carry on those whose time has come."""

from __future__ import annotations

from typing import Any

from fundflow.platform.db import db, transaction
from fundflow.platform.jobs import task
from fundflow.programmes.calls import act_on_call, due_calls


def carry_on() -> int:
    """Act on every call whose time has come, one transaction each; returns how many moved."""
    waiting = due_calls()
    db.session.rollback()
    moved = 0
    for call_id in waiting:
        with transaction():
            moved += bool(act_on_call(call_id))
    return moved


@task("calls.clock", cron="* * * * *")
def clock_of_calls(**_: Any) -> None:
    """The clock's turn."""
    carry_on()
