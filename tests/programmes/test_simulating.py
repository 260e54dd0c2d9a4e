"""Random cases walk every programme to its ends, and nothing of them stays."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from fundflow.applications.models import Application
from fundflow.platform.db import db
from fundflow.programmes import ProgrammeVersion
from fundflow.programmes.starting import template
from fundflow.simulation import simulate


def test_the_template_is_walked_to_every_end(session):
    tally = simulate(template(), cases=16, seed=5)
    assert (tally.cases, dict(tally.stuck)) == (16, {})
    assert set(tally.ends) == {"closed", "rejected", "withdrawn", "expired"}
    assert tally.never_reached() == []


def test_nothing_of_a_simulation_stays(session):
    simulate(template(), cases=2, seed=1)
    kept = [
        db.session.scalar(select(func.count()).select_from(each)) for each in (Application, ProgrammeVersion)
    ]
    assert kept == [0, 0]


def test_the_same_seed_walks_the_same_way(session):
    first, second = (simulate(template(), cases=4, seed=7) for _time in range(2))
    assert first.moves == second.moves


def test_a_move_that_is_never_possible_is_told_with_its_reason(session):
    files = template()
    machine = files["machines/application.yaml"].replace(
        "m.amount <= f.application.requested_minor", "m.amount > f.application.requested_minor + 90000000"
    )
    tally = simulate({**files, "machines/application.yaml": machine}, cases=8, seed=2)
    never = dict(tally.never_made())
    assert "The amount is above what was asked for." in never["application", "approve"]
    assert ("application", "approved") in tally.never_reached()
    assert never["application", "close"] == "nothing ever stood in reported"


@pytest.mark.slow
def test_real_programmes_are_walked_to_an_end(session):
    from fundflow.programmes import folders, read_folder  # noqa: PLC0415 - only here

    for slug, path in folders().items():
        tally = simulate(read_folder(path), cases=4, seed=1)
        assert sum(map(len, tally.ends.values())) >= 1, (slug, tally.lines())
