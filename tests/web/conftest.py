"""Fixtures of the page tests."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from fundflow.platform.db import db

sys.path.insert(0, str(Path(__file__).parent))

from pages import Person, rolled_back, small_app


@pytest.fixture(scope="session")
def pages(app: Flask, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The small application, on the migrated database of this worker."""
    known = app.config["FUNDFLOW"]
    folder = tmp_path_factory.mktemp("pages")
    config = {
        "ENVIRONMENT": "test",
        "SECRET_KEY": known.secret_key,
        "SECURITY_PASSWORD_SALT": known.security_password_salt,
        "BASE_URL": "http://localhost",
        "STORAGE_URL": (folder / "files").as_uri(),
        "MAIL_URL": f"folder:{folder / 'mails'}",
        "MAIL_FROM": known.mail_from,
        "OFFICE": known.office,
    }
    small = small_app(app.config["SQLALCHEMY_DATABASE_URI"], config)
    yield small
    with small.app_context():
        db.engine.dispose()


@pytest.fixture
def site(pages: Flask) -> Iterator[Flask]:
    """The small application for one test; what its requests write is rolled back."""
    from fundflow.web.setup import limiter  # noqa: PLC0415

    with rolled_back(pages):
        yield pages
    with pages.app_context():
        limiter.reset()


@pytest.fixture
def person(site: Flask) -> Person:
    """Somebody at a browser, not signed in."""
    return Person(site.test_client())


@pytest.fixture
def another(site: Flask) -> Callable[[], Person]:
    """Makes further people at browsers of their own."""
    return lambda: Person(site.test_client())
