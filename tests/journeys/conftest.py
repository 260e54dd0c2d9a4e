"""Fixtures of the journeys: one Chromium, an office of its own per journey, and people who open browsers in it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.journeys.looks import Album
from tests.journeys.person import Person
from tests.journeys.site import Site, open_site

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
PICTURES = Path(__file__).resolve().parents[2] / "out" / "screenshots"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def site(server_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Site]:
    """The office of one journey."""
    name = f"journey_{request.node.name[:40].replace('[', '_').replace(']', '')}_{os.getpid()}"
    with open_site(server_url, name, tmp_path) as found:
        yield found


@pytest.fixture
def album(request: pytest.FixtureRequest) -> Album:
    """The pictures of one journey, made anew."""
    folder = PICTURES / request.node.name.removeprefix("test_")
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    return Album(folder)


@pytest.fixture
def people(site: Site, browser: Browser, album: Album) -> Iterator[Callable[[str], Person]]:
    """Opens a browser for a person of the demo's office, once; nobody may have seen a broken page."""
    known: dict[str, Person] = {}

    def person(key: str) -> Person:
        if key not in known:
            known[key] = Person(site, browser, album, key)
        return known[key]

    yield person
    for each in known.values():
        each.context.close()
