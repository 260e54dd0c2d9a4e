"""The checklist: notes where they are due, no move past a failed check, two people for a refusal."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from fundflow.applications.models import Approval
from fundflow.applications.service.move import move, moves_of
from fundflow.approval.models import Decision
from fundflow.platform.db import db, transaction
from fundflow.platform.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from fundflow.screening.queries import checks_of
from fundflow.screening.service import Result, save_checks
from tests.evaluation.panel import Panel, Quiet

REASON = "The same enterprise handed in a second application in this call; the call allows one."


def screening(panel: Panel) -> Quiet:
    (case,) = panel.submitted("applicant3")
    case.play([{"move": "start_screening", "as": "officer"}])
    return case


def check(
    panel: Panel, case: Quiet, *, by: str = "officer", seen: int | None = None, **results: Result
) -> None:
    with transaction():
        save_checks(actor=panel.actor(by), application_id=case.row().id, results=results, seen_version=seen)


def all_of(case: Quiet, result: str = "pass", note: str = "") -> dict[str, Result]:
    return {each.id: Result(result, note) for each in case.definition.screening.checks}


def allowed(panel: Panel, case: Quiet, by: str = "officer") -> dict[str, bool]:
    row = case.row()
    return {state.name: state.allowed for state in moves_of(panel.actor(by), row, row)}


@pytest.mark.parametrize("result", ["fail", "waived"])
def test_a_failure_and_a_waiver_need_a_note(panel: Panel, result: str) -> None:
    case = screening(panel)
    with pytest.raises(Invalid) as fault:
        check(panel, case, age=Result(result, "  "), identity=Result("pass"))
    assert list(fault.value.errors) == ["age"]
    assert checks_of(case.row().id) == {}
    check(panel, case, age=Result(result, " Born in 1980. "), identity=Result("na"))
    assert {name: (row.result, row.note) for name, row in checks_of(case.row().id).items()} == {
        "age": (result, "Born in 1980."),
        "identity": ("na", ""),
    }


def test_unknown_checks_and_results_are_refused(panel: Panel) -> None:
    case = screening(panel)
    with pytest.raises(NotFound):
        check(panel, case, shoe_size=Result("pass"))
    with pytest.raises(Invalid):
        check(panel, case, age=Result("maybe"))


def test_only_officers_and_only_in_screening(panel: Panel) -> None:
    (case,) = panel.submitted("applicant3")
    with pytest.raises(Forbidden):
        check(panel, case, age=Result("pass"))
    case.play([{"move": "start_screening", "as": "officer"}])
    for other in ("chair", "manager", "auditor", "applicant3"):
        with pytest.raises(Forbidden):
            check(panel, case, by=other, age=Result("pass"))


def test_a_stale_page_does_not_overwrite(panel: Panel) -> None:
    case = screening(panel)
    seen = case.row().row_version
    check(panel, case, seen=seen, age=Result("pass"))
    with pytest.raises(Conflict):
        check(panel, case, by="officer2", seen=seen, age=Result("fail", "Too old."))
    assert checks_of(case.row().id)["age"].result == "pass"


def test_who_answered_changes_only_with_the_answer(panel: Panel) -> None:
    case = screening(panel)
    check(panel, case, age=Result("pass"), identity=Result("pass"))
    check(panel, case, by="officer2", age=Result("pass"), identity=Result("waived", "Passport renewed."))
    rows = checks_of(case.row().id)
    people = panel.office.people
    assert rows["age"].checked_by == people["officer"]
    assert rows["identity"].checked_by == people["officer2"]


def test_eligible_needs_every_check_answered_and_none_failed(panel: Panel) -> None:
    case = screening(panel)
    given = all_of(case)
    given.pop("public_aid")
    check(panel, case, **given)
    assert allowed(panel, case)["mark_eligible"] is False
    check(panel, case, public_aid=Result("fail", "An unnamed grant of 2,000 euros."))
    assert allowed(panel, case)["mark_eligible"] is True, "the check is for information only"
    check(panel, case, age=Result("fail", "Born in 1980."))
    assert (allowed(panel, case)["mark_eligible"], allowed(panel, case)["mark_ineligible"]) == (False, True)
    check(panel, case, age=Result("waived", "The call was extended for her."))
    assert (allowed(panel, case)["mark_eligible"], allowed(panel, case)["mark_ineligible"]) == (True, False)


def test_not_eligible_needs_two_officers(panel: Panel) -> None:
    case = screening(panel)
    check(panel, case, **(all_of(case) | {"one_application": Result("fail", "A second application.")}))
    form = {"reason": REASON, "no_conflict": True}

    def refuse(by: str) -> bool:
        with transaction():
            return move(
                actor=panel.actor(by), subject_id=case.row().id, move="mark_ineligible", form=form
            ).moved

    assert refuse("officer") is False
    assert case.row().stage == "screening"
    with pytest.raises(Refused):
        refuse("officer")
    assert refuse("officer2") is True
    assert case.row().stage == "ineligible"
    assert len(db.session.scalars(select(Approval).where(Approval.application_id == case.id)).all()) == 2
    decided = db.session.scalars(select(Decision).where(Decision.application_id == case.id)).one()
    assert (decided.outcome, decided.reason) == ("ineligible", REASON)
