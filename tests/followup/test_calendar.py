"""The calendar of follow-up: days counted in months, what is late, and what closing waits for."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundflow.accounts import SYSTEM, Permission
from fundflow.applications.policy import on_case
from fundflow.applications.service.hooks import context
from fundflow.applications.service.move import move
from fundflow.followup import rules
from fundflow.followup.models import Report, Visit
from fundflow.followup.queries import counts, is_late, listed, reports_of, visits_of
from fundflow.platform import clock
from fundflow.platform.db import db, transaction
from fundflow.workflow import MoveContext, add_months
from tests.evaluation.panel import Panel, Quiet

MISSED = {"tried_on": "2026-01-01", "reason": "Nobody opened the door; the neighbours did not know more."}


def planned(panel: Panel) -> Quiet:
    """A case whose follow-up begins today; the plan is that of the start-up fund."""
    (case,) = panel.submitted("applicant")
    with transaction():
        rules.plan_follow_up(attempt(case))
    return case


def attempt(case: Quiet) -> MoveContext:
    row = case.row()
    return context(who=on_case(SYSTEM, row, ()), case=row, subject=row, kind="application")


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 60))
def test_months_are_counted_on_the_calendar(day: date, months: int) -> None:
    found = add_months(day, months)
    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == months
    assert found.day == day.day or (found.day < day.day and (found + timedelta(days=1)).day == 1)


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2026, 10, 31), 6, date(2027, 4, 30)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
    ],
)
def test_month_ends_and_year_ends(start: date, months: int, expected: date) -> None:
    assert add_months(start, months) == expected


def test_the_plan_of_the_programme_becomes_visits_and_reports(panel: Panel) -> None:
    case = planned(panel)
    start = clock.today("Europe/Tirane")
    months = {plan.id: plan.months for plan in case.definition.programme.follow_up}
    visits, reports = visits_of(case.row().id), reports_of(case.row().id)
    assert {row.code: row.due_on for row in (*visits, *reports)} == {
        code: add_months(start, count) for code, count in months.items()
    }
    assert [row.number for row in visits] == [1, 2]
    assert {row.stage for row in visits} == {"planned"}
    assert {row.stage for row in reports} == {"due"}
    assert all(row.due_at is not None and row.due_at.date() > row.due_on for row in visits)


def test_planning_again_adds_nothing(panel: Panel) -> None:
    case = planned(panel)
    with transaction():
        rules.plan_follow_up(attempt(case))
    assert (len(visits_of(case.row().id)), len(reports_of(case.row().id))) == (2, 2)


def test_a_visit_is_late_the_day_after_and_not_once_it_was_recorded(panel: Panel) -> None:
    case = planned(panel)
    first = visits_of(case.row().id)[0]
    actor = panel.actor("monitoring")

    def places(today: date) -> dict[str, int]:
        return counts(actor, Visit, Permission.VISIT_LIST, today)

    day = first.due_on
    assert (is_late(first, day), is_late(first, day + timedelta(days=1))) == (False, True)
    assert places(day) == {"overdue": 0, "due": 2, "done": 0}
    assert places(day + timedelta(days=1)) == {"overdue": 1, "due": 1, "done": 0}
    late = db.session.execute(listed(actor, Visit, Permission.VISIT_LIST, "overdue", day + timedelta(days=1)))
    assert [row.id for row, _case in late] == [first.id]
    record = next(step for step in case.story["sequences"]["visited"] if step["move"] == "record")
    case.play([record | {"on": {"visit": "works_visit"}}])
    row = visits_of(case.row().id)[0]
    assert (row.stage, row.done_by) == ("done", panel.office.people["monitoring"])
    assert row.entry_id is not None
    assert places(day + timedelta(days=1)) == {"overdue": 0, "due": 1, "done": 1}


def test_others_do_not_find_the_visits(panel: Panel) -> None:
    planned(panel)
    nothing = {"overdue": 0, "due": 0, "done": 0}
    assert counts(panel.actor("evaluator1"), Visit, Permission.VISIT_LIST, date(2030, 1, 1)) == nothing
    assert counts(panel.actor("monitoring"), Report, Permission.REPORT_LIST, date(2020, 1, 1)) == {
        "overdue": 0, "due": 2, "done": 0,
    }  # fmt: skip


def test_a_report_that_was_returned_is_not_accepted(panel: Panel) -> None:
    case = planned(panel)
    steps = case.story["sequences"]["reported"]
    values = {"report": "first_report", "invoice": "F-1", "done": "The floor is laid."}
    case.play([{"run": "reported", "with": values}][:0])
    submit = next(step for step in steps if step["move"] == "submit")
    filled = {
        key: ("The floor is laid." if value == "$done" else value) for key, value in submit["form"].items()
    }
    filled["expenses"] = [row | {"invoice": "F-1"} for row in submit["form"]["expenses"]]
    case.play([{"move": "submit", "as": "applicant", "on": {"report": "first_report"}, "form": filled}])
    assert rules.report_accepted(attempt(case), report="first_report").allowed is False
    with transaction():
        row = reports_of(case.row().id)[0]
        reason = {"reason": "The second page of the invoice is missing; please send it."}
        move(actor=panel.actor("officer"), kind="report", subject_id=row.id, move="return", form=reason)
    assert rules.report_accepted(attempt(case), report="first_report").allowed is False
    assert counts(panel.actor("officer"), Report, Permission.REPORT_LIST, date(2030, 1, 1))["done"] == 0


def test_closing_names_what_is_still_open(panel: Panel) -> None:
    case = planned(panel)
    decision = rules.follow_up_done(attempt(case))
    assert decision.allowed is False
    assert "Visit on site" in str(decision.reason)
    assert rules.visits_done(attempt(case)).allowed is False
    with clock.at(datetime(2027, 1, 1, tzinfo=UTC)), transaction():
        for kind, rows in (("visit", visits_of(case.row().id)), ("report", reports_of(case.row().id))):
            for row in rows:
                move(actor=SYSTEM, kind=kind, subject_id=row.id, move="cancel")
    assert rules.follow_up_done(attempt(case)).allowed is True
    assert rules.visits_done(attempt(case)).allowed is True
