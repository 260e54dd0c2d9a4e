"""The list of applications: filters, search, counts, order, size, and who sees which rows."""

from __future__ import annotations

import pytest

from fundflow.accounts import SYSTEM, Actor, Grant, grant_role
from fundflow.platform.db import transaction
from fundflow.reporting.queries.listing import Filters, listing, read_filters
from tests.evaluation.panel import Panel
from tests.reporting.many import copy_case, recuse, statements


def references(panel: Panel, who: str, **given: object) -> list[str]:
    found = listing(panel.actor(who), Filters(**given), 1)
    return [case.reference for case in found.page]


@pytest.fixture
def three(panel: Panel) -> list[str]:
    """Two applications in `submitted` and one in `screening`, by reference."""
    cases = panel.submitted("applicant", "applicant2", "applicant3")
    cases[0].play([{"move": "start_screening", "as": "officer"}])
    return [case.row().reference for case in cases]


def test_filters_narrow_and_counts_add_up(panel, three):
    found = listing(panel.actor("officer"), Filters(), 1)
    assert (found.page.total, found.all, dict(found.phases)) == (3, 3, {"screening": 3})
    narrowed = listing(panel.actor("officer"), Filters(phase="screening", stage="screening"), 1)
    assert [case.reference for case in narrowed.page] == [three[0]]
    assert {stage: count for stage, _label, count in narrowed.stages} == {"submitted": 2, "screening": 1}
    assert narrowed.page.total == 1
    assert references(panel, "officer", phase="approval") == []
    assert references(panel, "officer", call=panel.call_id, order="reference") == sorted(three)
    assert references(panel, "officer", overdue=True) == []


@pytest.mark.parametrize("typed", ["{reference}", "{prefix}", "  {name} ", "{title}", "{name} {prefix}"])
def test_search_finds_by_the_beginnings_of_words(panel, three, typed):
    case = panel.cases["applicant"].row()
    text = typed.format(
        reference=case.reference,
        prefix=case.reference[:9],
        name=case.applicant_name[:4].lower(),
        title=case.title[:5],
    )
    assert case.reference in references(panel, "officer", search=text)


@pytest.mark.parametrize("typed", ["'", "& | !", "\\", ":*", "<->", "%%", "zzz", "zz' | 'bakery"])
def test_search_takes_whatever_is_typed(panel, three, typed):
    assert references(panel, "officer", search=typed) == []
    assert panel.browser("officer").get("/applications", query_string={"q": typed}).status_code == 200


def test_odd_filters_count_as_none():
    odd = {"programme": "x", "call": "'", "sort": "drop", "overdue": "yes", "q": " a ", "stage": "s" * 99}
    assert read_filters(odd) == Filters(search="a", stage="s" * 40)


def test_a_draft_is_in_nobodys_list(panel):
    from tests.evaluation.panel import CALL, Quiet  # noqa: PLC0415 - only here

    Quiet(panel.office, "applicant", CALL, {}, panel.story).play([{"start": "it", "as": "applicant"}])
    assert references(panel, "officer") == []
    assert "No applications yet" in panel.browser("officer").get("/applications").text


def test_the_recused_see_the_case_in_no_list_search_count_or_table(panel, three):
    case = panel.cases["applicant"].row()
    recuse(panel, "officer", case.id)
    found = listing(panel.actor("officer"), Filters(), 1)
    assert (found.page.total, found.all) == (2, 2)
    assert case.reference not in references(panel, "officer")
    assert references(panel, "officer", search=case.reference) == []
    person = panel.browser("officer")
    assert case.reference not in person.get("/applications").text
    assert case.reference not in person.get("/applications.csv").text
    assert person.get(f"/applications/{case.id}").status_code == 404
    assert case.reference in panel.browser("officer2").get("/applications").text


def test_a_role_in_one_call_opens_that_call_only(panel, three):
    with transaction():
        grant_role(
            SYSTEM, user_id=panel.office.people["applicant4"], role="programme_officer",
            scope_kind="call", scope_id=panel.call_id,
        )  # fmt: skip
    assert sorted(references(panel, "applicant4")) == sorted(three)
    elsewhere = Actor(None, "E", grants=(Grant("programme_officer", "call", panel.office.people["officer"]),))
    assert listing(elsewhere, Filters(), 1).page.total == 0


@pytest.mark.parametrize("who", ["applicant", "evaluator1"])
def test_the_list_is_not_for_parties_and_evaluators(panel, who):
    assert panel.browser(who).get("/applications").status_code == 404
    assert panel.browser(who).get("/applications.csv").status_code == 404


def test_sixty_rows_cost_what_one_costs(panel):
    (case,) = panel.submitted("applicant")
    one = statements(panel, "officer", "/applications")
    copy_case(case.id, 130)
    assert statements(panel, "officer", "/applications") == one <= 12
    assert statements(panel, "officer", "/applications?page=2&phase=screening&q=COPY") <= 12
    page = panel.browser("officer").get("/applications")
    assert page.text.count("/applications/") >= 60
    assert len(page.data) <= 60_000
    assert "1 to 60 of 131" in page.text
    assert "121 to 131 of 131" in panel.browser("officer").get("/applications?page=99").text
