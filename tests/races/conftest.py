"""A database of its own with real commits: races need transactions that see each other."""

import os

import pytest
from sqlalchemy import create_engine

from fundflow.platform import embedded
from fundflow.platform.db import db
from tests.conftest import migrated

PEOPLE = 50


@pytest.fixture(scope="session")
def busy(server_url, tmp_path_factory, app):
    """An application whose database takes fifty people at once."""
    name = f"races_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    found = migrated(server_url, name, tmp_path_factory.mktemp("races"))
    with found.app_context():
        engines = db.engines
        small = engines[None]
        engines[None] = create_engine(small.url, pool_size=PEOPLE + 2, max_overflow=0)
        small.dispose()
    yield found
    with found.app_context():
        db.session.remove()
        db.engine.dispose()
    embedded.drop_database(server_url, name)


@pytest.fixture
def office(busy):
    """The application, in whose context the test itself reads and writes."""
    with busy.app_context():
        yield busy
        db.session.remove()
