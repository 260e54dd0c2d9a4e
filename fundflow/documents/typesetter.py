"""Brings WeasyPrint and the typeface of all letters, or says in one sentence what this machine lacks."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

FAMILY = "Open Sans"
FACES = ("Regular", "Italic", "Semibold", "Bold")
FONT_PACKAGE = "fonts-open-sans"
LIBRARY_PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"

_FILE, _FAMILY, _STYLE = b"file", b"family", b"style"


class RenderFault(RuntimeError):
    """A page could not become a PDF: it reaches outside itself, or this machine lacks what rendering needs."""


def engine() -> ModuleType:
    """WeasyPrint, imported late as only workers need it; raises RenderFault when its libraries do not load."""
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it only foretells what the next lines require
            import weasyprint  # noqa: PLC0415 - takes more than a second
            from weasyprint.text.ffi import harfbuzz_subset  # noqa: PLC0415 - the same
    except OSError as fault:
        raise _lacks("the libraries of Pango", LIBRARY_PACKAGES) from fault
    if harfbuzz_subset is None:
        raise _lacks("the library of HarfBuzz that embeds fonts", LIBRARY_PACKAGES)
    return weasyprint  # type: ignore[no-any-return]


def _lacks(what: str, packages: str) -> RenderFault:
    return RenderFault(
        f"PDFs cannot be made here: {what} cannot be found. Run bin/setup, or install {packages} (Debian's names)."
    )


def require() -> None:
    """Raise RenderFault, with a sentence for who runs the machine, when PDFs cannot be made here."""
    engine()
    faces()


@lru_cache(maxsize=1)
def faces() -> Mapping[str, Path]:
    """The files of the typeface by style name, as fontconfig finds them; raises RenderFault when one is missing."""
    engine()
    found = {style: path for family, style, path in _installed() if family == FAMILY}
    if missing := [face for face in FACES if face not in found]:
        raise _lacks(f"the typeface {FAMILY} ({', '.join(missing)})", FONT_PACKAGE)
    return {face: found[face] for face in FACES}


def _installed() -> Iterator[tuple[str, str, Path]]:
    """Family, style and file of every font that fontconfig knows."""
    from weasyprint.text.ffi import ffi, fontconfig  # noqa: PLC0415 - only workers pay for it

    def read(pattern: Any, key: bytes) -> str:
        text = ffi.new("FcChar8 **")
        known = fontconfig.FcPatternGetString(pattern, ffi.new("char[]", key), 0, text)
        return str(ffi.string(text[0]).decode()) if known == fontconfig.FcResultMatch else ""

    configuration = fontconfig.FcInitLoadConfigAndFonts()
    try:
        fonts = fontconfig.FcConfigGetFonts(configuration, fontconfig.FcSetSystem)
        for number in range(fonts.nfont if fonts != ffi.NULL else 0):
            pattern = fonts.fonts[number]
            yield read(pattern, _FAMILY), read(pattern, _STYLE), Path(read(pattern, _FILE))
    finally:
        fontconfig.FcConfigDestroy(configuration)
