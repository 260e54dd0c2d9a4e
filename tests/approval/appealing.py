"""Appeals of the start-up fund, played to any point: what is said, by whom, and cases that have their decision."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from fundflow.approval.models import Appeal
from fundflow.platform.db import db
from tests.evaluation.panel import Panel, Quiet

STATEMENT = {
    "ground": ["facts"],
    "statement": "The statement of the second account was on page two of the same file. "
    "It shows another 350 EUR on the same day, which is more than was asked for.",
}
REASON = {
    "reason": "The papers that came with the application show what the first look at them missed.",
    "no_conflict": True,
}
NOTICE = {
    "reason": "The proof of the own part shows less than the tenth that the call asks for.",
    "no_conflict": True,
}
LODGE = {"move": "lodge_appeal", "as": "who", "form": STATEMENT}


def on(name: str, who: str, **form: Any) -> dict[str, Any]:
    """A step of the first appeal of a case."""
    return {"move": name, "as": who, "on": {"appeal": 1}, "form": form}


REFUSAL: list[dict[str, Any]] = [
    {"move": "start_screening", "as": "officer"},
    {"checks": {"own_share": "The account shows too little."}, "as": "officer"},
    {"move": "mark_ineligible", "as": "officer", "form": NOTICE},
    {"move": "mark_ineligible", "as": "officer2", "form": NOTICE},
]


def appeal_of(case: Quiet) -> Appeal:
    return db.session.scalars(
        select(Appeal).where(Appeal.application_id == case.id).execution_options(populate_existing=True)
    ).one()


def upheld(case: Quiet) -> None:
    case.play(
        [LODGE, on("admit", "board1"), on("uphold", "board1", **REASON), on("uphold", "board2", **REASON)]
    )


def rejected(panel: Panel) -> Quiet:
    [case] = panel.in_evaluation("applicant2")
    panel.score(case, 1, 1, 1)
    case.play([
        {"rank": "rank", "as": "chair"},
        {"move": "not_recommend", "as": "chair", "form": {
            "ground": "below_threshold", "reason": "The total stays far below sixty points, and no customer is named.",
            "members_present": "5"}},
        {"move": "reject", "as": "manager", "form": {
            "reason": "The application does not reach the threshold in the eyes of any evaluator."}},
    ])  # fmt: skip
    return case


def approved(panel: Panel, *, recommended: int, granted: int) -> Quiet:
    [case] = panel.in_evaluation("applicant")
    panel.score(case, 4, 4, 4)
    money = {"minor": granted, "currency": "EUR"}
    case.play([
        {"rank": "rank", "as": "chair"},
        {"run": "recommended", "with": {"amount": {"minor": recommended, "currency": "EUR"}}},
        {"run": "approved", "with": {"who": "manager", "amount": money}},
        {"run": "approved", "with": {"who": "chief", "amount": money}},
    ])  # fmt: skip
    return case
