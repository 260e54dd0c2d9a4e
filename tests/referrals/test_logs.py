"""The log of requests names no address that lets its reader in."""

from __future__ import annotations

import gc
import runpy
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from gunicorn.config import Config

CONFIGURATION = Path(__file__).parents[2] / "deploy" / "gunicorn.conf.py"


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("/referral/" + "s" * 43, "/referral/…"),
        ("/referral/" + "s" * 43 + "/accept", "/referral/…/accept"),
        ("/reset/secret", "/reset/…"),
        ("/applications/7", "/applications/7"),
    ],
)
def test_tokens_are_not_written(path: str, written: str) -> None:
    try:
        given = runpy.run_path(str(CONFIGURATION))
    finally:
        gc.enable()
    environ = {"REQUEST_METHOD": "GET", "RAW_URI": path, "SERVER_PROTOCOL": "HTTP/1.1", "PATH_INFO": path}
    answer = SimpleNamespace(status="200 OK", sent=1, headers=[])
    atoms = given["logger_class"](Config()).atoms(
        answer, SimpleNamespace(headers=[]), environ, timedelta(seconds=1)
    )
    line = given["access_log_format"] % atoms
    assert (f"GET {written}" in line, "sss" in line, "secret" in line) == (True, False, False)
