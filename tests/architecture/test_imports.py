"""The floors of the house: who may import whom, in the code and in the words that describe it."""

import re
import tomllib
from pathlib import Path

from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).parents[2]


def contract():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    return settings["contracts"][0]


def floors(lines):
    """Each floor as the set of its rooms, from the top of the house to the ground."""
    return [{room.strip().removeprefix("fundflow.") for room in line.split("|")} for line in lines]


def test_the_code_keeps_to_the_floors(monkeypatch):
    monkeypatch.chdir(ROOT)
    assert lint_imports(no_cache=True) == EXIT_STATUS_SUCCESS


def test_every_room_has_its_floor():
    placed = {room for floor in floors(contract()["layers"]) for room in floor}
    source = ROOT / "fundflow"
    rooms = {path.parent.name for path in source.glob("*/__init__.py")} | {
        path.stem for path in source.glob("*.py")
    }
    assert rooms - {"__init__", "_data"} == placed


def test_the_description_shows_the_same_floors():
    text = (ROOT / "docs" / "architecture.md").read_text()
    block = re.search(r"^## Floors.*?\n```\n(.*?)```", text, re.DOTALL | re.MULTILINE)[1]
    described = [re.match(r"(fundflow\.\w+(?: \| fundflow\.\w+)*)", line)[1] for line in block.splitlines()]
    assert floors(described) == floors(contract()["layers"])
