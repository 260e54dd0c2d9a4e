"""An open call of the open grant in an office with people, and made-up files to import into it."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from fundflow.accounts import SYSTEM
from fundflow.applications.importing import read_mapping, run
from fundflow.applications.importing.submission import Manner
from fundflow.ledger import fund_line, open_fund
from fundflow.platform import clock
from fundflow.platform.db import transaction
from fundflow.programmes import definition_of, folders, open_call, publish, read_folder

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
EXAMPLE = ROOT / "docs/examples/proposals.mapping.yaml"


class Opened(NamedTuple):
    """The call as plain values: an import forgets every row that it has read."""

    id: uuid.UUID
    version_id: uuid.UUID
    closes_at: datetime


@pytest.fixture
def files():
    """The programme's files; a test may change them."""
    return dict(read_folder(folders()["open_grant"]))


@pytest.fixture
def call(session, files):
    """Open for ninety days before and thirty days after the present, which stands still."""
    del session
    with clock.at(NOW):
        with transaction():
            version = publish(actor_id=None, files=files)
            fund = open_fund(code="OPEN", title="Open fund", donor="Donor", currency="USD")
            line = fund_line(
                actor_id=None, fund=fund, code="OPEN-1", title="Open grants", amount_minor=100_000_000
            )
            made = open_call(
                actor_id=None, version=version, slug="open-2026", title={"en": "Open"}, summary={"en": "All"},
                opens_at=NOW - timedelta(days=90), closes_at=NOW + timedelta(days=30), line=line,
            )  # fmt: skip
        yield Opened(made.id, made.version_id, made.closes_at)


def proposal(name: str, **changes) -> dict:
    """A made-up proposal of the former system."""
    return {
        "source": f"old/{name}",
        "title": f"Project {name}",
        "summary": "A small tool.",
        "problem": "Nobody has it.",
        "solution": "We build it.",
        "market": None,
        "team_size": 2,
        "team_experience": "Two tools before.",
        "milestones": [
            {
                "title": "Draft",
                "duration_months": "1.5",
                "cost": "1,500.50",
                "deliverables": ["Code", "Tests"],
            },
            {"title": "Release", "duration_months": 1, "cost": "500", "deliverables": []},
        ],
        "total_cost": "2000.50",
        "currency": "USD",
        "duration_months": 2.5,
        "future_plans": None,
    } | changes


@pytest.fixture
def lines(tmp_path):
    """Writes records as JSON Lines; text goes in as it is."""

    def write(*records) -> Path:
        path = tmp_path / "proposals.jsonl"
        said = (each if isinstance(each, str) else json.dumps(each, ensure_ascii=False) for each in records)
        path.write_text("\n".join(said) + "\n", encoding="utf-8")
        return path

    return write


FLAT = """
key: {from: number, template: "paper {number}"}
received_at: received
questions:
  applicant_name: {from: [first, last]}
  title: title
  summary: text
  problem: {from: text, default: Not told}
  solution: {constant: See the paper}
  months: months
  milestones:
    numbered: 2
    rows:
      title: "step {n}"
      cost: "cost {n}"
  requested: asked
submission: {checked: true}
numbers: it
"""
HEAD = (
    "number",
    "received",
    "first",
    "last",
    "title",
    "text",
    "months",
    "step 1",
    "cost 1",
    "step 2",
    "cost 2",
    "asked",
)
ROW = ("7", "2026-10-05", "Ana", "Prova", "Well", "A well", "3", "Dig", "1.000,50", "Pump", "500", "1.500,50")


@pytest.fixture
def imported(call):
    """Imports a file by a mapping text, the example's without one; returns the report."""

    def do(path: Path, mapping: str | None = None, *, actor=SYSTEM, **more):
        definition = definition_of(call.version_id)
        form = definition.forms[definition.programme.application_form]
        read = read_mapping(mapping or EXAMPLE.read_text(encoding="utf-8"), "map.yaml", form)
        manner = more.pop("manner", Manner(submission=read.submission))
        return run(actor=actor, call_id=call.id, path=path, mapping=read, manner=manner, by="tester", **more)

    return do
