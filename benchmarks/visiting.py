"""Pages as gunicorn serves them over 1,000 and 10,000 applications: statements, times, CPU of the server, bytes."""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
from flask import Flask
from sqlalchemy import text

from benchmarks import filling
from benchmarks.browsing import Answer, Browser, sign_in
from benchmarks.stage import PASSWORD, ROOT, emit, ground, machine, percentile, say
from fundflow import forms
from fundflow.accounts import SYSTEM, create_user
from fundflow.demo.office import Office, open_calls
from fundflow.demo.paper import sample_pdf
from fundflow.demo.story import data
from fundflow.platform import clock
from fundflow.platform.db import db, transaction
from fundflow.programmes import Call, Definition, definition_of
from fundflow.web.setup import limiter

NAME = "pages"
SETTINGS = "FUNDFLOW_BENCHMARK_SETTINGS"  # read by benchmarks.wsgi
WARM, TIMES = 6, 40
CALL = "benchmark"
AT_ONCE = 8
AIMS = {
    "statements": 12, "list_and_case_cpu_ms": 50, "application_cpu_ms": 100, "move_cpu_ms": 15,
    "at_once_per_second": 30, "csv_seconds": 3, "bytes": 60_000, "memory_mb": 120, "first_answer_seconds": 2,
    "p95_growth": 1.5,
}  # fmt: skip


class Server:
    """Gunicorn with two workers of one thread, and what it has used so far."""

    def __init__(self, port: int, process: subprocess.Popen[bytes]) -> None:
        self.port, self.process = port, process

    def workers(self) -> list[psutil.Process]:
        """The processes that answer."""
        return list(psutil.Process(self.process.pid).children())

    def cpu(self) -> float:
        """CPU seconds of all workers."""
        return sum(sum(worker.cpu_times()[:2]) for worker in self.workers())

    def memory_mb(self) -> list[float]:
        """Resident memory of each worker."""
        return [round(worker.memory_info().rss / 2**20, 1) for worker in self.workers()]

    def share_mb(self) -> list[float]:
        """Of each worker what it has alone, and its part of what processes have together (PSS)."""
        return [round(worker.memory_full_info().pss / 2**20, 1) for worker in self.workers()]


