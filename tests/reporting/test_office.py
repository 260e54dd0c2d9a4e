"""The trail, mails, failed work, funds and programmes: who sees which rows, and what can be tried again."""

from __future__ import annotations

import csv
import io

import pytest
from sqlalchemy import select, text

from fundflow import notify
from fundflow.audit import AuditEvent
from fundflow.documents import Document
from fundflow.notify import Message
from fundflow.platform.db import db, transaction
from tests.reporting.many import recuse, statements

PAGES = ("/audit", "/audit.csv", "/outbox", "/jobs", "/documents/failed", "/funds", "/programmes")
OPEN = {
    "auditor": {"/audit", "/audit.csv", "/outbox", "/jobs", "/funds", "/programmes"},
    "manager": {"/outbox", "/jobs", "/documents/failed", "/funds", "/programmes"},
    "officer": {"/programmes"},
    "evaluator1": set(),
    "applicant": set(),
}


def mail(**more: object) -> Message:
    """A mail in the outbox."""
    given = {
        "to_address": "a@people.example",
        "subject": "Hello",
        "body": "The text.",
        "language": "en",
        "kind": "t",
    }
    with transaction():
        return notify.send(**(given | more))


def fail(row: Message | Document) -> None:
    """Mark as failed for good."""
    with transaction():
        row.state, row.error, row.attempts = "failed", "SMTPServerDisconnected: gone", 6


@pytest.mark.parametrize("who", OPEN)
def test_who_may_open_which_page(panel, who):
    person = panel.browser(who)
    assert {path for path in PAGES if person.get(path).status_code == 200} == OPEN[who]
    assert {person.get(path).status_code for path in PAGES if path not in OPEN[who]} <= {404}


def test_the_trail_is_narrowed_by_case_person_action_and_day(panel):
    (case,) = panel.submitted("applicant")
    case.play([{"move": "start_screening", "as": "officer"}])
    auditor = panel.browser("auditor")

    def found(**given: str) -> list[str]:
        page = auditor.get("/audit.csv", query_string=given).text.removeprefix("\ufeff")
        return [row["action"] for row in csv.DictReader(io.StringIO(page))]

    assert found(case=case.row().reference, person="arben") == ["move"]
    assert found(case=str(case.id), action="move") == ["move", "move"]
    assert found(person="officer@office", action="move") == ["move"]
    assert found(since="2999-01-01") == []
    assert found(until="1999-01-01") == []
    assert found(case="nothing") == []
    assert case.row().reference in auditor.get("/audit").text


def test_the_trail_hides_cases_one_is_recused_from(panel):
    (case,) = panel.submitted("applicant")
    recuse(panel, "auditor", case.id)
    auditor = panel.browser("auditor")
    assert case.row().reference not in auditor.get("/audit").text
    assert str(case.id) not in auditor.get("/audit.csv").text


def test_verifying_says_how_the_chain_stands_and_is_on_record(panel):
    panel.submitted("applicant")
    auditor = panel.browser("auditor")
    auditor.get("/audit")
    page = auditor.post("/audit/verify")
    assert "The chain is whole" in page.text
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "audit.verified")).one()
    assert event.data == {"rows": event.seq - 1, "fault": None}


def test_verifying_names_the_first_bad_row(panel):
    panel.submitted("applicant")
    with transaction():
        db.session.execute(text("alter table audit_event disable trigger audit_event_keep"))
        db.session.execute(text("update audit_event set hash = repeat('0', 64) where seq = 3"))
        db.session.execute(text("alter table audit_event enable trigger audit_event_keep"))
    auditor = panel.browser("auditor")
    auditor.get("/audit")
    page = auditor.post("/audit/verify").text
    assert "The chain is broken" in page
    assert "Row 3:" in page


