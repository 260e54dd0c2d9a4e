"""Mails: queued with their cause, delivered once, to a folder or a server, and kept or forgotten as asked."""

from __future__ import annotations

import email
import socket
import socketserver
import threading
import uuid
from email.policy import default

import pytest
from sqlalchemy import func, select, text

from fundflow import notify
from fundflow.notify import Message, MessageState, queries, service
from fundflow.notify import jobs as mail_jobs
from fundflow.platform.db import db, transaction
from fundflow.platform.errors import Conflict, Invalid, NotFound
from fundflow.settings import Mail

pytestmark = pytest.mark.usefixtures("session")


def send(**more) -> Message:
    with transaction():
        return notify.send(
            **{
                "to_address": "ana@people.example",
                "subject": "Kërkesa juaj u pranua: ë ç",
                "body": "E nderuara Ana,\n\nfaleminderit – Ευχαριστώ.\n",
                "language": "sq",
                "kind": "received",
                **more,
            }
        )


def send_and_give_up() -> None:
    with transaction():
        notify.send(to_address="b@people.example", subject="x", body="y", language="en", kind="k")
        raise RuntimeError("stop")


def deliver(message: Message) -> Message:
    mail_jobs.deliver(message_id=str(message.id))
    db.session.expire_all()
    return db.session.get(Message, message.id)


@pytest.fixture
def folder(app, tmp_path):
    before, app.config["MAIL"] = app.config["MAIL"], Mail(folder=tmp_path)
    yield tmp_path
    app.config["MAIL"] = before


class Server(socketserver.ThreadingTCPServer):
    """An SMTP server that keeps what it is given, or refuses recipients with a code."""

    allow_reuse_address = True
    refuse: bytes | None = None

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Session)
        self.received: list[bytes] = []


class Session(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"220 ready\r\n")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                self.wfile.write(b"354 go\r\n")
                lines = iter(self.rfile.readline, b".\r\n")
                self.server.received.append(b"".join(lines))
            if verb == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            refused = verb == b"RCPT" and self.server.refuse
            self.wfile.write((self.server.refuse if refused else b"250 ok") + b"\r\n")


@pytest.fixture
def server(app):
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        before = app.config["MAIL"]
        app.config["MAIL"] = Mail(host="127.0.0.1", port=running.server_address[1])
        yield running
        app.config["MAIL"] = before
        running.shutdown()
        thread.join()


def test_a_mail_is_a_row_and_a_job_of_the_same_transaction():
    message = send()
    assert (message.state, message.attempts, message.sent_at) == ("queued", 0, None)
    jobs = text("select count(*) from procrastinate_jobs where args ->> 'message_id' = :id")
    assert db.session.scalar(jobs, {"id": str(message.id)}) == 1
    with pytest.raises(RuntimeError, match="stop"):
        send_and_give_up()
    assert db.session.scalar(select(func.count()).select_from(Message)) == 1


def test_a_folder_keeps_one_file_per_mail_however_often_it_is_delivered(folder):
    message = deliver(send())
    sent_at = message.sent_at
    assert (message.state, message.attempts) == ("sent", 1)
    assert deliver(message).sent_at == sent_at
    (path,) = folder.iterdir()
    assert path.name == f"{message.created_at:%Y%m%dT%H%M%S}-{message.id}.eml"
    mail = email.message_from_bytes(path.read_bytes(), policy=default)
    assert mail["To"] == "ana@people.example"
    assert mail["From"] == "Test Grant Office <grants@office.example>"
    assert mail["Subject"] == "Kërkesa juaj u pranua: ë ç"
    assert mail["Message-ID"] == f"<{message.id}@office.example>"
    assert (mail["Content-Language"], mail["Auto-Submitted"]) == ("sq", "auto-generated")
    assert mail.get_content().replace("\r\n", "\n") == "E nderuara Ana,\n\nfaleminderit – Ευχαριστώ.\n"


