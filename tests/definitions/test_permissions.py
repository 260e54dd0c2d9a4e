"""Who may make which move at which stage: every cell of every machine of every programme, through the service."""

import pytest

from fundflow.platform.db import transaction
from fundflow.platform.strict_yaml import load
from fundflow.programmes import folders
from tests.definitions.matrix import REFUSALS, cells, lay_out, listed

REFUSED = {refusal.__name__ for refusal in REFUSALS}
MACHINES = [
    (slug, path.stem)
    for slug, folder in folders().items()
    for path in sorted((folder / "machines").glob("*.yaml"))
]
HELD_BACK = {"Refused", "Invalid"}
"""A guard or a form holds back somebody who is permitted in principle."""


@pytest.fixture
def board(session, request):
    return lay_out(request.getfixturevalue("slug"))


@pytest.mark.parametrize(("slug", "kind"), MACHINES)
def test_exactly_the_permitted_cells_are_open(session, board, slug, kind):
    with transaction():
        found = list(cells(board, kind))
    wrong = [cell for cell in found if cell[3] == (cell[4] in REFUSED)]
    assert wrong[:20] == []
    assert {cell[4] for cell in found} <= REFUSED | HELD_BACK | {"made"}
    text = (folders()[slug] / "machines" / f"{kind}.yaml").read_text("utf-8")
    machine = load(text, kind)
    assert len(found) == len(machine["stages"]) * len(machine["moves"]) * len({cell[2] for cell in found})


@pytest.mark.parametrize(("slug", "kind"), MACHINES)
def test_pages_offer_exactly_the_permitted_moves(session, board, slug, kind):
    with transaction():
        assert [row for row in listed(board, kind) if row[2] != row[3]] == []
