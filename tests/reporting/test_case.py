"""The case page: the same for everybody who may see it, each part as far as it is for the reader's eyes."""

from __future__ import annotations

import re
import uuid

import pytest
from sqlalchemy import select

from fundflow.applications.models import FormEntry
from fundflow.audit import AuditEvent
from fundflow.platform.db import db
from tests.evaluation.panel import Panel, Quiet
from tests.reporting.many import recuse, statements

STAFF_VIEWS = ["answers", "documents", "checks", "reviews", "money", "visits", "history"]


def views(page: str) -> list[str]:
    """The parts that a page offers beside the overview."""
    return re.findall(r"\?view=(\w+)\"", page)


def show(panel: Panel, who: str, case: Quiet, view: str = "") -> str:
    answer = panel.browser(who).get(f"/applications/{case.id}", query_string={"view": view} if view else None)
    assert answer.status_code == 200
    return answer.text


@pytest.fixture
def case(panel: Panel) -> Quiet:
    """An application in evaluation."""
    (found,) = panel.in_evaluation("applicant")
    return found


def test_who_sees_which_parts(panel, case):
    assert views(show(panel, "officer", case)) == STAFF_VIEWS
    assert views(show(panel, "auditor", case)) == STAFF_VIEWS
    assert views(show(panel, "applicant", case)) == ["answers", "documents", "money", "visits", "history"]
    assert views(show(panel, "evaluator1", case)) == ["answers", "reviews"]


def test_foreign_missing_and_recused_are_alike(panel, case):
    missing = panel.browser("applicant2").get(f"/applications/{uuid.uuid4()}")
    foreign = panel.browser("applicant2").get(f"/applications/{case.id}")
    recuse(panel, "officer", case.id)
    recused = panel.browser("officer").get(f"/applications/{case.id}?view=history")
    assert [answer.status_code for answer in (missing, foreign, recused)] == [404, 404, 404]
    assert panel.browser("evaluator4").get(f"/applications/{case.id}").status_code == 404


def test_nobody_is_asked_to_sign_in(panel, case):
    answer = panel.app.test_client().get(f"/applications/{case.id}")
    assert (answer.status_code, answer.location) == (302, f"/login?next=/applications/{case.id}")


def test_a_part_that_is_not_for_the_reader_shows_the_overview(panel, case):
    page = show(panel, "applicant", case, "reviews")
    assert "About this case" in page
    assert "Giulia Ferri" not in page


def test_moves_are_buttons_or_the_words_why_not(panel):
    (case,) = panel.submitted("applicant")
    case.play([{"move": "start_screening", "as": "officer"}])
    page = show(panel, "officer", case)
    assert f'href="/applications/{case.id}/screening"' in page
    assert f"/moves/application/{case.id}/ask_clarification" in page
    assert "checks have no answer yet." in page
    assert "record_checks" not in page
    assert "There is nothing for you to do now. The case waits for: Programme officer." in show(
        panel, "auditor", case
    )


def test_sensitive_sections_open_one_by_one_and_on_record(panel, case):
    closed = show(panel, "officer", case, "answers")
    assert "CA4821937" not in closed
    assert "Opening it is recorded." in closed
    address = re.search(r'href="(/applications/[^"]*open=[^"]*)"', closed)[1].replace("&amp;", "&")
    opened = panel.browser("officer").get(address).text
    assert "CA4821937" in opened
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "read")).one()
    assert (event.actor_id, event.application_id) == (panel.office.people["officer"], case.id)
    assert event.data["form"] == "application"
    assert event.data["sections"] == [re.search(r"open=(\w+)", address)[1]]


def test_people_read_their_own_answers_unrecorded(panel, case):
    assert "CA4821937" in show(panel, "applicant", case, "answers")
    assert db.session.scalars(select(AuditEvent).where(AuditEvent.action == "read")).all() == []


