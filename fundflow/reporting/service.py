"""The few acts of this room: noting what is taken away, verifying the trail, and trying failed work again."""

from __future__ import annotations

import uuid
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import text

from fundflow import audit, documents, notify
from fundflow.accounts import Actor, Permission
from fundflow.documents import Document
from fundflow.notify import Message
from fundflow.platform.db import db
from fundflow.platform.errors import Conflict, Forbidden, NotFound
from fundflow.reporting.queries import office


def note_export(*, actor: Actor, what: str, filters: dict[str, Any]) -> None:
    """Record that a list left the house, and what it was narrowed to."""
    given = {name: str(value) for name, value in filters.items() if value}
    audit.record(action=f"{what}.exported", actor_id=actor.user_id, filters=given)


def note_reading(
    *, actor: Actor, application_id: uuid.UUID, form: str, number: int, sections: list[str]
) -> None:
    """Record that sensitive sections of a filled form were opened."""
    audit.record(
        action="read", actor_id=actor.user_id, application_id=application_id, form=form, number=number,
        sections=sections,
    )  # fmt: skip


def verify_trail(*, actor: Actor) -> tuple[int, audit.Fault | None]:
    """Walk the whole chain and record that it was done; returns how many rows hold and the first fault."""
    count, fault = audit.verify()
    audit.record(
        action="audit.verified", actor_id=actor.user_id, rows=count, fault=fault.seq if fault else None
    )
    return count, fault


def _require_retry(actor: Actor) -> None:
    if not actor.has(Permission.DOCUMENT_RETRY):
        raise Forbidden(_("Your role does not try failed work again."))


def retry_mail(*, actor: Actor, message_id: uuid.UUID) -> Message:
    """Queue a failed mail again; raises Forbidden, NotFound, or Conflict when it did not fail."""
    _require_retry(actor)
    message, _reference = office.mail(actor, message_id)
    return notify.retry_failed(actor_id=actor.user_id, message_id=message.id)


def retry_document(*, actor: Actor, document_id: uuid.UUID) -> Document:
    """Ask for a failed document again; raises NotFound for hidden, missing and well ones alike."""
    document = office.failed_document(actor, document_id)
    return documents.retry_failed(actor_id=actor.user_id, document_id=document.id)


def retry_job(*, actor: Actor, job_id: int) -> None:
    """Put a failed job back in the queue; raises Forbidden, NotFound, or Conflict when its twin waits already."""
    _require_retry(actor)
    row = db.session.execute(
        text(
            "select j.task_name, exists (select 1 from procrastinate_jobs t where t.status = 'todo' "
            "and t.queueing_lock = j.queueing_lock) as twin "
            "from procrastinate_jobs j where j.id = :id and j.status = 'failed' for update of j"
        ),
        {"id": job_id},
    ).one_or_none()
    if row is None:
        raise NotFound
    if row.twin:
        raise Conflict(_("The same work waits in the queue already."))
    db.session.execute(
        text("select procrastinate_retry_job_v2(:id, now(), null, null, null)"), {"id": job_id}
    )
    audit.record(action="job.retried", actor_id=actor.user_id, job=job_id, task=row.task_name)
