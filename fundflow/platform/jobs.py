"""Background work on the same database: a job is a row of the transaction that asked for it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import procrastinate
from flask import Flask
from procrastinate.exceptions import AlreadyEnqueued
from psycopg.rows import dict_row
from sqlalchemy import text

from fundflow.platform.db import db, transaction

app = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())
_flask: list[Flask] = []
_functions: dict[str, Callable[..., None]] = {}
STALLED_AFTER = timedelta(seconds=60)


def task(
    name: str, *, retry: int = 0, wait: int = 5, cron: str | None = None
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a job: it takes ids only, opens its own transaction() and is safe to run twice.

    `retry` further tries follow a failure, `wait` seconds apart; `cron` makes it periodic (it then gets a timestamp).
    """

    def register(function: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(function)
        def run(*_timestamp: Any, **kwargs: Any) -> None:
            with _flask[-1].app_context():
                function(**kwargs)

        strategy = procrastinate.RetryStrategy(max_attempts=retry, wait=wait) if retry else None
        declared = app.task(name=name, retry=strategy or False)(run)
        if cron:
            app.periodic(cron=cron)(declared)
        _functions[name] = function
        return function

    return register


def enqueue(name: str, *, key: str | None = None, **ids: str) -> None:
    """Insert a job into the current transaction; `key` makes a waiting twin impossible."""
    session = db.session()
    if not session.info.get("writing"):
        raise RuntimeError("a job is enqueued inside transaction() only")
    connection = session.connection().connection.driver_connection
    deferrer = app.tasks[name].configure(connection=connection, queueing_lock=key)
    if key is None:
        deferrer.defer(**ids)
        return
    try:
        with session.begin_nested():
            session.connection()  # a savepoint is set only once the session's connection takes part in it
            deferrer.defer(**ids)
    except AlreadyEnqueued:
        return


def bind(flask_app: Flask) -> None:
    """Name the application in whose context jobs run."""
    _flask[:] = [flask_app]


def _conninfo() -> str:
    url = db.engine.url.set(drivername="postgresql")
    return url.render_as_string(hide_password=False)


def run_worker(*, wait: bool = True, install_signals: bool = True) -> None:
    """Run jobs until told to stop, or, without `wait`, until none is left. One job at a time per process."""
    conninfo = _conninfo()
    with app.replace_connector(
        procrastinate.PsycopgConnector(conninfo=conninfo, min_size=1, max_size=4)
    ) as working:
        working.run_worker(
            wait=wait,
            concurrency=1,
            listen_notify=wait,
            install_signal_handlers=install_signals,
            delete_jobs="successful",
        )


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
        _functions[row.task_name](**row.args)
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