def test_evaluators_never_open_sensitive_sections(panel, case):
    page = show(panel, "evaluator1", case, "answers")
    assert "CA4821937" not in page
    assert "These answers are kept for other roles." in page
    forms = {section.id for section in case.definition.forms["application"].sections if section.sensitive}
    for section in forms:
        answer = panel.browser("evaluator1").get(f"/applications/{case.id}?view=answers&open={section}")
        assert "CA4821937" not in answer.text
    assert db.session.scalars(select(AuditEvent).where(AuditEvent.action == "read")).all() == []


def test_forms_of_the_office_are_not_for_parties_and_evaluators(panel, case):
    entry = db.session.scalars(select(FormEntry).where(FormEntry.form == "screening_decision")).one()
    address = f"/applications/{case.id}?view=answers&entry={entry.id}"
    assert panel.browser("officer").get(address).status_code == 200
    assert panel.browser("applicant").get(address).status_code == 404
    assert panel.browser("evaluator1").get(address).status_code == 404


def test_evaluators_see_others_after_their_own(panel, case):
    panel.hand_in(case, "evaluator2", 3)
    before = show(panel, "evaluator1", case, "reviews")
    assert "Your review" in before
    assert "Ilir Shehu" not in before
    assert "after your own review is handed in" in before
    panel.hand_in(case, "evaluator1", 4)
    after = show(panel, "evaluator1", case, "reviews")
    assert "Ilir Shehu" in after
    assert "Sara De Luca" in after
    assert "Not handed in yet." in after


def test_staff_see_no_draft_of_a_review(panel, case):
    from fundflow.evaluation.service import save_review  # noqa: PLC0415 - only here
    from fundflow.platform.db import transaction  # noqa: PLC0415

    with transaction():
        save_review(
            actor=panel.actor("evaluator1"), review_id=panel.review(case, "evaluator1").id,
            scores={}, comment="Only a thought so far.",
        )  # fmt: skip
    assert "Only a thought so far." not in show(panel, "auditor", case, "reviews")
    assert "Only a thought so far." in show(panel, "evaluator1", case, "reviews")


def test_history_names_people_for_the_office_and_roles_for_the_applicant(panel, case):
    inside, outside = show(panel, "auditor", case, "history"), show(panel, "applicant", case, "history")
    assert "Arben Kola" in inside
    assert "Evaluators named: 3" in inside
    main = outside.partition("<main")[2]
    assert "Arben Kola" not in main
    assert "Evaluators named" not in main
    assert "Programme officer" in main
    assert "· You" in main
    assert "Start screening: now Screening" in main
    assert "Save the checks" not in main
    assert "Save the checks" in inside


def test_the_people_of_a_case_are_named_without_its_evaluators(panel, case):
    assert "Giulia Ferri" in show(panel, "auditor", case)
    assert "Giulia Ferri" not in show(panel, "applicant", case)


@pytest.mark.parametrize("who", ["officer", "auditor", "applicant", "evaluator1", "chair", "manager"])
def test_no_part_takes_more_than_a_dozen_statements(panel, case, who):
    for view in ["", *views(show(panel, who, case))]:
        assert statements(panel, who, f"/applications/{case.id}?view={view}") <= 12
        assert len(panel.browser(who).get(f"/applications/{case.id}?view={view}").data) <= 60_000


def journey(page: str) -> list[tuple[str, str]]:
    """The steps of the journey as a page shows them: class and words."""
    drawn = re.search(r'<ol class="steps".*?</ol>', page, re.DOTALL)
    assert drawn is not None
    found = re.findall(r'<li(?: class="([\w ]+)")?[^>]*><span>([^<]*)', drawn[0])
    return [(state, words) for state, words in found]


def test_an_ended_case_shows_the_way_it_went_and_how_it_ended(panel, case):
    assert [state for state, _words in journey(show(panel, "applicant", case))] == [
        "done", "done", "current", "", "", "",
    ]  # fmt: skip
    with panel.app.app_context():
        case.play([{"move": "withdraw", "as": "who", "form": {"sure": True}}])
    went = [
        ("done", "Application"),
        ("done", "Screening"),
        ("done", "Evaluation"),
        ("done current", "Withdrawn"),
    ]
    for who in ("applicant", "officer"):
        assert journey(show(panel, who, case)) == went
