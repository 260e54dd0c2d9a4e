"""Writing, queueing, delivering and retrying mails."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from typing import Any

from flask import current_app
from sqlalchemy import select

from fundflow.audit import record
from fundflow.notify.carrier import Sender, Undeliverable, carry, compose, file_name
from fundflow.notify.models import Message, MessageState
from fundflow.platform import clock, sandbox
from fundflow.platform.db import db
from fundflow.platform.errors import Conflict, Invalid, NotFound
from fundflow.platform.ids import new_id
from fundflow.platform.jobs import enqueue

DELIVER = "notify.deliver"
TRIES = 6
LONGEST_SUBJECT = 300
LONGEST_ERROR = 1000
NOT_KEPT = ""


def check_text(template: str, names: Collection[str]) -> list[sandbox.Finding]:
    """What is wrong with a mail's subject or body when only `names` are in scope."""
    return sandbox.check(template, names)


def render_text(template: str, facts: Mapping[str, Any], language: str, timezone: str = "UTC") -> str:
    """A programme's wording over plain facts, as plain text; raises Invalid when it does not fit them."""
    try:
        return sandbox.render(template, facts, language=language, timezone=timezone)
    except sandbox.TextFault as fault:
        raise Invalid({"": f"a mail cannot be written: {fault}"}) from fault


def send(
    *,
    to_address: str,
    subject: str,
    body: str,
    language: str,
    kind: str,
    to_user_id: uuid.UUID | None = None,
    application_id: uuid.UUID | None = None,
    keep_body: bool = True,
) -> Message:
    """Queue a mail in the caller's transaction.

    `keep_body=False` forgets its text once it is sent: for mails whose link lets its reader in.
    """
    message = Message(
        id=new_id(),
        to_address=to_address.strip(),
        to_user_id=to_user_id,
        application_id=application_id,
        kind=kind,
        language=language,
        subject=" ".join(subject.split())[:LONGEST_SUBJECT],
        body=body,
        keep_body=keep_body,
        created_at=clock.now(),
        state=MessageState.queued,
        attempts=0,
    )
    db.session.add(message)
    enqueue(DELIVER, key=str(message.id), message_id=str(message.id))
    return message


def deliver(message_id: uuid.UUID) -> Message:
    """Send a queued mail, in the caller's transaction; one that was sent is left alone.

    Raises NotFound, Undeliverable, or what the way out raises when a later try may do.
    """
    message = _locked(message_id)
    if message.state == MessageState.sent:
        return message
    sender = Sender(current_app.config["OFFICE"]["name"], current_app.config["MAIL_FROM"])
    carry(
        compose(message, sender), current_app.config["MAIL"], name=file_name(message.created_at, message.id)
    )
    message.attempts += 1
    message.state = MessageState.sent
    message.sent_at = clock.now()
    message.error = None
    if not message.keep_body:
        message.body = NOT_KEPT
    db.session.flush()
    return message


def note_failure(message_id: uuid.UUID, fault: BaseException) -> MessageState:
    """Count a failed try; after the last one, or a refusal for good, the mail waits for staff."""
    message = _locked(message_id)
    if message.state != MessageState.sent:
        message.attempts += 1
        message.error = f"{type(fault).__name__}: {fault}"[:LONGEST_ERROR]
        if message.attempts >= TRIES or isinstance(fault, Undeliverable):
            message.state = MessageState.failed
        db.session.flush()
    return MessageState(message.state)


def retry_failed(*, actor_id: uuid.UUID | None, message_id: uuid.UUID) -> Message:
    """Send a failed mail again; raises NotFound, or Conflict when it did not fail."""
    message = _locked(message_id)
    if message.state != MessageState.failed:
        raise Conflict("this mail did not fail", current=message.state)
    message.state = MessageState.queued
    message.attempts = 0
    db.session.flush()
    enqueue(DELIVER, key=str(message.id), message_id=str(message.id))
    record(
        action="message.retried",
        actor_id=actor_id,
        application_id=message.application_id,
        message_id=str(message.id),
    )
    return message


def _locked(message_id: uuid.UUID) -> Message:
    message = db.session.scalar(
        select(Message)
        .where(Message.id == message_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if message is None:
        raise NotFound
    return message
