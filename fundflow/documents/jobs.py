"""Background work: making the PDF of a document."""

from __future__ import annotations

import uuid

from fundflow.documents import service
from fundflow.platform.db import transaction
from fundflow.platform.jobs import task


@task(service.RENDER, retry=service.TRIES - 1)
def render(*, document_id: str) -> None:
    """Render once; a failure is counted in its own transaction and tried again, at last shown to staff."""
    try:
        with transaction():
            service.render(uuid.UUID(document_id))
    except Exception as fault:
        with transaction():
            service.note_failure(uuid.UUID(document_id), fault)
        raise
