"""Issuing and rendering on the real database: numbers, retries, superseding, and what cannot change."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from fundflow import documents
from fundflow.audit import AuditEvent
from fundflow.documents import Document, Letter, queries, service
from fundflow.documents import jobs as document_jobs
from fundflow.documents.models import NumberSeries
from fundflow.platform import clock, storage
from fundflow.platform.db import db, transaction
from fundflow.platform.errors import Conflict, Invalid, NotFound
from tests.documents.letters import AT, AWARD, AWARD_FACTS, GREEK, GREEK_FACTS, one_text

pytestmark = pytest.mark.usefixtures("session")


def issue(definition: Letter = GREEK, facts: dict | None = None, **more) -> Document:
    with transaction():
        return documents.issue(
            **{
                "actor_id": None,
                "application_id": None,
                "letter": "receipt",
                "letter_def": definition,
                "facts": GREEK_FACTS if facts is None else facts,
                "language": "el",
                "timezone": "Europe/Tirane",
                **more,
            }
        )


def render(document: Document) -> Document:
    document_jobs.render(document_id=str(document.id))
    db.session.expire_all()
    return queries.get(document.id)


def jobs_of(document: Document) -> int:
    found = db.session.scalar(
        text("select count(*) from procrastinate_jobs where args ->> 'document_id' = :id"),
        {"id": str(document.id)},
    )
    return int(found)


def test_issuing_numbers_freezes_queues_and_records_in_one_transaction():
    actor = uuid.uuid4()
    with clock.at(AT):
        document = issue(
            AWARD, AWARD_FACTS, language="sq", letter="award", actor_id=actor, subject=("tranche", actor)
        )
    assert (document.number, document.series, document.state) == ("SUF-AWD-2026-0001", "SUF-AWD", "requested")
    assert (document.subject_kind, document.subject_id, document.requested_by) == ("tranche", actor, actor)
    assert document.title == {"sq": "Vendim për dhënien e grantit", "en": "Award decision"}
    assert document.snapshot["check_url"] == f"http://localhost/check/{document.check_code}"
    assert len(document.check_code) == 20
    assert jobs_of(document) == 1
    event = db.session.scalars(select(AuditEvent).order_by(AuditEvent.seq.desc())).first()
    assert (event.action, event.actor_id) == ("document.issued", actor)
    assert event.data["number"] == "SUF-AWD-2026-0001"
    assert event.data["sha256"] == document.snapshot_sha256


def issue_and_give_up() -> None:
    with transaction():
        documents.issue(
            actor_id=None,
            application_id=None,
            letter="receipt",
            letter_def=GREEK,
            facts=GREEK_FACTS,
            language="el",
        )
        raise RuntimeError("changed my mind")


def test_nothing_remains_of_an_issue_that_is_rolled_back_and_the_number_comes_again():
    first = issue()
    with pytest.raises(RuntimeError, match="changed my mind"):
        issue_and_give_up()
    second = issue()
    year = clock.today("Europe/Tirane").year
    assert [first.number, second.number] == [f"SUF-RCP-{year}-0001", f"SUF-RCP-{year}-0002"]
    assert db.session.scalar(select(func.count()).select_from(Document)) == 2


def test_series_count_by_prefix_and_by_year_of_the_time_zone():
    with clock.at(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)):
        numbers = [issue(timezone="UTC").number, issue().number, issue(prefix="OTHER").number]
    assert numbers == ["SUF-RCP-2026-0001", "SUF-RCP-2027-0001", "OTHER-2027-0001"]


def test_facts_that_do_not_fit_refuse_the_issue():
    with pytest.raises(Invalid, match="needs tranches"):
        issue(AWARD, {"applicant": {}, "award": {}})
    with pytest.raises(Invalid, match="plain values"):
        issue(GREEK, {"case": {"name": 1.5}})
    assert db.session.scalar(select(func.count()).select_from(NumberSeries)) == 0


def test_rendering_stores_the_file_and_doing_it_again_changes_nothing():
    document = render(issue())
    assert document.state == "rendered"
    file = documents.file(document.id)
    assert file.name == f"{document.number}.pdf"
    assert (len(file.data), file.sha256) == (document.pdf_size, document.pdf_sha256)
    assert document.storage_key == f"documents/{file.sha256}"
    at = document.rendered_at
    again = render(document)
    assert (again.rendered_at, again.attempts, again.pdf_sha256) == (at, 1, file.sha256)


def test_what_was_stored_can_be_rendered_again_from_the_row_alone_to_the_same_bytes():
    document = render(issue(AWARD, AWARD_FACTS, language="sq"))
    snapshot = db.session.scalar(select(Document.snapshot).where(Document.id == document.id))
    assert service.make_pdf(snapshot) == storage.get(document.storage_key)


def test_a_document_is_not_ready_before_it_is_rendered():
    document = issue()
    with pytest.raises(Conflict):
        documents.file(document.id)
    with pytest.raises(NotFound):
        documents.file(uuid.uuid4())


def test_a_rendering_that_fails_is_counted_tried_again_and_then_shown_to_staff():
    document = issue(one_text("{{ case.nothing }}"), {"case": {}}, language="en")
    for attempt in range(1, service.TRIES + 1):
        with pytest.raises(ValueError, match="nothing"):
            document_jobs.render(document_id=str(document.id))
        db.session.expire_all()
        document = queries.get(document.id)
        assert document.attempts == attempt
        assert document.state == ("failed" if attempt == service.TRIES else "requested")
    assert "the value 'nothing' is missing" in document.error
    assert [row.id for row in documents.failed()] == [document.id]


def test_staff_ask_again_for_a_failed_document_only():
    document = issue()
    with pytest.raises(Conflict, match="did not fail"), transaction():
        documents.retry_failed(actor_id=None, document_id=document.id)
    with transaction():
        for _ in range(service.TRIES):
            service.note_failure(document.id, OSError("disk full"))
        db.session.execute(text("delete from procrastinate_jobs"))
    with transaction():
        documents.retry_failed(actor_id=None, document_id=document.id)
    assert (document.state, document.attempts, jobs_of(document)) == ("requested", 0, 1)
    assert render(document).state == "rendered"
    assert documents.failed() == []


def test_a_correction_supersedes_once_and_the_check_says_so():
    first = render(issue())
    assert documents.verify(first.check_code).valid
    second = issue(supersedes=first.id)
    assert second.snapshot["supersedes"] == first.number
    told = documents.verify(first.check_code)
    assert (told.valid, told.superseded_by) == (False, second.number)
    with pytest.raises(Conflict, match=second.number):
        issue(supersedes=first.id)
    with pytest.raises(NotFound):
        issue(supersedes=uuid.uuid4())


def test_the_check_tells_no_more_than_it_may():
    with clock.at(AT):
        document = render(issue())
    told = documents.verify(document.check_code)
    assert told == documents.Confirmation(
        number="SUF-RCP-2026-0001",
        issued_on=AT.date(),
        title={"el": "Βεβαίωση παραλαβής"},
        snapshot_sha256=document.snapshot_sha256,
        pdf_sha256=document.pdf_sha256,
        superseded_by=None,
    )
    for code in ("", "x" * 20, document.check_code[:-1] + "!"):
        with pytest.raises(NotFound):
            documents.verify(code)


def refused(statement) -> str:
    with pytest.raises(DBAPIError) as error, transaction():
        db.session.execute(statement)
    return str(error.value.orig)


def test_the_database_keeps_what_was_issued_and_what_was_rendered():
    waiting = issue()
    other = {
        "number": "X-1",
        "snapshot": {},
        "snapshot_sha256": "0" * 64,
        "check_code": "y" * 20,
        "letter": "z",
    }
    for column, value in other.items():
        assert "was fixed when it was issued" in refused(
            update(Document).where(Document.id == waiting.id).values({column: value})
        )
    done = render(waiting)
    for column, value in {
        **other,
        "pdf_sha256": "0" * 64,
        "storage_key": "k",
        "state": "requested",
        "attempts": 9,
    }.items():
        assert "never changes" in refused(
            update(Document).where(Document.id == done.id).values({column: value})
        )
    assert "never removed" in refused(delete(Document))
    assert "never removed" in refused(text("truncate document cascade"))
    assert "only go forward" in refused(update(NumberSeries).values(last=1))
    assert "only go forward" in refused(delete(NumberSeries))


@pytest.mark.parametrize(
    "values",
    [
        {"state": "rendered"},
        {"pdf_sha256": "0" * 64},
        {"storage_key": "documents/x"},
        {"state": "failed"},
        {"state": "lost"},
    ],
)
def test_a_half_rendered_document_cannot_be_written(values):
    document = issue()
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(update(Document).where(Document.id == document.id).values(values))


def test_documents_of_a_part_of_a_case_come_oldest_first():
    part = uuid.uuid4()
    issued = [issue(subject=("purchase", part)) for _ in range(3)]
    assert [row.id for row in documents.of_subject("purchase", part)] == [row.id for row in issued]
    assert documents.of_application(uuid.uuid4()) == []
