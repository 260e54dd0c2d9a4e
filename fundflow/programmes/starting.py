"""A new programme's folder, from the commented template that the product brings along."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

from fundflow.platform.errors import Invalid
from fundflow.platform.locate import locate
from fundflow.programmes.loading import read_folder

SLUG = re.compile(r"[a-z][a-z0-9_]{1,58}")
STANDS_FOR, PREFIX = "my_programme", "NEW"


def template() -> dict[str, str]:
    """The files of the template, by path inside the folder."""
    with resources.as_file(resources.files("fundflow.programmes") / "template") as folder:
        return read_folder(folder)


def start(slug: str, *, parent: Path | None = None) -> Path:
    """Write a new programme's folder under `workflows/` (or `parent`) and return it.

    Raises Invalid for a slug that is not lower_snake, and for a folder that is there already; nothing is
    written then.
    """
    if not SLUG.fullmatch(slug):
        raise Invalid(
            {"slug": f"{slug!r} is no slug: small letters, digits and _, a letter first, 2 to 59 of them"}
        )
    folder = (parent or locate("workflows")) / slug
    if folder.exists() or folder.is_symlink():
        raise Invalid({"slug": f"{folder} is there already; nothing was written"})
    for name, text in template().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_named(text, slug), encoding="utf-8")
    return folder


def _named(text: str, slug: str) -> str:
    letters = re.sub(r"[^A-Z]", "", slug.upper())[:4].ljust(2, "X")
    renamed = text.replace(STANDS_FOR, slug)
    return re.sub(rf"^prefix: {PREFIX}", f"prefix: {letters}", renamed, flags=re.MULTILINE)
