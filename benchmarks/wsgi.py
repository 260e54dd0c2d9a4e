"""The application as gunicorn serves it in a benchmark: each answer tells how many SQL statements it took."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import event

from fundflow.app import create_app
from fundflow.platform.db import db

SETTINGS = "FUNDFLOW_BENCHMARK_SETTINGS"
HEADER = "X-Statements"

app = create_app(json.loads(Path(os.environ[SETTINGS]).read_text(encoding="utf-8")))
_statements = 0
_inner = app.wsgi_app


def _count(*_: Any) -> None:
    global _statements  # noqa: PLW0603 - a worker of this benchmark answers one request at a time
    _statements += 1


def _counted(environ: Any, start_response: Any) -> Iterable[bytes]:
    before = _statements

    def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        return start_response(status, [*headers, (HEADER, str(_statements - before))], *more)

    return _inner(environ, start)


with app.app_context():
    event.listen(db.engine, "before_cursor_execute", _count)
app.wsgi_app = _counted  # type: ignore[method-assign]  # the usual place for WSGI middleware
