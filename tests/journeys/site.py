"""A whole office under test: the real application on a database of its own, served to browsers, its clock in hand."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask, Response, request
from werkzeug.serving import make_server

from fundflow.demo.office import Office, set_up
from fundflow.demo.story import BEGAN_DAYS_AGO, data
from fundflow.platform import clock, embedded
from fundflow.platform.db import db
from tests.conftest import migrated

PASSWORD = "fundflow-demo-office"
MOST_BYTES = 60 * 1024


@dataclass
class Site:
    """The application, where it answers, who works in it, and what it answered."""

    app: Flask
    url: str
    office: Office
    pages: list[tuple[str, int, int]] = field(default_factory=list)

    def faults(self) -> list[Any]:
        """Pages that broke, and pages that are too large."""
        return [page for page in self.pages if page[1] >= 500 or page[2] > MOST_BYTES]


@contextmanager
def open_site(server_url: str, name: str, folder: Path) -> Iterator[Site]:
    """Migrate a database, fill in the demo's office, hold the clock at its beginning, and serve."""
    app = migrated(server_url, name, folder)
    told_at = clock.now()
    site = Site(app, "", Office(PASSWORD, told_at=told_at))

    @app.after_request
    def note(response: Response) -> Response:
        if response.mimetype == "text/html" and not response.direct_passthrough:
            site.pages.append((request.path, response.status_code, len(response.get_data())))
        return response

    server = make_server("127.0.0.1", 0, app, threaded=True)
    site.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        with app.app_context(), clock.at(told_at - timedelta(days=BEGAN_DAYS_AGO)):
            set_up(site.office, data("office"))
            db.session.rollback()
            yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        with app.app_context():
            db.engine.dispose()
        embedded.drop_database(server_url, name)
