"""The pages of visits and reports: lists by urgency, results, series, and who reads what."""

from __future__ import annotations

import re
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
    steps = re.findall(r'"/moves/report/[^"]+"', office.text)
    assert (office.status_code, [each for each in steps if "on_behalf=applicant" not in each]) == (200, [])
    for who in ("applicant2", "evaluator1"):
        assert panel.browser(who).get(path).status_code == 404
    assert panel.browser("applicant").get(f"/visits/{visits_of(case.row().id)[0].id}").status_code == 404


def test_a_report_that_came_on_paper_is_recorded_by_who_may(panel: Panel) -> None:
    case = planned(panel)
    report = reports_of(case.row().id)[0]
    path = f"/reports/{report.id}"
    link = f"/moves/report/{report.id}/submit?on_behalf=applicant&amp;next={path}"
    offered = {"officer": True, "auditor": False, "manager": False, "applicant": False}
    for who, is_offered in offered.items():
        assert (link in panel.browser(who).get(path).text) == is_offered, who
    browser = panel.browser("officer")
    asked = browser.get(link.replace("&amp;", "&")).text
    assert ("Recorded on behalf of" in asked, "Scan of the signed paper" in asked) == (True, True)
    with counted(panel.app) as statements:
        browser.get(path)
    assert len(statements) <= MOST, statements
