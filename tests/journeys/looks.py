"""What every page must be: one heading, a language, bound labels, no doubled ids, no barrier, no sideways scrolling."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from tests.journeys.person import Person

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/referral/)[\w-]{43}")
PERSONAL = re.compile(r"/(work|mine|applications/_|tranches/_|purchases/_)$")
SOUND = """() => {
  const named = (e) => e.labels?.length || e.getAttribute("aria-label") || e.getAttribute("aria-labelledby");
  const fields = [...document.querySelectorAll("main input, main select, main textarea")];
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  return {
    headings: document.querySelectorAll("h1").length,
    lang: document.documentElement.lang,
    title: Boolean(document.title.trim()),
    unnamed: fields.filter((e) => !["hidden", "submit"].includes(e.type) && !named(e)).map((e) => e.name),
    doubled: ids.filter((id, at) => ids.indexOf(id) !== at),
    pictures: [...document.images].filter((e) => !e.hasAttribute("alt")).length,
    dead: [...document.querySelectorAll("a[href^='#']")].map((a) => a.hash.slice(1)).filter((id) => !ids.includes(id)),
  };
}"""


@dataclass
class Album:
    """The folder of pictures, and which kinds of pages it holds already."""

    folder: Path
    seen: set[str] = field(default_factory=set)
    barriers: list[str] = field(default_factory=list)
    too_wide: list[str] = field(default_factory=list)

    def new(self, name: str) -> bool:
        """Whether a kind of page is seen for the first time."""
        known = name in self.seen
        self.seen.add(name)
        return not known


def kind_of(person: Person) -> str:
    """A name for a page that is the same for all cases; what differs by role carries the role."""
    parts = urlsplit(person.page.url)
    path = UUID.sub("_", parts.path)
    views = parse_qs(parts.query).get("view", [])
    if PERSONAL.search(path):
        path += f"/{person.key}"
    return "-".join([*path.strip("/").replace("_", "x").split("/"), *views]) or "home"


def look(person: Person) -> None:
    """Check the page that is open; pages of a new kind are checked with axe and photographed at two widths."""
    page, album = person.page, person.album
    found = page.evaluate(SOUND)
    assert found == {
        "headings": 1, "lang": found["lang"], "title": True,
        "unnamed": [], "doubled": [], "pictures": 0, "dead": [],
    }, (page.url, found)  # fmt: skip
    assert found["lang"] == person.language or not person.signed_in, (page.url, found["lang"])
    name = kind_of(person)
    if not album.new(name):
        return
    number = len(album.seen)
    if person.script:
        album.barriers += [f"{name} ({person.key}): {line}" for line in barriers(person)]
    page.screenshot(path=album.folder / f"{number:03}-{name}-1280.png", full_page=True)
    page.set_viewport_size({"width": 360, "height": 740})
    if page.evaluate("document.documentElement.scrollWidth") > 360:
        album.too_wide.append(f"{name} ({person.key})")
    page.screenshot(path=album.folder / f"{number:03}-{name}-360.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 900})


def barriers(person: Person) -> list[str]:
    """What axe finds; no rule is left out."""
    found = Axe().run(person.page).response["violations"]
    return [f"{each['id']}: {node['html'][:200]}" for each in found for node in each["nodes"]]
