"""Background work: delivering a mail."""

from __future__ import annotations

import uuid

from fundflow.notify import service
from fundflow.notify.carrier import Undeliverable
from fundflow.platform.db import transaction
from fundflow.platform.jobs import task


@task(service.DELIVER, retry=service.TRIES - 1, wait=30)
def deliver(*, message_id: str) -> None:
    """Deliver once; a failure is counted in its own transaction and tried again unless it is for good."""
    try:
        with transaction():
            service.deliver(uuid.UUID(message_id))
    except Exception as fault:
        with transaction():
            service.note_failure(uuid.UUID(message_id), fault)
        if isinstance(fault, Undeliverable):
            return
        raise
