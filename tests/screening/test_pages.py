"""The screening page: the checklist by its reader, errors at the check, within twelve queries."""

from __future__ import annotations

import re

import pytest

from fundflow.screening.queries import checks_of
from tests.evaluation.panel import Panel, counted
from tests.screening.test_checks import screening
from tests.screening.test_clarification import ASK, NEW, OLD, answer, asked, save

MOST = 12


def test_the_checklist_stands_beside_the_answers(panel: Panel) -> None:
    case = screening(panel)
    browser, path = panel.browser("officer"), f"/applications/{case.id}/screening"
    browser.get(path)
    with counted(panel.app) as statements:
        page = browser.get(path)
    assert (page.status_code, len(statements) <= MOST) == (200, True), statements
    checks = case.definition.screening.checks
    assert len(re.findall(r'type="radio"', page.text)) == 4 * len(checks)
    assert all(str(check.rule["en"]) in page.text for check in checks)
    assert "<details" in page.text
    assert "Clothing shop in the capital" in page.text
    assert "12 checks have no answer yet." in page.text


def test_what_is_wrong_is_said_at_the_check_and_nothing_is_lost(panel: Panel) -> None:
    case = screening(panel)
    browser, path = panel.browser("officer"), f"/applications/{case.id}/screening"
    browser.get(path)
    fields = {"seen_version": str(case.row().row_version), "result-age": "fail", "note-identity": "Seen."}
    page = browser.post(path, follow=False, **fields)
    assert page.status_code == 422
    assert 'id="error-age">Say why, in words that the applicant can follow.' in page.text
    assert 'id="error-identity">Choose an answer.' in page.text
    assert 'value="fail" checked' in page.text
    assert checks_of(case.row().id) == {}
    fields |= {"note-age": "Born in 1980.", "result-identity": "pass"}
    assert browser.post(path, follow=False, **fields).status_code == 302
    assert {name: row.result for name, row in checks_of(case.row().id).items()} == {
        "age": "fail", "identity": "pass",
    }  # fmt: skip
    stale = browser.post(path, follow=False, **(fields | {"note-age": "Born in 1981."}))
    assert (stale.status_code, "Stored meanwhile:" in stale.text) == (409, True)


@pytest.mark.parametrize(
    ("who", "status"), [("auditor", 200), ("manager", 200), ("evaluator1", 404), ("applicant3", 404)]
)
def test_who_reads_it(panel: Panel, who: str, status: int) -> None:
    case = screening(panel)
    page = panel.browser(who).get(f"/applications/{case.id}/screening")
    assert (page.status_code, 'type="radio"' in page.text) == (status, False)


def test_an_answered_clarification_shows_both_versions(panel: Panel) -> None:
    case = asked(panel)
    save(panel, case, "budget", own_source=NEW)
    answer(case)
    browser, path = panel.browser("officer"), f"/applications/{case.id}/screening"
    browser.get(path)
    with counted(panel.app) as statements:
        page = browser.get(path)
    assert len(statements) <= MOST, statements
    places = [page.text.index(text) for text in (ASK, OLD, NEW)]
    assert places == sorted(places)
