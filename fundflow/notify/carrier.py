"""Carries one mail out of the house: to an SMTP server, or into a folder as a file."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from fundflow.settings import Mail

TIMEOUT_SECONDS = 20


class Undeliverable(RuntimeError):
    """The receiving side refuses this mail for good; another try would change nothing."""


@dataclass(frozen=True)
class Sender:
    """In whose name mails go out."""

    name: str
    address: str


def compose(message: Any, sender: Sender) -> EmailMessage:
    """The mail of an outbox row; its Message-ID is the row's, so that a mail sent twice is seen once.

    Raises Undeliverable for an address that cannot stand in a header.
    """
    mail = EmailMessage(policy=SMTP)
    user, _, domain = sender.address.rpartition("@")
    try:
        mail["To"] = message.to_address
        mail["From"] = Address(display_name=sender.name, username=user, domain=domain)
    except (ValueError, IndexError) as fault:
        raise Undeliverable(f"{message.to_address!r} is no address: {fault}") from fault
    mail["Subject"] = " ".join(message.subject.split())
    mail["Date"] = format_datetime(message.created_at)
    mail["Message-ID"] = f"<{message.id}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.body, charset="utf-8", cte="quoted-printable")
    mail["Content-Language"] = message.language
    return mail


def carry(mail: EmailMessage, target: Mail, *, name: str) -> None:
    """Hand a mail over; a folder keeps it as `<name>.eml`, written whole or not at all.

    Raises Undeliverable when it is refused for good, OSError or SMTPException when a later try may do.
    """
    if target.folder is not None:
        _keep(bytes(mail), target.folder, name)
        return
    try:
        with _connect(target) as server:
            server.send_message(mail)
    except smtplib.SMTPRecipientsRefused as fault:
        code, text = next(iter(fault.recipients.values()))
        raise _verdict(code, text) from fault
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as fault:
        raise _verdict(fault.smtp_code, fault.smtp_error) from fault


def _verdict(code: int, text: bytes | str) -> Exception:
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    if code >= 500:
        return Undeliverable(f"{code} {said}")
    return smtplib.SMTPResponseException(code, said)


def _connect(target: Mail) -> smtplib.SMTP:
    if target.tls == "implicit":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            target.host, target.port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context()
        )
    else:
        server = smtplib.SMTP(target.host, target.port, timeout=TIMEOUT_SECONDS)
    try:
        if target.tls == "starttls":
            server.starttls(context=ssl.create_default_context())
        if target.user:
            server.login(target.user, target.password)
    except BaseException:
        server.close()
        raise
    return server


def _keep(data: bytes, folder: Path, name: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f".{name}.part"
    part.write_bytes(data)
    part.replace(folder / f"{name}.eml")


def file_name(created_at: datetime, message_id: object) -> str:
    """The name of a mail's file: sorted by time, one per mail."""
    return f"{created_at:%Y%m%dT%H%M%S}-{message_id}"
