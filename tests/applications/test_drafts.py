"""Saving a draft: by itself, from two tabs, without JavaScript, with files."""

from __future__ import annotations

import io
import re

import pytest
from sqlalchemy import Engine, event

from tests.applications.office import PDF, Site
from tests.applications.test_journey import start
from tests.web.pages import Person

HTML = b"<!doctype html><html><body>hello</body></html>"
JSON = {"Accept": "application/json"}


@pytest.fixture
def form(site: Site, applicant: Person) -> str:
    """The address of a form that was just begun."""
    return start(applicant, site)


def autosave(person: Person, address: str, **fields: str):
    data = {"csrf_token": person._token, **fields}
    return person.client.post(f"{address}/autosave", data=data, headers=JSON)


def test_autosave_keeps_the_text_and_tells_time_and_version(site: Site, applicant: Person, form: str):
    applicant.get(f"{form}/project")
    saved = autosave(applicant, f"{form}/project", seen_version="0", q_title="Bakery")
    assert saved.status_code == 200
    assert re.fullmatch(r"\d\d:\d\d", saved.json["saved_at"])
    assert saved.json["fields"] == {"seen_version": "1"}
    again = autosave(applicant, f"{form}/project", seen_version="1", q_title="Bakery in Përmet")
    assert again.json["version"] == 2
    assert site.stored("project") == {"title": "Bakery in Përmet"}
    assert site.case().title == "Bakery in Përmet"
    assert 'value="Bakery in Përmet"' in applicant.get(f"{form}/project").text
    assert applicant.get(form).text.count("In progress") == 1


def test_a_section_is_saved_in_few_statements(site: Site, applicant: Person, form: str):
    applicant.get(f"{form}/project")
    asked: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement.split(maxsplit=1)[0])

    event.listen(Engine, "before_cursor_execute", count)
    try:
        saved = autosave(applicant, f"{form}/project", seen_version="0", q_title="Bakery")
    finally:
        event.remove(Engine, "before_cursor_execute", count)
    assert saved.status_code == 200
    harness = {"SAVEPOINT", "RELEASE", "ROLLBACK"}  # each test runs inside a transaction that is undone
    # the person, the draft, its answers; the section, the title that lists show
    assert [word for word in asked if word not in harness] == ["SELECT"] * 3 + ["INSERT", "UPDATE"]


def test_two_tabs_that_disagree_see_both_texts_and_choose(site: Site, applicant: Person, form: str):
    page = f"{form}/project"
    applicant.get(page)
    applicant.send(page, {"seen_version": "0", "q_title": "First tab", "q_summary": "One", "draft": "1"})
    stale = applicant.send(
        page, {"seen_version": "0", "q_title": "Second tab", "q_summary": "Two", "draft": "1"}
    )
    assert stale.status_code == 409
    assert "First tab" in stale.text
    assert "Second tab" in stale.text
    assert site.stored("project") == {"title": "First tab", "summary": "One"}
    mine = re.search(r'name="mine" value="([^"]+)"', stale.text)[1]
    choice = {"mine": mine, "seen_version": "1", "keep-title": "mine", "keep-summary": "stored"}
    kept = applicant.send(f"{page}/conflict/keep", choice)
    assert (kept.status_code, kept.location) == (302, page)
    assert site.stored("project") == {"title": "Second tab", "summary": "One"}


def test_autosave_of_a_stale_tab_is_refused_with_the_way_to_compare(site: Site, applicant: Person, form: str):
    page = f"{form}/project"
    applicant.get(page)
    autosave(applicant, page, seen_version="0", q_title="First tab")
    stale = autosave(applicant, page, seen_version="0", q_title="Second tab")
    assert (stale.status_code, stale.json) == (409, {"url": f"{page}/conflict"})
    compared = applicant.send(stale.json["url"], {"seen_version": "0", "q_title": "Second tab"})
    assert compared.status_code == 409
    assert "Second tab" in compared.text
    assert site.stored("project") == {"title": "First tab"}
    assert applicant.get(stale.json["url"]).location == page


def test_saving_the_same_twice_is_no_conflict(site: Site, applicant: Person, form: str):
    page = f"{form}/project"
    applicant.get(page)
    fields = {"seen_version": "0", "q_title": "Bakery", "draft": "1"}
    assert applicant.send(page, fields).location == form
    assert applicant.send(page, fields).location == form


def test_a_choice_from_somebody_else_is_not_taken(site: Site, applicant: Person, form: str):
    page = f"{form}/project"
    applicant.get(page)
    applicant.send(page, {"seen_version": "0", "q_title": "Mine", "draft": "1"})
    applicant.send(f"{page}/conflict/keep", {"mine": "eyJ0aXRsZSI6ICJCYWQifQ.aa.bb", "seen_version": "1"})
    assert site.stored("project") == {"title": "Mine"}