def test_a_server_gets_the_same_mail(server):
    message = deliver(send())
    assert message.state == "sent"
    (data,) = server.received
    mail = email.message_from_bytes(data, policy=default)
    assert mail["Message-ID"] == f"<{message.id}@office.example>"
    assert mail.get_content().replace("\r\n", "\n") == message.body


def test_a_refusal_for_good_is_not_tried_again(server):
    server.refuse = b"550 no such person"
    message = deliver(send())
    assert (message.state, message.attempts) == ("failed", 1)
    assert message.error == "Undeliverable: 550 no such person"


def test_a_passing_fault_is_tried_again_until_staff_must_look(server):
    server.refuse = b"451 later"
    message = send()
    for attempt in range(1, service.TRIES + 1):
        with pytest.raises(OSError, match="later"):
            mail_jobs.deliver(message_id=str(message.id))
        db.session.expire_all()
        assert db.session.get(Message, message.id).attempts == attempt
    assert db.session.get(Message, message.id).state == "failed"
    server.refuse = None
    with transaction():
        notify.retry_failed(actor_id=None, message_id=message.id)
    assert deliver(message).state == "sent"
    with pytest.raises(Conflict), transaction():
        notify.retry_failed(actor_id=None, message_id=message.id)


def test_no_server_is_a_passing_fault(app):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    before, app.config["MAIL"] = app.config["MAIL"], Mail(host="127.0.0.1", port=port)
    try:
        message = send()
        with pytest.raises(ConnectionRefusedError):
            mail_jobs.deliver(message_id=str(message.id))
    finally:
        app.config["MAIL"] = before
    db.session.expire_all()
    assert db.session.get(Message, message.id).state == "queued"


def test_headers_cannot_be_smuggled_in(folder):
    message = deliver(send(subject="Hello\r\nBcc: all@people.example"))
    (path,) = folder.iterdir()
    mail = email.message_from_bytes(path.read_bytes(), policy=default)
    assert mail["Subject"] == "Hello Bcc: all@people.example"
    assert mail["Bcc"] is None
    evil = deliver(send(to_address="a@people.example\r\nBcc: b@people.example"))
    assert evil.state == "failed"
    assert "no address" in evil.error
    assert message.state == "sent"


def test_a_text_that_lets_its_reader_in_is_forgotten_once_sent(folder):
    kept, forgotten = (
        deliver(send()),
        deliver(send(body="https://office.example/reset/secret", keep_body=False)),
    )
    assert kept.body.startswith("E nderuara")
    assert forgotten.body == ""
    assert any(b"reset/secret" in path.read_bytes() for path in folder.iterdir())


def test_the_outbox_lists_newest_first_and_by_state(folder):
    first, second = deliver(send()), send()
    assert [row.id for row in db.session.scalars(notify.outbox())] == [second.id, first.id]
    assert [row.id for row in db.session.scalars(notify.outbox(MessageState.queued))] == [second.id]
    assert queries.counts() == {"queued": 1, "sent": 1, "failed": 0}
    assert notify.of_application(uuid.uuid4()) == []


def test_an_unknown_mail_is_not_found():
    with pytest.raises(NotFound), transaction():
        service.deliver(uuid.uuid4())


def test_wording_of_programmes_is_rendered_in_the_sandbox():
    facts = {"case": {"reference": "SUF-2026-0001", "amount": {"minor": 150050, "currency": "EUR"}}}
    assert notify.render_text("{{ case.reference }}: {{ case.amount }}", facts, "it").replace(
        "\u00a0", " "
    ) == ("SUF-2026-0001: 1.500,50 €")
    assert notify.check_text("{{ case.x }}", {"case"}) == []
    assert notify.check_text("{{ case.__class__ }}", {"case"}) != []
    with pytest.raises(Invalid, match="missing"):
        notify.render_text("{{ case.nothing }}", facts, "it")
