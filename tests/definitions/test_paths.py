"""Each programme with a file of paths reaches every one of its ends by the services, with its papers and its money."""

from __future__ import annotations

import os

import pytest

from fundflow.audit import verify
from fundflow.platform import embedded
from fundflow.platform.db import db
from fundflow.programmes import folders
from tests.conftest import migrated
from tests.definitions.walker import PATHS, Walk, story

HELD = ("reserved", "obligated", "advanced")


@pytest.fixture(scope="module")
def grounds(server_url, tmp_path_factory, app):
    """An office of its own for all walks."""
    name = f"paths_{os.getpid()}"
    own = migrated(server_url, name, tmp_path_factory.mktemp("paths"))
    with own.app_context():
        yield own
        db.session.remove()
        db.engine.dispose()
    embedded.drop_database(server_url, name)


@pytest.mark.slow
@pytest.mark.parametrize("slug", sorted(path.stem for path in PATHS.glob("*.yaml")))
def test_every_end_is_reached(grounds, slug, subtests):
    told = story(slug)
    walked = Walk(folders()[slug], told).run()
    stages = walked["golden"].case.definition.machines["application"].definition.stages
    assert {each.stages[-1] for each in walked.values()} == {name for name, s in stages.items() if s.final}
    for key, expected in told["cases"].items():
        with subtests.test(case=key):
            assert walked[key].stages[-1] == expected["ends"]
            assert walked[key].papers == dict.fromkeys(expected["papers"], b"%PDF-")
            assert walked[key].money.get("spent", 0) == expected.get("spent_minor", 0)
            assert [walked[key].money.get(account, 0) for account in HELD] == [0, 0, 0]
    assert verify()[1] is None