def test_what_is_wrong_is_shown_at_its_question_and_nothing_is_lost(site: Site, applicant: Person, form: str):
    page = f"{form}/budget"
    applicant.get(page)
    sent = {"seen_version": "0", "q_requested": "a lot", "q_own_source": "Savings"}
    answer = applicant.send(page, sent)
    assert answer.status_code == 422
    assert 'value="a lot"' in answer.text
    assert 'href="#q_requested"' in answer.text
    assert "<title>Error: Budget" in answer.text
    assert site.stored("budget") == {"own_source": "Savings"}


def test_rows_are_added_and_removed_without_javascript(site: Site, applicant: Person, form: str):
    page = f"{form}/team"
    applicant.get(page)
    row = {"q_team-0-name": "Elira", "q_team-0-role": "Baker", "q_team-0-hours": "40"}
    added = applicant.send(page, {"seen_version": "0", "q_team": ["", "0"], **row, "rows_add": "team"})
    assert added.status_code == 200
    assert 'name="q_team-1-name"' in added.text
    assert 'value="Elira"' in added.text
    assert 'name="seen_version" value="0"' in added.text
    second = {"q_team-1-name": "Arben", "q_team-1-role": "Driver", "q_team-1-hours": "20"}
    keys = {"seen_version": "0", "q_team": ["", "0", "1"]}
    removed = applicant.send(page, {**keys, **row, **second, "rows_remove": "team:0"})
    assert 'value="Elira"' not in removed.text
    assert 'value="Arben"' in removed.text
    applicant.send(page, {"seen_version": "0", "q_team": ["", "1"], **second, "draft": "1"})
    assert [found["name"] for found in site.stored("team")["team"]] == ["Arben"]


def test_a_file_that_lies_about_its_type_is_refused(site: Site, applicant: Person, form: str):
    page = f"{form}/files"
    applicant.get(page)
    lying = applicant.send(
        page, {"seen_version": "0", "q_cv_file": (io.BytesIO(HTML), "cv.pdf"), "draft": "1"}
    )
    assert lying.status_code == 422
    assert "The file is not one of these kinds: PDF." in lying.text
    assert site.stored("files") == {}


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ((PDF, "cv.exe"), "Upload a file of one of these types: pdf."),
        ((b"", "cv.pdf"), "This file is empty."),
    ],
)
def test_a_file_that_may_not_be_uploaded_is_told_why(
    site: Site, applicant: Person, form: str, sent: tuple[bytes, str], message: str
):
    page, (content, name) = f"{form}/files", sent
    applicant.get(page)
    refused = applicant.send(page, {"seen_version": "0", "q_cv_file": (io.BytesIO(content), name)})
    assert refused.status_code == 422
    assert refused.text.count(message) == 2  # above the form, and at the question
    assert site.stored("files") == {}


def test_a_file_is_kept_downloaded_as_an_attachment_and_removed(
    site: Site, applicant: Person, signed_in, form: str
):
    page = f"{form}/files"
    applicant.get(page)
    applicant.send(page, {"seen_version": "0", "q_cv_file": (io.BytesIO(PDF), "../my cv.pdf"), "draft": "1"})
    kept = site.stored("files")["cv_file"]
    assert (kept["name"], kept["size"]) == ("my cv.pdf", len(PDF))
    answer = applicant.get(f"/files/{kept['file_id']}")
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"] == 'attachment; filename="my cv.pdf"'
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert site.events("file.read") == []
    stranger = signed_in("stranger@people.example")
    assert stranger.get(f"/files/{kept['file_id']}").status_code == 404
    assert "my cv.pdf" in applicant.get(page).text
    applicant.send(page, {"seen_version": "1", "q_cv_file-remove": "1", "draft": "1"})
    assert not site.stored("files").get("cv_file")


def test_a_stranger_finds_nothing_at_any_address(site: Site, applicant: Person, signed_in, form: str):
    applicant.get(f"{form}/project")
    applicant.send(f"{form}/project", {"seen_version": "0", "q_title": "Bakery", "draft": "1"})
    case = f"/applications/{site.case().id}"
    reads = [form, f"{form}/project", f"{form}/check", f"{form}/project/conflict", f"{case}/receipt"]
    reads += [f"{case}/receipt.json", f"/moves/application/{site.case().id}/submit"]
    writes = [f"{form}/project", f"{form}/project/autosave", f"{form}/project/conflict/keep", f"{form}/begin"]
    writes += [f"{form}/hand-in", f"/moves/application/{site.case().id}/withdraw"]
    for email, roles in (("stranger@people.example", ()), ("officer@office.example", ("programme_officer",))):
        stranger = signed_in(email, *roles)
        stranger.get("/")
        for address in reads:
            assert stranger.get(address).status_code == 404, address
        for address in writes:
            assert stranger.send(address, {"seen_version": "1"}).status_code == 404, address
    assert site.stored("project") == {"title": "Bakery"}
    assert site.case().stage == "draft"
