"""A worker that is killed in the middle: another one finishes, and every letter exists exactly once."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from fundflow import documents, notify
from fundflow.audit import AuditEvent
from fundflow.documents import Document, DocumentState
from fundflow.notify import Message, MessageState
from fundflow.platform import jobs
from fundflow.platform.db import db, transaction
from tests.conftest import settings
from tests.documents.letters import GREEK, GREEK_FACTS

ROOT = Path(__file__).parents[2]
LETTERS = 200


def environment(app):
    """The settings of the application as another process reads them."""
    storage = app.config["STORAGE_URL"].removeprefix("file://")
    given = settings(
        app.config["SQLALCHEMY_DATABASE_URI"].replace("postgresql+psycopg", "postgresql"),
        Path(storage).parent,
    )
    named = {name: str(given[name]) for name in given if name not in {"OFFICE", "DATABASE_URL"}}
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("FUNDFLOW_")},
        **{f"FUNDFLOW_{name}": value for name, value in named.items()},
        "DATABASE_URL": str(given["DATABASE_URL"]),
    }


def worker(app, log, *options):
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker", *options]
    with log.open("a") as words:
        return subprocess.Popen(command, cwd=ROOT, env=environment(app), stdout=words, stderr=words)


def rendered():
    db.session.rollback()
    return db.session.scalar(select(func.count()).where(Document.state == DocumentState.rendered))


def wait_for(least, process):
    deadline = time.monotonic() + 120
    while rendered() < least:
        assert process.poll() is None, "the worker ended by itself"
        assert time.monotonic() < deadline, f"only {rendered()} letters after two minutes"
        time.sleep(0.05)


@pytest.mark.slow
def test_killed_worker_loses_nothing_and_doubles_nothing(office, monkeypatch, tmp_path):
    with transaction():
        db.session.execute(text("delete from procrastinate_jobs"))
        for number in range(LETTERS):
            documents.issue(
                actor_id=None, application_id=None, letter="receipt", letter_def=GREEK,
                facts={"case": GREEK_FACTS["case"] | {"name": f"Ελένη {number}"}}, language="el",
            )  # fmt: skip
            notify.send(
                to_address=f"p{number}@people.example", subject="Test", body=f"Letter {number}", language="en",
                kind="test",
            )  # fmt: skip
    log = tmp_path / "worker.log"
    first = worker(office, log)
    try:
        wait_for(LETTERS // 3, first)
    finally:
        first.send_signal(signal.SIGKILL)
        first.wait()
    left = LETTERS - rendered()
    assert 0 < left < LETTERS
    monkeypatch.setattr(jobs, "STALLED_AFTER", timedelta(0))
    jobs.rescue_stalled()
    second = worker(office, log, "--until-empty")
    assert second.wait(timeout=240) == 0, log.read_text()
    _everything_exists_once(office)


def _everything_exists_once(app):
    db.session.rollback()
    left = text(
        "select count(*) from procrastinate_jobs where task_name in ('documents.render', 'notify.deliver')"
    )
    assert db.session.scalar(left) == 0
    made = select(Document).where(Document.letter == "receipt", Document.language == "el")
    papers = db.session.scalars(made).all()
    assert len(papers) == LETTERS
    assert {paper.state for paper in papers} == {DocumentState.rendered}
    assert len({paper.number for paper in papers}) == len({paper.pdf_sha256 for paper in papers}) == LETTERS
    for paper in papers:
        assert documents.file(paper.id).data[:5] == b"%PDF-"
    noted = db.session.scalars(select(AuditEvent.data).where(AuditEvent.action == "document.rendered"))
    per_paper = Counter(data["document_id"] for data in noted)
    assert {per_paper.get(str(paper.id)) for paper in papers} == {1}
    mails = db.session.scalars(select(Message).where(Message.kind == "test")).all()
    assert {mail.state for mail in mails} == {MessageState.sent}
    folder = Path(app.config["STORAGE_URL"].removeprefix("file://")).parent / "mails"
    assert len([path for path in folder.rglob("*.eml") if "@people.example" in path.read_text()]) == LETTERS
