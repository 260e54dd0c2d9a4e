"""The command: exit codes, report as text and as JSON, and sentences instead of tracebacks."""

from __future__ import annotations

import json

import pytest

from fundflow.applications.cli import group
from tests.importing.conftest import EXAMPLE, proposal


@pytest.fixture
def command(app, call, lines):
    del call

    def run(*arguments: str):
        return app.test_cli_runner().invoke(group, ["import", *arguments])

    return run


def test_one_refused_row_makes_the_exit_code_one(command, lines):
    path = str(lines(proposal("one"), proposal("two", currency="BTC")))
    done = command(path, "--call", "open-2026", "--map", str(EXAMPLE))
    assert done.exit_code == 1
    assert "row 1: OPG-2026-0001  Project one" in done.output
    assert (
        "row 2: requested (Amount you ask for): The currency BTC is not accepted here, only USD."
        in done.output
    )
    assert "2 rows of proposals.jsonl: 1 imported, 0 there already, 1 refused." in done.output


def test_the_report_as_json(command, lines):
    path = str(lines(proposal("one")))
    done = command(path, "--call", "open-2026", "--map", str(EXAMPLE), "--json", "--dry-run")
    told = json.loads(done.output)
    assert (done.exit_code, told["rows"], told["dry_run"], told["refused"]) == (0, 1, True, [])
    assert told["imported"][0]["key"] == "old/one"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("none.jsonl", "--call", "open-2026"), "Error: There is no file none.jsonl."),
        (("none.jsonl", "--call", "other"), "Error: There is no call other; calls are: open-2026."),
        (
            ("none.jsonl", "--call", "open-2026", "--map", "none.yaml"),
            "Error: The mapping none.yaml cannot be read",
        ),
        (
            ("none.jsonl", "--call", "open-2026", "--as", "x@y.example"),
            "Error: Nobody signs in as x@y.example.",
        ),
    ],
)
def test_what_cannot_be_read_is_one_sentence(command, arguments, said):
    done = command(*arguments)
    assert done.exit_code == 2
    assert said in done.output
