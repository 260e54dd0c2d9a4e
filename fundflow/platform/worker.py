"""The process that runs jobs: Procrastinate over the jobs that the rooms have registered."""

from __future__ import annotations

import functools
import itertools
import os
import signal
from collections.abc import Callable
from typing import Any

import procrastinate
from flask import Flask

from fundflow.platform.db import db
from fundflow.platform.jobs import registered

# The libraries that lay out letters keep about 12 KB of each: after so many a worker begins anew.
JOBS_PER_LIFE = 2000


def run(
    flask_app: Flask, *, wait: bool = True, install_signals: bool = True, life: int = JOBS_PER_LIFE
) -> bool:
    """Run jobs until told to stop, or, without `wait`, until none is left. One job at a time per process.

    True when it stopped because `life` jobs were done: the process has to begin anew to go on.
    """
    done = itertools.count(1)
    worn_out = False

    def count() -> None:
        nonlocal worn_out
        if wait and install_signals and not worn_out and next(done) >= life:
            worn_out = True
            os.kill(os.getpid(), signal.SIGTERM)  # the worker's own way to finish its job and stop

    with flask_app.app_context():
        conninfo = db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    app = procrastinate.App(
        connector=procrastinate.PsycopgConnector(conninfo=conninfo, min_size=1, max_size=4)
    )
    for name, job in registered.items():
        strategy = procrastinate.RetryStrategy(max_attempts=job.retry, wait=job.wait) if job.retry else None
        declared = app.task(name=name, retry=strategy or False)(_within(flask_app, job.function, count))
        if job.cron:
            app.periodic(cron=job.cron)(declared)
    app.run_worker(
        wait=wait,
        concurrency=1,
        listen_notify=wait,
        install_signal_handlers=install_signals,
        delete_jobs="successful",
    )
    return worn_out


def _within(
    flask_app: Flask, function: Callable[..., None], count: Callable[[], None]
) -> Callable[..., None]:
    """A job's function in the context of the application; the clock hands periodic ones a moment of its own."""

    @functools.wraps(function)
    def run_one(*_timestamp: Any, **ids: Any) -> None:
        try:
            with flask_app.app_context():
                function(**ids)
        finally:
            count()

    return run_one
