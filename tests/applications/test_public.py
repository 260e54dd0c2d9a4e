"""Pages that everybody may read: calls, the eligibility hint, and the check of a document."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from fundflow import documents
from fundflow.documents import Letter
from fundflow.platform import clock
from fundflow.platform.db import transaction
from tests.applications.office import SLUG, Site
from tests.web.pages import Person

YES = dict.fromkeys(
    ("second_generation", "in_albania", "young_enterprise", "own_share", "one_application"), "yes"
)
LETTER = Letter.model_validate(
    {
        "title": {"en": "Award"},
        "prefix": "TST",
        "facts": ["applicant"],
        "body": [{"text": {"en": "{{ applicant.name }}"}}],
    }
)


def test_the_landing_page_names_open_calls_with_the_calls_own_zone(site: Site, visitor: Person):
    page = visitor.get("/").text
    assert "Start-up call of the test" in page
    assert " CET" in page or " CEST" in page
    assert "Create an account" in page


def test_the_call_page_says_who_can_apply_what_to_have_ready_and_how_it_is_paid(site: Site, visitor: Person):
    page = visitor.get(f"/calls/{SLUG}").text
    for words in (
        "Criminal record statement",
        "40 percent of the grant",
        "15 of 100 points",
        "Check if this fund fits you",
    ):
        assert words in page, words


def test_all_questions_can_be_read_before_starting(site: Site, visitor: Person):
    page = visitor.get(f"/calls/{SLUG}/questions").text
    for section in site.definition.forms["application"].sections:
        for question in section.questions:
            assert question.label["en"].replace("'", "&#39;") in page, question.id
    assert len(page.encode()) < 60_000


def test_a_wrong_answer_of_the_hint_says_why_and_what_else_there_is(site: Site, visitor: Person):
    page = visitor.get(f"/calls/{SLUG}/hint", query_string={"asked": "1", "adult": "no", **YES}).text
    hint = site.definition.programme.eligibility_hint[0]
    assert hint.why_not["en"] in page
    assert hint.instead["en"] in page
    assert "Start application" not in page
    assert "Choose yes or no." in visitor.get(f"/calls/{SLUG}/hint?asked=1").text


def test_right_answers_of_the_hint_lead_to_the_application(site: Site, visitor: Person):
    page = visitor.get(f"/calls/{SLUG}/hint", query_string={"asked": "1", "adult": "yes", **YES}).text
    assert "Start application" in page


def test_unknown_calls_are_not_there(site: Site, visitor: Person):
    assert [
        visitor.get(f"/calls/none{rest}").status_code for rest in ("", "/hint", "/questions", "/apply")
    ] == [404] * 4


def test_a_closed_call_can_be_read_and_not_applied_to(site: Site, applicant: Person):
    with clock.at(datetime.now(UTC) + timedelta(days=30)):
        assert "This call is closed" in applicant.get(f"/calls/{SLUG}").text
        assert "Start-up call of the test" not in applicant.get("/").text
        refused = applicant.post(f"/calls/{SLUG}/apply", follow=False)
    assert refused.status_code == 422
    assert "not open" in refused.text


def test_a_document_is_confirmed_without_saying_whose_it_is(site: Site, visitor: Person):
    with site.app.app_context(), transaction():
        document = documents.issue(
            actor_id=None,
            application_id=None,
            letter="award",
            letter_def=LETTER,
            facts={"applicant": {"name": "Elira Çela"}},
            language="en",
        )
        code, number, digest = document.check_code, document.number, document.snapshot_sha256
    page = visitor.get(f"/check/{code}")
    assert page.status_code == 200
    for words in (number, digest, "Genuine"):
        assert words in page.text
    assert "Elira" not in page.text
    assert visitor.get(f"/check?code=http://localhost/check/{code}").location == f"/check/{code}"
    assert visitor.get("/check/" + "x" * 20).status_code == 404
