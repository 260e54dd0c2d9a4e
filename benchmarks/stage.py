"""What every benchmark stands on: a temporary PostgreSQL, an application on it, and lines of JSON as output."""

from __future__ import annotations

import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from flask import Flask

from fundflow.app import create_app
from fundflow.platform import embedded, migrating

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "benchmark-office-2026"


def emit(benchmark: str, **figures: Any) -> None:
    """One figure, or a group of them, as a line of JSON."""
    print(json.dumps({"benchmark": benchmark, **figures}, ensure_ascii=False, default=str), flush=True)


def say(text: str) -> None:
    """Progress, beside the figures."""
    print(text, file=sys.stderr, flush=True)


def machine(benchmark: str) -> None:
    """Where and when the figures were taken."""
    emit(
        benchmark,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        cores=psutil.cpu_count(),
        memory_gb=round(psutil.virtual_memory().total / 2**30, 1),
        python=platform.python_version(),
        load=[round(each, 2) for each in os.getloadavg()],
    )


def settings(database_url: str, folder: Path, base_url: str = "http://127.0.0.1") -> dict[str, Any]:
    """Settings of a demo on a database, with files and mails under a folder."""
    return {
        "ENVIRONMENT": "demo",
        "SECRET_KEY": "k3y-of-the-benchmark-9f2b7c5a1d8e4f60",
        "SECURITY_PASSWORD_SALT": "s4lt-of-the-benchmark-5b1d9e7a3c2f8046",
        "DATABASE_URL": database_url,
        "BASE_URL": base_url,
        "STORAGE_URL": (folder / "files").as_uri(),
        "MAIL_URL": f"folder:{folder / 'mails'}",
        "MAIL_FROM": "grants@office.example",
        "OFFICE": {"name": "Benchmark Grant Office", "address": "Rruga e Provës 2, Tirana",
                   "email": "grants@office.example", "phone": "+355 4 200 0000"},
    }  # fmt: skip


@contextmanager
def ground() -> Iterator[tuple[Flask, Mapping[str, Any]]]:
    """An application on an empty, migrated database of a server that is gone afterwards, and its settings."""
    with tempfile.TemporaryDirectory(prefix="fundflow-benchmark-") as name, embedded.temporary() as server:
        folder = Path(name)
        given = settings(embedded.ensure_database(server.url, "benchmark"), folder)
        app = create_app(given)
        migrating.upgrade(app)
        with app.app_context():
            yield app, given


def percentile(values: list[float], share: float) -> float:
    """The value below which that share of the values lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered)) - 1))]
