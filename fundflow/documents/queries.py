"""Reads of documents; the rooms above decide who may see which case."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from fundflow.documents.models import Document, DocumentState
from fundflow.platform import storage
from fundflow.platform.db import db
from fundflow.platform.errors import Conflict, NotFound


@dataclass(frozen=True)
class File:
    """A rendered document as a download."""

    name: str
    data: bytes
    sha256: str


def of_application(application_id: uuid.UUID) -> Sequence[Document]:
    """The documents of a case, oldest first, without their snapshots."""
    return db.session.scalars(
        select(Document)
        .where(Document.application_id == application_id)
        .order_by(Document.requested_at, Document.id)
    ).all()


def of_subject(kind: str, subject_id: uuid.UUID) -> Sequence[Document]:
    """The documents of a part of a case, such as one tranche or purchase, oldest first."""
    return db.session.scalars(
        select(Document)
        .where(Document.subject_kind == kind, Document.subject_id == subject_id)
        .order_by(Document.requested_at, Document.id)
    ).all()


def failed() -> Sequence[Document]:
    """The documents that wait for staff because their rendering failed, oldest first."""
    return db.session.scalars(
        select(Document)
        .where(Document.state == DocumentState.failed)
        .order_by(Document.requested_at, Document.id)
    ).all()


def get(document_id: uuid.UUID) -> Document:
    """One document; raises NotFound."""
    document = db.session.get(Document, document_id)
    if document is None:
        raise NotFound
    return document


def file(document_id: uuid.UUID) -> File:
    """The PDF of a document; raises NotFound, or Conflict while it is not rendered."""
    document = get(document_id)
    if document.storage_key is None or document.pdf_sha256 is None:
        raise Conflict(f"{document.number} is not ready", current=document.state)
    return File(f"{document.number}.pdf", storage.get(document.storage_key), document.pdf_sha256)
