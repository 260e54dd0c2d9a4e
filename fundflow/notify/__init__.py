"""Mails: queued in the transaction that causes them, delivered by a worker, kept as an outbox."""

from fundflow.notify.models import Message, MessageState
from fundflow.notify.queries import of_application, outbox
from fundflow.notify.service import check_text, render_text, retry_failed, send

__all__ = [
    "Message",
    "MessageState",
    "check_text",
    "of_application",
    "outbox",
    "render_text",
    "retry_failed",
    "send",
]
