"""The worker: it does not start where it could make no PDF, and begins anew after its share of jobs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import psycopg

ROOT = Path(__file__).parents[2]


def environment(app, folder):
    """The settings of the application as another process reads them."""
    return {
        "FUNDFLOW_ENVIRONMENT": "demo",
        "FUNDFLOW_SECRET_KEY": "k3y-for-tests-only-9f2b7c5a1d8e4f60",
        "FUNDFLOW_SECURITY_PASSWORD_SALT": "s4lt-for-tests-only-5b1d9e7a3c2f8046",
        "FUNDFLOW_STORAGE_URL": (folder / "files").as_uri(),
        "FUNDFLOW_MAIL_URL": f"folder:{folder / 'mails'}",
        "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"],
    }


def test_a_worker_without_the_typeface_does_not_start(app, tmp_path):
    (tmp_path / "fonts.conf").write_text("<fontconfig></fontconfig>")
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "worker", "--until-empty"],
        cwd=ROOT,
        env={**os.environ, **environment(app, tmp_path), "FONTCONFIG_FILE": str(tmp_path / "fonts.conf")},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1] == (
        "Error: PDFs cannot be made here: the typeface Open Sans (Regular, Italic, Semibold, Bold) cannot be found. "
        "Run bin/setup, or install fonts-open-sans (Debian's names)."
    )
    assert "Traceback" not in done.stderr


def test_a_worker_that_has_done_its_share_begins_anew_under_the_same_number(app, tmp_path):
    address = app.config["SQLALCHEMY_DATABASE_URI"].replace("postgresql+psycopg", "postgresql")
    waiting = "select count(*) from procrastinate_jobs where status in ('todo', 'doing')"
    with psycopg.connect(address, autocommit=True) as database:
        database.execute(
            "insert into procrastinate_jobs (queue_name, task_name) "
            "select 'default', 'jobs.rescue_stalled' from generate_series(1, 5)"
        )
        with (tmp_path / "log").open("w") as log:
            worker = subprocess.Popen(
                [sys.executable, "-m", "flask", "--app", "wsgi", "worker", "--life", "2"],
                cwd=ROOT, env={**os.environ, **environment(app, tmp_path)}, stdout=log, stderr=log,
            )  # fmt: skip
        try:
            deadline = time.monotonic() + 60
            while database.execute(waiting).fetchone() != (0,):
                assert worker.poll() is None, (tmp_path / "log").read_text()
                assert time.monotonic() < deadline
                time.sleep(0.1)
            assert worker.poll() is None
        finally:
            worker.terminate()
            worker.wait(30)