@contextmanager
def serving(settings: Mapping[str, Any]) -> Iterator[Server]:
    """A server on a free port; how long it takes to its first answer is a figure."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        kept = Path(folder, "settings.json")
        kept.write_text(json.dumps({**settings, "BASE_URL": f"http://127.0.0.1:{port}"}))
        command = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "-w", "2",
                   "-b", f"127.0.0.1:{port}", "--log-level", "error", "--access-logfile", os.devnull,
                   "--timeout", "300", "benchmarks.wsgi:app"]  # fmt: skip
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, SETTINGS: str(kept)})
        try:
            _await(port, began)
            yield Server(port, process)
        finally:
            process.terminate()
            process.wait(timeout=30)


def _await(port: int, began: float) -> None:
    browser = Browser(port, {})
    while True:
        try:
            answer = browser.get("/")
        except OSError:
            if time.perf_counter() - began > 60:
                raise
            time.sleep(0.02)
            continue
        seconds = round(time.perf_counter() - began, 2)
        emit(NAME, page="first answer after start", seconds=seconds, status=answer.status)
        return


def measure(server: Server, size: int, page: str, act: Callable[[int], Answer], times: int = TIMES) -> None:
    """Ask for a page often enough; the first answers warm the workers up and do not count."""
    warm = min(WARM, times)
    for number in range(warm):
        _fine(page, act(number))
    cpu = server.cpu()
    answers = [_fine(page, act(warm + number)) for number in range(times)]
    spent = server.cpu() - cpu
    _told(size, page, answers, spent)


def _fine(page: str, answer: Answer) -> Answer:
    if answer.status >= 400:
        raise RuntimeError(f"{page}: status {answer.status}\n{answer.text[:2000]}")
    return answer


def _told(size: int, page: str, answers: list[Answer], cpu: float, **more: Any) -> None:
    seconds = [answer.seconds for answer in answers]
    emit(
        NAME, applications=size, page=page, statements=max(answer.statements for answer in answers),
        p50_ms=round(statistics.median(seconds) * 1000, 1), p95_ms=round(percentile(seconds, 0.95) * 1000, 1),
        server_cpu_ms=round(cpu * 1000 / len(answers), 1), bytes=max(answer.size for answer in answers),
        status=answers[-1].status, **more,
    )  # fmt: skip


def ids(statement: str) -> list[str]:
    """The ids that a query finds, as they stand in addresses."""
    found = [str(each) for each in db.session.scalars(text(statement))]
    db.session.rollback()
    return found


class Applicants:
    """People with accounts, and the answers that they give to every section, as a browser sends them."""

    def __init__(self, app: Flask, server: Server, definition: Definition, offset: int) -> None:
        self.app, self.server, self.definition, self.next = app, server, definition, offset
        answers = dict(data("startup")["answers"]["base"])
        answers["start_on"] = (clock.today() + timedelta(days=60)).isoformat()
        self.answers = {name: value for name, value in answers.items() if not name.endswith("_file")}

    def browser(self) -> Browser:
        """Somebody new."""
        self.next += 1
        email = f"applicant-{self.next}@people.example"
        with transaction():
            create_user(SYSTEM, email=email, name=f"Applicant {self.next}", password=PASSWORD)
        return sign_in(self.app, self.server.port, email)

    def fields(self, section: str) -> dict[str, Any]:
        """The fields of a section."""
        form = self.definition.forms[self.definition.programme.application_form]
        page = forms.build(form, section, language="en", values=self.definition.values, answers=self.answers)
        sent: dict[str, Any] = {}
        for field in page:
            kind = field.question.type
            if kind == "file" and field.question.required:
                sent[field.name] = (f"{field.question.id}.pdf", sample_pdf(field.question.id))
            elif kind == "rows":
                sent[field.name] = ["", *(entry.key for entry in field.entries)]
                sent |= {cell.name: cell.value for entry in field.entries for cell in entry.cells}
            elif kind == "declaration":
                sent[field.name] = "true"
            elif kind not in {"file", "heading"} and field.value:
                sent[field.name] = field.value
        return sent


def apply(browser: Browser, sections: Mapping[str, dict[str, Any]]) -> list[Answer]:
    """A whole application, page by page, from the button “start” to the receipt."""
    browser.get(f"/calls/{CALL}/apply")
    begun = browser.post(f"/calls/{CALL}/apply", {})
    home = begun.location
    case = home.split("/")[2]
    answers = [begun, browser.get(home)]
    for section, fields in sections.items():
        answers.append(browser.get(f"{home}/{section}"))
        saved = browser.post(f"{home}/{section}", {"seen_version": "0", **fields})
        if saved.status != 302:
            raise RuntimeError(f"{section}: {saved.status}\n{saved.text[:3000]}")
        answers.append(saved)
    check = browser.get(f"{home}/check")
    sent = browser.post(
        f"/moves/application/{case}/submit", {"seen_version": check.seen_version, "q_checked": "true"}
    )
    if not sent.location.endswith("/receipt"):
        raise RuntimeError(f"submit: {sent.status} {sent.location}\n{sent.text[:3000]}")
    return [*answers, check, sent, browser.get(sent.location)]


def visit(app: Flask, server: Server, size: int, made: Office) -> None:
    """Every page at one size."""
    browsers = {
        key: sign_in(app, server.port, data("office")["people"][key]["email"])
        for key in ("officer", "manager", "evaluator3")
    }
    officer, manager, evaluator = browsers["officer"], browsers["manager"], browsers["evaluator3"]
    active = ids("select id from application where stage = 'active' order by id limit 60")
    opened = ids(
        "select id from review where submitted_at is null and recused_at is null order by id limit 60"
    )
    measure(server, size, "list, 60 rows", lambda _: officer.get("/applications"))
    measure(
        server, size, "list, filtered", lambda _: officer.get("/applications?stage=in_evaluation&sort=name")
    )
    measure(server, size, "list, searched", lambda n: officer.get(f"/applications?q=Kola+{1 + 14 * n}"))
    measure(server, size, "case page", lambda n: manager.get(f"/applications/{active[n % len(active)]}"))
    measure(server, size, "review form", lambda n: evaluator.get(f"/reviews/{opened[n % len(opened)]}"))
    measure(server, size, "first page of an officer", lambda _: officer.get("/work"))
    _move(server, size, officer)
    _export(server, size, manager)
    _applications(app, server, size, made)
    emit(
        NAME,
        applications=size,
        page="memory of the workers",
        memory_mb=server.memory_mb(),
        share_mb=server.share_mb(),
    )


def _move(server: Server, size: int, officer: Browser) -> None:
    waiting = ids("select id from application where stage = 'submitted' and reference like 'SUF-B-%' "
                  f"order by id limit {WARM + TIMES}")  # fmt: skip
    page = officer.get(f"/moves/application/{waiting[0]}/start_screening")
    fields = {"seen_version": page.seen_version}
    measure(
        server, size, "a move",
        lambda n: officer.post(f"/moves/application/{waiting[n]}/start_screening", fields),
    )  # fmt: skip


def _export(server: Server, size: int, manager: Browser) -> None:
    manager.get("/applications.csv")
    cpu = server.cpu()
    answers = [_fine("CSV", manager.get("/applications.csv")) for _ in range(3)]
    _told(size, "CSV of everything", answers, server.cpu() - cpu, rows=answers[0].text.count("\n"))


def _applications(app: Flask, server: Server, size: int, made: Office) -> None:
    call = db.session.get_one(Call, made.calls[CALL])
    people = Applicants(app, server, definition_of(call.version_id), size)
    db.session.rollback()
    form = people.definition.forms[people.definition.programme.application_form]
    sections = {part.id: people.fields(part.id) for part in form.sections}
    for _ in range(WARM):
        apply(people.browser(), sections)
    alone = [people.browser() for _ in range(10)]
    cpu, began = server.cpu(), time.perf_counter()
    runs = [apply(browser, sections) for browser in alone]
    seconds = (time.perf_counter() - began) / len(runs)
    spent, asked = (server.cpu() - cpu) * 1000 / len(runs), len(runs[0]) + 1
    emit(
        NAME, applications=size, page="a whole application", server_cpu_ms=round(spent, 1), seconds=round(seconds, 3),
        requests=asked, statements=max(answer.statements for answer in runs[-1]),
        bytes=max(answer.size for answer in runs[-1]), server_cpu_ms_per_request=round(spent / asked, 1),
    )  # fmt: skip
    together = [people.browser() for _ in range(AT_ONCE * 3)]
    began = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda browser: apply(browser, sections), together))
    per_second = len(together) / (time.perf_counter() - began)
    emit(NAME, applications=size, page=f"{AT_ONCE} applicants at once", applications_per_second=round(per_second, 2),
         requests_per_second=round(per_second * asked, 1))  # fmt: skip


def main() -> None:
    """Both sizes over one database that grows."""
    options = argparse.ArgumentParser()
    options.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000])
    given = options.parse_args()
    limiter.enabled = False  # this process signs people in; the server keeps its limits
    machine(NAME)
    emit(NAME, aims=AIMS)
    with ground() as (app, settings):
        say("Making the models ...")
        with filling.held_clock():
            made = filling.office()
            models = filling.models(made)
        first = data("office")["calls"]["startup-first-call"]
        open_calls(made, data("office")["funds"], {CALL: {**first, "title": {"en": "Open call"}}})
        begin = 0
        for size in given.sizes:
            filling.fill(models, begin=begin, end=size)
            begin = size
            with serving(settings) as server:
                visit(app, server, size, made)


if __name__ == "__main__":
    main()
