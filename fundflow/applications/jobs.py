"""Jobs of the case file: every minute, act on the deadlines that have passed."""

from __future__ import annotations

from typing import Any

from fundflow.applications.service.deadlines import act, due
from fundflow.platform.db import db, transaction
from fundflow.platform.jobs import task


def fire_due() -> int:
    """Act on every deadline that has passed, one transaction per row, so that one refusal holds up nobody else."""
    rows = due()
    db.session.rollback()
    for kind, subject_id in rows:
        with transaction():
            act(kind=kind, subject_id=subject_id)
    return len(rows)


@task("applications.deadlines", cron="* * * * *")
def fire_deadlines(**_: Any) -> None:
    """The clock's turn."""
    fire_due()
