"""A database that is away, empty or newer: one sentence for who runs it, a friendly page for who visits."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fundflow.platform import embedded

ROOT = Path(__file__).parents[2]
COMMANDS = ("worker --until-empty", "audit verify", "programmes publish --all", "demo run")
ASK = """
import json, wsgi
told = {}
runner = wsgi.app.test_cli_runner()
for command in %r:
    done = runner.invoke(args=command.split())
    told[command] = [done.exit_code, done.output.strip(), repr(done.exception)]
person = wsgi.app.test_client()
for path in ("/", "/readyz", "/healthz"):
    page = person.get(path, headers={"Accept": "text/html"})
    told[path] = [page.status_code, page.text]
print(json.dumps(told))
"""
FAULTS = {
    "away": (
        'The database gone on 127.0.0.1 cannot be reached: connection failed: connection to server at "127.0.0.1", '
        "port 1 failed: Connection refused"
    ),
    "empty": "The database holds no tables yet; make them with: flask --app wsgi db upgrade",
    "newer": "The database has a newer schema (from_the_future) than this version of fundflow (",
}
READY = {
    "away": {"database": "not reachable", "schema": "unknown"},
    "empty": {"database": "ok", "schema": "not made yet"},
    "newer": {"database": "ok", "schema": "newer than what this version needs"},
}


@pytest.fixture(scope="module", params=FAULTS)
def place(request, server_url, tmp_path_factory):
    """The kind of fault, with the environment of an application that meets it."""
    name = f"fault_{request.param}_{os.getpid()}"
    url = "postgresql://office:hidden-word@127.0.0.1:1/gone"
    if request.param != "away":
        url = embedded.ensure_database(server_url, name)
    if request.param == "newer":
        import psycopg  # noqa: PLC0415 - only here

        with psycopg.connect(url.replace("+psycopg", "")) as connection:
            connection.execute("create table alembic_version as select 'from_the_future' as version_num")
    folder = tmp_path_factory.mktemp(request.param)
    settings = {
        "FUNDFLOW_ENVIRONMENT": "demo",
        "FUNDFLOW_SECRET_KEY": "k3y-for-tests-only-9f2b7c5a1d8e4f60",
        "FUNDFLOW_SECURITY_PASSWORD_SALT": "s4lt-for-tests-only-5b1d9e7a3c2f8046",
        "FUNDFLOW_STORAGE_URL": (folder / "files").as_uri(),
        "FUNDFLOW_MAIL_URL": f"folder:{folder / 'mails'}",
        "DATABASE_URL": url,
    }
    ours = {key: value for key, value in os.environ.items() if not key.startswith("FUNDFLOW_")}
    yield request.param, {**ours, **settings}
    if request.param != "away":
        embedded.drop_database(server_url, name)


@pytest.fixture(scope="module")
def told(place):
    """What commands and pages say, from a process that began with the fault."""
    done = subprocess.run(
        [sys.executable, "-c", ASK % (COMMANDS,)], cwd=ROOT, env=place[1], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_ends_with_one_sentence_and_status_1(place, told, command):
    status, output, exception = told[command]
    assert (status, exception) == (1, "SystemExit(1)")
    assert output.startswith(f"Error: {FAULTS[place[0]]}")
    assert len(output.splitlines()) == 1
    assert "hidden-word" not in output


def test_the_supervisor_is_told(place, told):
    status, text = told["/readyz"]
    assert (status, json.loads(text)) == (503, {"status": "not ready", "checks": READY[place[0]]})
    assert told["/healthz"][0] == 200


def test_a_page_is_a_friendly_pause(told):
    status, text = told["/"]
    assert status == 503
    assert "Back in a moment" in text
    assert "hidden-word" not in text
    assert "127.0.0.1" not in text


def test_migrating_makes_the_tables_or_says_the_same(place, told):
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"],
        cwd=ROOT,
        env=place[1],
        capture_output=True,
        text=True,
    )
    assert "Traceback" not in done.stdout + done.stderr
    if place[0] == "empty":
        assert done.returncode == 0
        return
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(f"Error: {FAULTS[place[0]]}")
