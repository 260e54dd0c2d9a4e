"""Copies of the issued PDFs under readable names, so that a newcomer can open them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

from flask import current_app
from sqlalchemy import func, select

from fundflow.documents import Document, DocumentState, file, of_application
from fundflow.platform.db import db
from fundflow.platform.wording import pick


def folder() -> Path:
    """Beside the stored files."""
    return Path(current_app.config["STORAGE_URL"].removeprefix("file://")).parent / "letters"


def save_papers(application_id: uuid.UUID) -> Iterator[tuple[str, str, Path]]:
    """Number, title and path of each PDF of a case, written to disk."""
    folder().mkdir(parents=True, exist_ok=True)
    for document in of_application(application_id):
        if document.state != DocumentState.rendered:
            yield document.number, f"{document.state}: {document.error}", Path()
            continue
        path = folder() / f"{document.number}.pdf"
        path.write_bytes(file(document.id).data)
        title = pick(document.title, document.language)
        yield document.number, title, path


def papers_of(application_id: uuid.UUID | None) -> int:
    """How many PDFs exist, of one case or of all."""
    query = select(func.count()).select_from(Document).where(Document.state == DocumentState.rendered)
    if application_id:
        query = query.where(Document.application_id == application_id)
    return db.session.scalar(query) or 0
