"""One PostgreSQL from the wheel per run, one migrated database per worker, one rolled-back transaction per test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from fundflow.app import create_app
from fundflow.platform import embedded
from fundflow.platform.db import db

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The maintenance address of a PostgreSQL: FUNDFLOW_TEST_DATABASE_URL, else one started for this run."""
    given = os.environ.get("FUNDFLOW_TEST_DATABASE_URL")
    if given:
        yield given
        return
    with embedded.temporary() as server:
        yield server.url


def settings(database_url: str, folder: Path) -> dict[str, object]:
    """The settings of a test application on a database, with files and mails under a folder."""
    return {
        "ENVIRONMENT": "test",
        "SECRET_KEY": "k3y-for-tests-only-9f2b7c5a1d8e4f60",
        "SECURITY_PASSWORD_SALT": "s4lt-for-tests-only-5b1d9e7a3c2f8046",
        "DATABASE_URL": database_url,
        "BASE_URL": "http://localhost",
        "STORAGE_URL": (folder / "files").as_uri(),
        "MAIL_URL": f"folder:{folder / 'mails'}",
        "MAIL_FROM": "grants@office.example",
        "OFFICE": {
            "name": "Test Grant Office",
            "address": "Rruga e Provës 2, Tirana",
            "email": "grants@office.example",
            "phone": "+355 4 200 0000",
        },
    }


def migrated(server_url: str, name: str, folder: Path) -> Flask:
    """An application on a fresh, migrated database."""
    from fundflow.platform.migrating import upgrade  # noqa: PLC0415 - Alembic is slow, not every test needs it

    url = embedded.ensure_database(server_url, name)
    app = create_app(settings(url, folder))
    upgrade(app)
    return app


@pytest.fixture(scope="session")
def app(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application of this worker."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = f"test_{worker}_{os.getpid()}"
    own = migrated(server_url, name, tmp_path_factory.mktemp("data"))
    yield own
    with own.app_context():
        db.engine.dispose()
    embedded.drop_database(server_url, name)


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """The session of one test: whatever it commits is rolled back at the end."""
    with app.app_context():
        engines = db.engines
        real = engines[None]
        connection = real.connect()
        outer = connection.begin()
        engines[None] = connection
        db.session.configure(join_transaction_mode="create_savepoint")
        try:
            yield db.session()
        finally:
            db.session.remove()
            db.session.configure(join_transaction_mode="conditional_savepoint")
            engines[None] = real
            outer.rollback()
            connection.close()
