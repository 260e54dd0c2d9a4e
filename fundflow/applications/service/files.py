"""Uploaded files: judged by their content, bounded in size, stored by their hash outside the web root."""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata
import uuid
import zipfile
from typing import Any

import filetype
from flask_babel import gettext as _

from fundflow.applications.models import Application, StoredFile
from fundflow.forms import Form
from fundflow.forms.definition import File
from fundflow.platform import clock, storage
from fundflow.platform.db import db
from fundflow.platform.errors import Invalid
from fundflow.platform.ids import new_id

OFFICE_PARTS = {"word/": "docx", "xl/": "xlsx", "ppt/": "pptx"}
ALIKE = {"jpeg": "jpg", "tiff": "tif"}
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "heic": "image/heic",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
MOST_PARTS = 5000
MOST_UNPACKED = 200 * 1024 * 1024


def question_of(form: Form, question_id: str) -> File:
    """The file question of a form; Invalid when there is none of that id."""
    found = next((question for question in form.questions() if question.id == question_id), None)
    if not isinstance(found, File):
        raise Invalid({question_id: _("No file is asked for here.")})
    return found


def store(
    *,
    case: Application,
    question: File,
    name: str,
    data: bytes,
    actor_id: uuid.UUID | None,
    entry_id: uuid.UUID | None = None,
    sensitive: bool = False,
) -> dict[str, Any]:
    """Keep an uploaded file and return the answer that points to it.

    Raises Invalid at the question when the file is empty, larger than the question allows, or by its content not of
    an accepted kind, whatever its name says.
    """
    kind = _kind(data)
    accepted = {ALIKE.get(ending, ending) for ending in question.accept}
    if not data:
        raise Invalid({question.id: _("The file is empty.")})
    if len(data) > question.max_mb * 1024 * 1024:
        raise Invalid({question.id: _("The file is larger than %(most)s MB.", most=question.max_mb)})
    if kind not in accepted or kind not in MEDIA_TYPES:
        kinds = ", ".join(ending.upper() for ending in question.accept)
        raise Invalid({question.id: _("The file is not one of these kinds: %(kinds)s.", kinds=kinds)})
    row = StoredFile(
        id=new_id(),
        application_id=case.id,
        entry_id=entry_id,
        question=question.id,
        name=safe_name(name, kind),
        media_type=MEDIA_TYPES[kind],
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        storage_key=storage.put(data, kind="uploads"),
        sensitive=sensitive,
        uploaded_at=clock.now(),
        uploaded_by=actor_id,
    )
    db.session.add(row)  # written with the answer that points to it, all files of a page at once
    return {"file_id": str(row.id), "name": row.name, "size": row.size, "sha256": row.sha256}


def _kind(data: bytes) -> str:
    """The kind of a file by its content; "" when it is not known. Office files are told apart inside the zip."""
    guess = filetype.guess(data[:8192])
    ending = ALIKE.get(guess.extension, guess.extension) if guess else ""
    if ending in {"zip", "docx", "xlsx", "pptx"}:
        return _office_kind(data)
    return str(ending)


def _office_kind(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile:
        return ""
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        return ""
    names = [part.filename for part in parts]
    if any(name.endswith("vbaProject.bin") for name in names):
        return ""
    return next(
        (kind for folder, kind in OFFICE_PARTS.items() if any(n.startswith(folder) for n in names)), ""
    )


def safe_name(name: str, kind: str) -> str:
    """The name as people gave it, without paths, control characters and a lying ending."""
    plain = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    plain = re.sub(r"[\x00-\x1f\x7f<>:\"|?*\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", plain).strip(" .")
    stem = plain.rpartition(".")[0] or plain or "file"
    return f"{stem[:180]}.{kind}"
