"""A programme's folder as one zip: read with every bound that keeps an upload from harming anybody, and written."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Mapping
from pathlib import PurePosixPath

from flask_babel import gettext as _

from fundflow.platform.errors import Invalid
from fundflow.programmes.loading import LARGEST_TOTAL

LARGEST_PARCEL = 2_000_000
LARGEST_FILE = 1_000_000
MOST_FILES = 500
DEEPEST = 4
ENDING = ".yaml"
NUL = "\0"  # stands in no text, and no database takes it
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)


def unpack(parcel: bytes) -> dict[str, str]:
    """The YAML files of a zip by their path inside the programme's folder; other files are left aside.

    Sizes are counted while reading, whatever the zip says of itself. Raises Invalid at `parcel` for what is no zip,
    for a path that leaves the folder, a link, a locked file, too many or too large files, or text that is not UTF-8.
    """
    if not parcel:
        raise _fault(_("Choose a zip file."))
    if len(parcel) > LARGEST_PARCEL:
        raise _fault(_("The file is larger than 2 MB."))
    try:
        with zipfile.ZipFile(io.BytesIO(parcel)) as opened:
            entries = [entry for entry in opened.infolist() if not entry.is_dir()]
            if len(entries) > MOST_FILES:
                raise _fault(_("The zip holds more than %(most)s files.", most=MOST_FILES))
            for entry in entries:
                _check_entry(entry)
            return _texts(opened, [entry for entry in entries if entry.filename.endswith(ENDING)])
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, RuntimeError) as fault:
        raise _fault(_("This is not a zip file that can be read.")) from fault


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = entry.filename
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or len(path.parts) > DEEPEST:
        raise _fault(_("“%(name)s” would leave the programme's folder.", name=name[:80]))
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise _fault(_("“%(name)s” is a link; links are not read.", name=name[:80]))
    if entry.flag_bits & 0x1:
        raise _fault(_("“%(name)s” is locked with a password.", name=name[:80]))


def _texts(opened: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> dict[str, str]:
    found: dict[str, str] = {}
    total = 0
    top = _common_folder([entry.filename for entry in entries])
    for entry in entries:
        with opened.open(entry) as stream:
            content = stream.read(LARGEST_FILE + 1)
        total += len(content)
        name = entry.filename[len(top) :]
        if len(content) > LARGEST_FILE or total > LARGEST_TOTAL:
            raise _fault(_("“%(name)s” is too large, or all files together are.", name=name[:80]))
        if name in found:
            raise _fault(_("“%(name)s” is in the zip twice.", name=name[:80]))
        try:
            found[name] = content.decode("utf-8")
        except UnicodeDecodeError:
            found[name] = NUL
        if NUL in found[name]:
            raise _fault(_("“%(name)s” is not UTF-8 text.", name=name[:80]))
    if "programme.yaml" not in found:
        raise _fault(_("There is no programme.yaml in the zip."))
    return found


def _common_folder(names: list[str]) -> str:
    """The one folder that everything lies in, with its slash, or nothing."""
    tops = {name.partition("/")[0] for name in names if "/" in name}
    loose = any("/" not in name for name in names)
    return f"{tops.pop()}/" if len(tops) == 1 and not loose else ""


def pack(slug: str, files: Mapping[str, str]) -> bytes:
    """The files as a zip with one folder, the same bytes each time."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as parcel:
        for name, text in sorted(files.items()):
            parcel.writestr(zipfile.ZipInfo(f"{slug}/{name}", _FIRST_DAY), text, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _fault(message: str) -> Invalid:
    return Invalid({"parcel": message})
