"""Pages that every role shares: moves with files, record forms, clarifications, documents, sensitive reads."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from fundflow.accounts import load_actor, user_by_email
from fundflow.applications.models import FormEntry, StoredFile
from fundflow.applications.service.move import move
from fundflow.documents import Document
from fundflow.documents import jobs as document_jobs
from fundflow.ledger.service import fund_line, open_fund
from fundflow.platform import clock
from fundflow.platform.db import db, transaction
from fundflow.programmes import folders, open_call, publish, read_folder
from tests.applications.office import PDF, Site
from tests.applications.test_journey import fill, start
from tests.web.pages import Person

LATER = timedelta(days=15)
ASK = {"items": [{"question": "summary", "ask": "For whom is the bread?"}]}


def act(site: Site, email: str, name: str, form: dict[str, Any] | None = None) -> None:
    """Make a move of the one case by the service, as somebody of the office does it."""
    with site.app.app_context(), transaction():
        user = user_by_email(email)
        assert user is not None
        move(actor=load_actor(user.id), subject_id=site_case(), move=name, form=form)


def site_case() -> Any:
    from fundflow.applications.models import Application  # noqa: PLC0415

    return db.session.scalars(select(Application.id)).one()


@pytest.fixture
def submitted(site: Site, applicant: Person) -> str:
    """The address of a form that was handed in."""
    form = start(applicant, site)
    fill(applicant, site, form)
    applicant.get(f"{form}/check")
    applicant.send(f"/moves/application/{site.case().id}/submit", {"seen_version": "1", "q_checked": "true"})
    assert site.case().stage == "submitted"
    return form


@pytest.fixture
def later(site: Site, submitted: str) -> Iterator[None]:
    """After the call has closed."""
    with clock.at(clock.now() + LATER):
        yield


@pytest.fixture
def officer(signed_in: Callable[..., Person]) -> Person:
    """Somebody who screens."""
    return signed_in("officer@office.example", "programme_officer", name="Arben Kola")


def test_reading_sensitive_sections_is_on_record_for_the_office_alone(
    site: Site, applicant: Person, officer: Person, submitted: str
):
    assert "CA4821937" in applicant.get(f"{submitted}/check").text
    assert site.events("read") == []
    assert "CA4821937" in officer.get(f"{submitted}/check").text
    (read,) = site.events("read")
    assert read.data == {"form": "application", "number": 1, "sections": ["identity", "files"]}
    file_id = site.stored("files")["identity_file"]["file_id"]
    assert officer.get(f"/files/{file_id}").data == PDF
    assert [found.data["file"] for found in site.events("file.read")] == [file_id]


def test_a_handed_in_form_is_shown_and_not_changed(site: Site, applicant: Person, submitted: str):
    assert applicant.get(submitted).location == f"{submitted}/check"
    assert applicant.get(f"{submitted}/project").location == f"{submitted}/check"
    page = applicant.get(f"{submitted}/check").text
    assert ">Change<" not in page
    sent = applicant.send(f"{submitted}/project", {"seen_version": "9", "q_title": "Other"})
    assert sent.status_code == 422
    assert site.stored("project")["title"] == "Stone-oven bakery in Përmet"


def test_a_clarification_opens_only_what_was_asked(
    site: Site, applicant: Person, officer: Person, submitted, later
):
    act(site, "officer@office.example", "start_screening")
    act(site, "officer@office.example", "ask_clarification", ASK)
    tasks = applicant.get(submitted).text
    assert "For whom is the bread?" in tasks
    assert tasks.count("Not to be changed") == 8
    page = applicant.get(f"{submitted}/project").text
    assert 'name="q_summary"' in page
    assert 'name="q_title"' not in page
    assert "Stone-oven bakery in Përmet" in page
    version = re.search(r'name="seen_version" value="(\d+)"', page)[1]
    changed = {"seen_version": version, "q_summary": "For six groceries.", "q_title": "Other"}
    assert applicant.send(f"{submitted}/project", changed).location == f"{submitted}/check"
    assert site.stored("project")["summary"] == "For six groceries."
    assert site.stored("project")["title"] == "Stone-oven bakery in Përmet"
    before = site.case().content_hash
    check = applicant.get(f"{submitted}/check").text
    version = re.search(r'name="seen_version" value="(\d+)"', check)[1]
    answer = f"/moves/application/{site.case().id}/answer_clarification"
    sent = applicant.send(answer, {"seen_version": version, "q_answer": "It is for shops."})
    assert sent.location == f"/applications/{site.case().id}"
    assert site.case().stage == "screening"
    content = applicant.get(f"{sent.location}/receipt.json").data
    assert site.case().content_hash != before
    assert hashlib.sha256(content).hexdigest() == site.case().content_hash


def test_an_upload_survives_a_mistake_on_the_page_of_a_move(
    site: Site, applicant: Person, officer: Person, submitted: str, later
):
    act(site, "officer@office.example", "start_screening")
    act(site, "officer@office.example", "ask_clarification", ASK)
    address = f"/moves/application/{site.case().id}/answer_clarification"
    page = applicant.get(address).text
    version = re.search(r'name="seen_version" value="(\d+)"', page)[1]
    wrong = applicant.send(address, {"seen_version": version, "q_proof": (io.BytesIO(PDF), "proof.pdf")})
    assert wrong.status_code == 422
    assert "proof.pdf" in wrong.text
    kept = re.search(r'name="kept" value="([^"]+)"', wrong.text)[1]
    right = applicant.send(address, {"seen_version": version, "kept": kept, "q_answer": "See the paper."})
    assert right.status_code == 302
    with site.app.app_context():
        entry = db.session.scalars(select(FormEntry).where(FormEntry.form == "clarification_answer")).one()
        assert entry.move == "answer_clarification"
        file = db.session.scalars(select(StoredFile).where(StoredFile.question == "proof")).one()
        assert file.entry_id == entry.id
    assert site.stored("answer", "clarification_answer")["proof"]["name"] == "proof.pdf"


def test_a_move_of_a_stale_page_is_refused_with_the_present_stage(
    site: Site, applicant: Person, officer: Person, submitted: str, later
):
    act(site, "officer@office.example", "start_screening")
    officer.get("/")
    stale = officer.send(f"/moves/application/{site.case().id}/start_screening", {"seen_version": "2"})
    assert stale.status_code == 302
    assert "only once" in officer.get("/").text
    withdrawn = f"/moves/application/{site.case().id}/withdraw"
    applicant.get(withdrawn)
    late = applicant.send(withdrawn, {"seen_version": "2", "q_sure": "true"})
    assert late.status_code == 409
    assert "Screening" in late.text
    assert site.case().stage == "screening"


def test_moves_that_are_not_mine_or_not_there(site: Site, applicant: Person, officer: Person, submitted: str):
    case = site.case().id
    applicant.get("/")
    assert applicant.get(f"/moves/application/{case}/start_screening").status_code == 403
    assert (
        applicant.send(f"/moves/application/{case}/start_screening", {"seen_version": "2"}).status_code == 403
    )
    assert applicant.get(f"/moves/application/{case}/nothing").status_code == 404
    assert applicant.get(f"/moves/nothing/{case}/submit").status_code == 404
    assert applicant.get(f"/moves/application/{case}/submit").status_code == 409
    early = officer.get(f"/moves/application/{case}/start_screening")
    assert early.status_code == 200
    assert "The call is still open." in early.text
    refused = officer.send(f"/moves/application/{case}/start_screening", {"seen_version": "2"})
    assert refused.status_code == 422
    assert "The call is still open." in refused.text


def test_after_a_move_only_addresses_of_this_site_are_followed(
    site: Site, applicant: Person, officer: Person, submitted: str, later
):
    address = f"/moves/application/{site.case().id}/start_screening"
    officer.get(f"{address}?next=https://evil.example/")
    moved = officer.send(address, {"seen_version": "2", "next": "//evil.example/"})
    assert moved.location == f"/applications/{site.case().id}"


def test_a_document_is_downloaded_by_who_may_see_the_case_and_noted(
    site: Site, applicant: Person, signed_in, submitted: str
):
    with site.app.app_context():
        paper = db.session.scalars(select(Document)).one().id
    address = f"/documents/{paper}.pdf"
    assert applicant.get(address).status_code == 409
    with site.app.app_context():
        document_jobs.render(document_id=str(paper))
    found = applicant.client.get(address)
    assert found.data.startswith(b"%PDF")
    assert found.headers["Content-Disposition"].startswith("attachment")
    assert [noted.data["document_id"] for noted in site.events("document.read")] == [str(paper)]
    assert address in applicant.get(f"/applications/{site.case().id}/receipt").text
    assert signed_in("stranger@people.example").get(address).status_code == 404


@pytest.fixture
def caseload(site: Site) -> str:
    """A caseload of the reintegration grant and the name it is opened by."""
    with site.app.app_context(), transaction():
        version = publish(actor_id=None, files=read_folder(folders()["reintegration_grant"]))
        fund = open_fund(code="R-FUND", title="Return fund", donor="A donor", currency="EUR")
        line = fund_line(actor_id=None, fund=fund, code="R-1", title="Grants", amount_minor=50_000_000)
        call = open_call(
            actor_id=None,
            version=version,
            slug="returns",
            title={"en": "Returns"},
            summary={"en": ""},
            opens_at=clock.now() - timedelta(days=1),
            closes_at=None,
            line=line,
        )
        return str(call.id)


def test_a_record_form_is_filled_handed_in_and_begun_again(site: Site, signed_in, caseload: str):
    from uuid import UUID  # noqa: PLC0415

    from fundflow.applications.service.cases import open_case  # noqa: PLC0415

    worker = signed_in("worker@office.example", "case_worker")
    with site.app.app_context(), transaction():
        actor = load_actor(user_by_email("worker@office.example").id)
        case = open_case(actor=actor, call_id=UUID(caseload)).id
    form = f"/applications/{case}/forms/contact_log"
    assert "Start" in worker.get(form).text
    assert worker.send(f"{form}/begin", {}).location == form
    section = worker.get(form).location
    page = worker.get(section).text
    options = re.findall(r'type="radio" name="(q_\w+)"[^>]*value="(\w+)"', page)
    sent: dict[str, Any] = {"seen_version": "0"}
    for name, value in options:
        sent.setdefault(name, value)
    for name in re.findall(r'<(?:textarea|input)[^>]*?id="(q_\w+)" name="\w+"', page):
        sent.setdefault(name, "We spoke on the phone.")
    for name in re.findall(r'type="date"[^>]*name="(q_\w+)"|name="(q_\w+)"[^>]*type="date"', page):
        sent[name[0] or name[1]] = clock.today("Europe/Tirane").isoformat()
    for name, kind in re.findall(r'<input class="[^"]*" type="(\w+)"[^>]*name="(q_\w+)"', page):
        if name == "date":
            sent[kind] = clock.today("Europe/Tirane").isoformat()
    saved = worker.send(section, sent)
    assert saved.location == f"{form}/check", re.findall(r'field-error"[^>]*>([^<]+)', saved.text)
    assert "Hand in" in worker.get(saved.location).text
    done = worker.send(f"{form}/hand-in", {"number": "1"})
    assert done.location == f"/applications/{case}"
    assert worker.send(f"{form}/hand-in", {"number": "1"}).location == done.location
    assert len(site.events("entry.submitted")) == 1
    listed = worker.get(form).text
    assert "Start a new one" in listed
    assert "No. 1" in listed
    worker.send(f"{form}/begin", {})
    with site.app.app_context():
        rows = db.session.scalars(select(FormEntry).where(FormEntry.form == "contact_log")).all()
        assert sorted((row.number, row.state) for row in rows) == [(1, "submitted"), (2, "draft")]


def test_no_page_takes_more_than_twelve_queries_or_sixty_kilobytes(site: Site, applicant: Person):
    form = start(applicant, site)
    fill(applicant, site, form)
    case = site.case().id
    pages = ["/", "/mine", form, f"{form}/check"]
    pages += [f"/moves/application/{case}/{name}" for name in ("withdraw", "submit")]
    pages += [f"{form}/{part.id}" for part in site.definition.forms["application"].sections]
    counted: list[str] = []
    with site.app.app_context():
        engine = db.engine.engine
    note = lambda *given: counted.append(given[2])  # noqa: E731
    event.listen(engine, "before_cursor_execute", note)
    try:
        for page in pages:
            counted.clear()
            answer = applicant.get(page)
            assert answer.status_code == 200, page
            asked = [
                statement
                for statement in counted
                if not statement.lower().startswith(("savepoint", "release"))
            ]
            assert len(asked) <= 12, (page, asked)
            assert len(answer.data) <= 60_000, (page, len(answer.data))
    finally:
        event.remove(engine, "before_cursor_execute", note)
