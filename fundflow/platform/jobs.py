"""Background work on the same database: a job is a row of the transaction that asked for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from psycopg.rows import dict_row
from sqlalchemy import text
from sqlalchemy.orm import Session

from fundflow.platform.db import before_the_last, db, transaction

STALLED_AFTER = timedelta(seconds=60)
# As Procrastinate's own function, and nothing when a twin waits; the library itself is loaded by the worker alone.
_DEFER = text(
    "insert into procrastinate_jobs (queue_name, task_name, priority, queueing_lock, args) "
    "values ('default', :name, 0, :key, cast(:ids as jsonb)) on conflict do nothing"
)


@dataclass(frozen=True, slots=True)
class Job:
    """A registered job: its function, the further tries after a failure, seconds apart, and its clock if it has one."""

    function: Callable[..., None]
    retry: int
    wait: int
    cron: str | None


registered: dict[str, Job] = {}


def task(
    name: str, *, retry: int = 0, wait: int = 5, cron: str | None = None
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a job: it takes ids only, opens its own transaction() and is safe to run twice.

    `retry` further tries follow a failure, `wait` seconds apart; `cron` makes it periodic (it then gets a timestamp).
    """

    def register(function: Callable[..., None]) -> Callable[..., None]:
        registered[name] = Job(function, retry, wait, cron)
        return function

    return register


def enqueue(name: str, *, key: str | None = None, **ids: str) -> None:
    """Ask for a job, written at the end of the current transaction; `key` makes a waiting twin impossible.

    Raises KeyError for an unknown job.
    """
    session = db.session()
    if not session.info.get("writing"):
        raise RuntimeError("a job is enqueued inside transaction() only")
    if name not in registered:
        raise KeyError(name)
    session.info.setdefault("jobs", []).append({"name": name, "key": key, "ids": json.dumps(ids)})


@before_the_last
def defer(session: Session) -> None:
    """Insert the jobs that the transaction asked for, in their order and in one statement."""
    jobs = session.info.pop("jobs", [])
    if jobs:
        session.connection().execute(_DEFER, jobs)


def run_pending() -> int:
    """Run every waiting job on the present connection, in order, and return how many ran; for rehearsals and tests."""
    ran = 0
    while True:
        with transaction() as session:
            row = session.execute(
                text(
                    "select id, task_name, args from procrastinate_jobs where status = 'todo' and "
                    "(scheduled_at is null or scheduled_at <= now()) order by id limit 1 for update skip locked"
                )
            ).one_or_none()
            if row is not None:
                session.execute(text("delete from procrastinate_jobs where id = :id"), {"id": row.id})
        if row is None:
            return ran
        registered[row.task_name].function(**row.args)
        ran += 1


@task("jobs.rescue_stalled", cron="* * * * *")
def rescue_stalled(**_: Any) -> None:
    """Put jobs of a worker that died back in the queue, so that each is finished by another."""
    with db.engine.begin() as connection:
        raw = connection.connection.driver_connection
        if raw is None:
            return
        with raw.cursor(row_factory=dict_row) as cursor:
            cursor.execute(
                "select procrastinate_retry_job_v1(j.id, now(), null, null, null) from procrastinate_jobs j "
                "left join procrastinate_workers w on w.id = j.worker_id "
                "where j.status = 'doing' and (w.id is null or w.last_heartbeat < now() - %s)",
                (STALLED_AFTER,),
            )
