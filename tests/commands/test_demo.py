"""The commands of a newcomer: each foreseeable fault is one sentence and a status, never a traceback."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from fundflow.platform import embedded

ROOT = Path(__file__).parents[2]


def run(*command, **environment):
    """Run a command of the checkout with these variables beside the ordinary ones."""
    ordinary = {name: value for name, value in os.environ.items() if "DATABASE_URL" not in name}
    return subprocess.run(command, cwd=ROOT, env={**ordinary, **environment}, capture_output=True, text=True)


def demo(folder, *options, **environment):
    """What the demo says about a fault: its status and its last line."""
    done = run(sys.executable, "bin/demo.py", "--data", str(folder), *options, **environment)
    assert "Traceback" not in done.stdout + done.stderr
    return done.returncode, done.stderr.splitlines()[-1]


def test_taken_port_is_told_before_anything_starts(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        status, sentence = demo(tmp_path / "data", "--port", str(port))
    assert (status, sentence) == (
        1,
        f"Port {port} is taken by another program; choose another one: bin/demo --port {port + 1}",
    )
    assert not (tmp_path / "data").exists()


def test_unreachable_database_is_named_without_its_password(tmp_path):
    address = "postgresql://office:hidden-word@127.0.0.1:1/grants"
    status, sentence = demo(tmp_path, "--no-serve", DATABASE_URL=address)
    assert status == 1
    assert sentence.startswith("The database cannot be reached (127.0.0.1, database grants): ")
    assert "hidden-word" not in sentence


def test_newer_schema_is_refused():
    with embedded.temporary() as server:
        with psycopg.connect(server.url) as connection:
            connection.execute("create table alembic_version as select 'from_the_future' as version_num")
        folder = server.data_dir.parent / "office"
        status, sentence = demo(folder, "--no-serve", DATABASE_URL=server.url)
    assert status == 1
    assert sentence == (
        "The database has a newer schema (from_the_future) than this checkout; "
        "update the checkout, or choose another database or --data folder."
    )


def test_folder_that_cannot_be_used_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    assert demo(tmp_path / "file", "--no-serve") == (
        1,
        f"The data folder {tmp_path / 'file'} cannot be used (File exists); choose another: --data",
    )


def test_old_python_is_refused(tmp_path):
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\ncase "$2" in *version_info*) exit 1 ;; *) echo 3.9.2 ;; esac\n')
    old.chmod(0o755)
    done = run("bin/setup", PYTHON=str(old))
    assert (done.returncode, done.stderr) == (1, "Python 3.9.2 is too old: fundflow needs 3.11 or later.\n")


@pytest.mark.parametrize(
    "command", ["bin/demo", "bin/setup", "bin/test", "bin/lock", ".ci/run", "deploy/backup"]
)
def test_commands_can_be_run_and_read(command):
    assert os.access(ROOT / command, os.X_OK)
    assert run("bash", "-n", command).returncode == 0