def test_the_outbox_shows_mails_and_never_a_text_that_lets_its_reader_in(panel):
    (case,) = panel.submitted("applicant")
    plain = mail(application_id=case.id)
    secret = mail(subject="Reset", body="https://office.example/reset/abc", keep_body=False)
    auditor = panel.browser("auditor")
    assert "The text." in auditor.get(f"/outbox/{plain.id}").text
    page = auditor.get(f"/outbox/{secret.id}").text
    assert "reset/abc" not in page
    assert "lets its reader in" in page
    recuse(panel, "auditor", case.id)
    assert auditor.get(f"/outbox/{plain.id}").status_code == 404
    assert f"/outbox/{plain.id}" not in auditor.get("/outbox").text
    assert f"/outbox/{secret.id}" in auditor.get("/outbox?state=queued").text
    assert "No mails here" in auditor.get("/outbox?state=failed").text


def test_a_failed_mail_is_sent_again_by_those_who_may(panel):
    message = mail()
    fail(message)
    auditor, manager = panel.browser("auditor"), panel.browser("manager")
    page = auditor.get(f"/outbox/{message.id}").text
    assert "SMTPServerDisconnected" in page
    assert "Try again" not in page
    assert auditor.post(f"/outbox/{message.id}/retry").status_code == 404
    manager.get(f"/outbox/{message.id}")
    assert manager.post(f"/outbox/{message.id}/retry", follow=False).status_code == 302
    assert db.session.get_one(Message, message.id, populate_existing=True).state == "queued"


def test_a_failed_document_is_made_again(panel):
    (case,) = panel.submitted("applicant")
    paper = db.session.scalars(select(Document).where(Document.application_id == case.id)).one()
    fail(paper)
    manager = panel.browser("manager")
    assert paper.number in manager.get("/documents/failed").text
    manager.post(f"/documents/{paper.id}/retry")
    assert db.session.get_one(Document, paper.id, populate_existing=True).state == "requested"
    assert "All documents are made" in manager.get("/documents/failed").text
    assert manager.post(f"/documents/{paper.id}/retry").status_code == 404


def test_a_failed_document_of_a_recused_case_is_not_there(panel):
    (case,) = panel.submitted("applicant")
    paper = db.session.scalars(select(Document).where(Document.application_id == case.id)).one()
    fail(paper)
    recuse(panel, "manager", case.id)
    manager = panel.browser("manager")
    assert paper.number not in manager.get("/documents/failed").text
    assert manager.post(f"/documents/{paper.id}/retry").status_code == 404


def test_a_failed_job_is_put_back_once(panel):
    message = mail()
    fail(message)
    with transaction():
        db.session.execute(text("update procrastinate_jobs set status = 'failed', queueing_lock = 'one'"))
    job = db.session.scalar(
        text("select id from procrastinate_jobs where args->>'message_id' = :id"), {"id": str(message.id)}
    )
    db.session.rollback()
    manager = panel.browser("manager")
    assert "SMTPServerDisconnected" in manager.get("/jobs").text
    assert "Try again" not in panel.browser("auditor").get("/jobs").text
    assert manager.post(f"/jobs/{job}/retry", follow=False).status_code == 302
    assert (
        db.session.scalar(text("select status::text from procrastinate_jobs where id = :id"), {"id": job})
        == "todo"
    )
    db.session.rollback()
    assert manager.post(f"/jobs/{job}/retry").status_code == 404


def test_funds_show_what_lines_and_calls_hold(panel):
    (case,) = panel.in_evaluation("applicant")
    panel.score(case, 4, 4, 4)
    page = panel.browser("auditor").get("/funds").text
    assert "Fund of the test" in page
    assert "€10,000.00" in page


def test_programmes_show_versions_calls_and_where_the_cases_stand(panel):
    panel.submitted("applicant", "applicant2")
    page = panel.browser("auditor").get("/programmes").text
    assert "Start-up Fund" in page
    assert 'data-label="Cases" class="num">2<' in page


@pytest.mark.parametrize("path", ["/audit", "/outbox", "/jobs", "/funds", "/programmes"])
def test_pages_take_few_statements(panel, path):
    panel.submitted("applicant", "applicant2")
    assert statements(panel, "auditor", path) <= 12
