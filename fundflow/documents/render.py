"""A pure function from snapshot to HTML: the same snapshot gives the same text, on any day and machine."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import segno
from babel import Locale
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from fundflow.documents.blocks import Page, build
from fundflow.documents.snapshot import digest
from fundflow.documents.typesetter import faces
from fundflow.platform.locate import locate
from fundflow.platform.wording import pick

STYLE = "letter.css"
TEMPLATE = "letter.html"
_NO_OFFICE = {"address": "", "phone": "", "email": "", "website": ""}


class _Keys(Environment):
    """A dot in the page template means a key of a mapping, also where mappings have a method of that name."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, Mapping):
            return obj.get(attribute, self.undefined(name=attribute))
        return super().getattr(obj, attribute)


@lru_cache(maxsize=1)
def _template() -> Any:
    """The page, which is ours; what programmes write reaches it only as text that the sandbox made safe."""
    environment = _Keys(
        loader=FileSystemLoader(locate("templates") / "documents"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    return environment.get_template(TEMPLATE)


@lru_cache(maxsize=1)
def stylesheet() -> str:
    """The print style of all letters."""
    return (locate("templates") / "documents" / STYLE).read_text("utf-8")


@lru_cache(maxsize=1)
def template_digest() -> str:
    """SHA-256 over page, style and fonts: which look a document was rendered with. Raises RenderFault."""
    page = (locate("templates") / "documents" / TEMPLATE).read_bytes()
    parts = [page, stylesheet().encode(), *(file.read_bytes() for file in faces().values())]
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


def render_html(snapshot: Mapping[str, Any]) -> str:
    """The letter as one HTML page that refers to nothing outside itself.

    Raises TextFault when a text of the letter is not allowed or needs a value that is not there.
    """
    parts = [_part(snapshot, language) for language in snapshot["languages"]]
    fingerprint = digest(dict(snapshot))[:16]
    return str(
        _template().render(
            s=snapshot,
            parts=parts,
            office=_NO_OFFICE | snapshot["office"],
            fingerprint=" ".join(fingerprint[at : at + 4] for at in range(0, 16, 4)),
            qr=segno.make(snapshot["check_url"], error="m", micro=False).svg_data_uri(
                scale=4, border=0, dark="#14213d", omitsize=False, encode_minimal=False, nl=False
            ),
        )
    )


def _part(snapshot: Mapping[str, Any], language: str) -> dict[str, Any]:
    words = snapshot["words"][language]
    page = Page(language, snapshot["timezone"], snapshot["facts"], words)
    binding = Locale.parse(snapshot["languages"][0]).get_display_name(language)
    letter = snapshot["letter"]
    return {
        "language": language,
        "words": words,
        "title": snapshot["title"][language],
        "issued_on": page.wording.date(snapshot["issued_on"]),
        "to": page.prose(letter["to"]) if letter["to"] else None,
        "blocks": [build(block, page) for block in letter["body"]],
        "programme": pick(snapshot["office"].get("programme"), language),
        "courtesy": None if language == snapshot["languages"][0] else words["copy"].format(language=binding),
    }
