"""The queue: what waits for each person, the most urgent first, and nothing of what is not theirs."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from fundflow.platform import clock
from fundflow.platform.db import db
from fundflow.reporting.queries.work import queue
from tests.evaluation.panel import Panel
from tests.reporting.many import copy_case, recuse, statements


def waiting(panel: Panel, who: str) -> dict[tuple[str, str], int]:
    return {(group.kind, group.stage): group.total for group in queue(panel.actor(who))}


def test_each_role_sees_what_waits_for_it(panel):
    _first, second = panel.submitted("applicant", "applicant2")
    second.play([{"run": "screened"}])
    assert waiting(panel, "officer") == {("application", "submitted"): 1}
    assert waiting(panel, "chair") == {("application", "eligible"): 1}
    assert waiting(panel, "evaluator1") == {}
    assert waiting(panel, "auditor") == {}
    page = panel.browser("officer").get("/work").text
    assert "Start screening" in page
    assert "1 task waits for you." in page


def test_reviews_wait_for_their_own_writer_alone(panel):
    (case,) = panel.in_evaluation("applicant")
    assert waiting(panel, "evaluator1") == {("review", "assigned"): 1}
    assert waiting(panel, "evaluator4") == {}
    page = panel.browser("evaluator1").get("/work").text
    assert f'href="/reviews/{panel.review(case, "evaluator1").id}"' in page
    panel.hand_in(case, "evaluator1", 4)
    assert waiting(panel, "evaluator1") == {}


def test_overdue_comes_first_and_is_said_in_words(panel):
    late, fresh = panel.submitted("applicant", "applicant2")
    late.play([{"move": "start_screening", "as": "officer"}])
    clock.advance(timedelta(days=60))
    groups = queue(panel.actor("officer"))
    assert [group.late for group in groups] == [1, 1]
    assert groups[0].tasks[0].overdue
    page = panel.browser("officer").get("/work").text
    assert "2 are overdue." in page
    assert page.count("Overdue since") == 2
    assert fresh.row().title in page


def test_who_acted_in_another_duty_is_told_that_another_takes_the_step(panel):
    (case,) = panel.submitted("applicant")
    from fundflow.applications.models import Duty  # noqa: PLC0415 - only here
    from fundflow.platform.db import db, transaction  # noqa: PLC0415

    with transaction():
        db.session.add(
            Duty(
                scope_id=case.id,
                user_id=panel.office.people["officer"],
                duty="approve",
                application_id=case.id,
                first_at=clock.now(),
            )
        )
    (group,) = queue(panel.actor("officer"))
    assert [task.barred for task in group.tasks] == ["duty"]
    assert "another person takes this step" in panel.browser("officer").get("/work").text
    (group,) = queue(panel.actor("officer2"))
    assert [task.barred for task in group.tasks] == [""]


def test_a_case_one_is_recused_from_waits_for_others_only(panel):
    (case,) = panel.submitted("applicant")
    recuse(panel, "officer", case.id)
    assert waiting(panel, "officer") == {}
    assert waiting(panel, "officer2") == {("application", "submitted"): 1}
    assert "Nothing waits for you" in panel.browser("officer").get("/work").text


def test_a_long_queue_shows_a_dozen_and_leads_to_the_list(panel):
    (case,) = panel.submitted("applicant")
    one = statements(panel, "officer", "/work")
    copy_case(case.id, 60)
    many = statements(panel, "officer", "/work")
    assert one == many <= 12
    (group,) = queue(panel.actor("officer"))
    assert (group.total, len(group.tasks)) == (61, 12)
    page = panel.browser("officer").get("/work").text
    assert "All 61 in the list" in page
    assert "stage=submitted" in page


def test_after_sign_in_staff_see_their_work_and_others_their_own_cases(panel):
    assert panel.browser("officer").get("/start").location == "/work"
    assert panel.browser("applicant").get("/start").location == "/mine"
    assert panel.app.config["SECURITY_POST_LOGIN_VIEW"] == "/start"


def test_the_queue_is_found_by_its_index(panel):
    """With 10,000 cases a case worker's empty queue took 16 ms by reading every case, 0.1 ms by the index."""
    with panel.app.app_context():
        db.session.execute(text("set local enable_seqscan = off"))
        asked = "explain select id from application where waits_for && cast(:roles as varchar[])"
        plan = "\n".join(db.session.scalars(text(asked), {"roles": ["case_worker"]}))
        db.session.rollback()
    assert "ix_application_waits" in plan
