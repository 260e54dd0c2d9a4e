"""The demo's cases for what is checked of every programme: made once for this folder."""

from __future__ import annotations

import os

import pytest

from fundflow.demo.story import run
from fundflow.platform import embedded
from fundflow.platform.db import db
from tests.conftest import migrated


@pytest.fixture(scope="package")
def office(server_url, tmp_path_factory, app):
    """The demo's cases, carried through all stages by the services, in a database of their own."""
    name = f"wordings_{os.getpid()}"
    own = migrated(server_url, name, tmp_path_factory.mktemp("wordings"))
    with own.app_context():
        run(password="a-word-for-the-demo-office", say=lambda _line: None)
        yield own
        db.session.remove()
        db.engine.dispose()
    embedded.drop_database(server_url, name)
