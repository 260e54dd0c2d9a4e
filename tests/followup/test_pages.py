"""The pages of visits and reports: lists by urgency, results, series, and who reads what."""

from __future__ import annotations

from datetime import timedelta

from fundflow.followup.queries import reports_of, visits_of
from fundflow.platform import clock
from tests.evaluation.panel import Panel, counted
from tests.followup.test_calendar import planned

MOST = 12


def test_the_list_begins_with_what_is_overdue(panel: Panel) -> None:
    case = planned(panel)
    browser = panel.browser("monitoring")
    first, second = visits_of(case.row().id)
    page = browser.get("/visits")
    assert (page.status_code, f"/visits/{first.id}" in page.text) == (200, True)
    clock.advance(timedelta(days=150))
    browser = panel.browser("monitoring")
    with counted(panel.app) as statements:
        page = browser.get("/visits")
    assert (f"/visits/{first.id}" in page.text, f"/visits/{second.id}" in page.text) == (True, False)
    assert len(statements) <= MOST, statements
    assert panel.browser("evaluator1").get("/visits").status_code == 404
    assert panel.browser("applicant").get("/reports").status_code == 404


def test_a_visit_shows_its_results_and_the_next_one_the_last(panel: Panel) -> None:
    case = planned(panel)
    record = next(step for step in case.story["sequences"]["visited"] if step["move"] == "record")
    case.play([record | {"on": {"visit": "works_visit"}}])
    first, second = visits_of(case.row().id)
    browser = panel.browser("monitoring")
    done = browser.get(f"/visits/{first.id}").text
    assert ("What was recorded" in done, "Stone oven" in done) == (True, True)
    browser.get(f"/visits/{second.id}")
    with counted(panel.app) as statements:
        coming = browser.get(f"/visits/{second.id}").text
    assert ("Last results" in coming, "Stone oven" in coming) == (True, True)
    assert f"/moves/visit/{second.id}/record" in coming
    assert len(statements) <= MOST, statements
    case.play([record | {"on": {"visit": "closing_visit"}}])
    assert "<polyline" in browser.get(f"/visits/{second.id}").text


def test_a_report_is_for_the_office_and_for_who_owes_it(panel: Panel) -> None:
    case = planned(panel)
    path = f"/reports/{reports_of(case.row().id)[0].id}"
    own = panel.browser("applicant").get(path)
    assert (own.status_code, "/moves/report/" in own.text) == (200, True)
    office = panel.browser("officer").get(path)
    assert (office.status_code, "/moves/report/" in office.text) == (200, False)
    for who in ("applicant2", "evaluator1"):
        assert panel.browser(who).get(path).status_code == 404
    assert panel.browser("applicant").get(f"/visits/{visits_of(case.row().id)[0].id}").status_code == 404
