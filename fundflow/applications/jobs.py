"""Jobs of the case file: deadlines that have passed, and minors who come of age."""

from __future__ import annotations

from typing import Any

from fundflow.applications.service import of_age, reminders
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


def remind() -> int:
    """Send the mails around deadlines, one transaction each; returns how many were due."""
    steps = reminders.due()
    db.session.rollback()
    for step in steps:
        with transaction():
            reminders.act(step)
    return len(steps)


@task("applications.reminders", cron="*/15 * * * *")
def send_reminders(**_: Any) -> None:
    """Four times an hour is often enough for what counts in days."""
    remind()


def come_of_age() -> int:
    """Do what the day on which a minor comes of age asks for, one transaction per case."""
    steps = of_age.due()
    db.session.rollback()
    for step in steps:
        with transaction():
            of_age.act(step)
    return len(steps)


@task("applications.of_age", cron="*/10 * * * *")
def fire_of_age(**_: Any) -> None:
    """Birthdays begin at midnight in each programme's own time zone."""
    come_of_age()
