"""Many people at the same door at the same moment, each in a thread with a connection and a commit of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from typing import Any

from flask import Flask

from fundflow.accounts import Actor
from fundflow.applications.models import Application
from fundflow.evaluation.models import Score
from fundflow.platform import clock
from fundflow.platform.db import db, transaction
from fundflow.platform.errors import FundflowError
from fundflow.programmes import Call, definition_of
from tests.disbursement.office import call_of, case_in, person

REASON = "The committee has read the reviews and finds the plan sound and the price right."


def at_once(app: Flask, acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """Do all acts in the same moment, one transaction each; answers or refusals, in the order of the acts."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        with app.app_context():
            db.session.connection()  # nobody waits for a connection when the signal comes
            db.session.rollback()
            start.wait(timeout=60)
            try:
                with transaction():
                    return act()
            except FundflowError as refusal:
                return refusal

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def closed_call(*, line_minor: int) -> Call:
    """A call of the start-up fund that has closed, with so much on its line."""
    call = call_of("startup_fund", line_minor=line_minor)
    with transaction():
        found = db.session.get_one(Call, call.id)
        found.closes_at = clock.now() - timedelta(days=1)
    return call


def case_at(call: Call, stage: str, owner: Actor, *, requested: int = 20_000_00) -> Application:
    """A case of the owner at a stage, with a score that passes."""
    with transaction():
        case = case_in(db.session.merge(call), stage, owner=owner, kind="applicant")
        case.requested_minor = requested
        db.session.flush()
        means = {each.id: "4.00" for each in definition_of(case.version_id).criteria.criteria}
        score = Score(
            application_id=case.id, call_id=call.id, means=means, total=Decimal(80), bonus=Decimal(0), passed=True,
            reviews=3, rank=1, scored_at=clock.now(),
        )  # fmt: skip
        db.session.add(score)
    return case


def recommendation(minor: int) -> dict[str, Any]:
    """The answers of the committee's form."""
    return {"amount": {"minor": minor, "currency": "EUR"}, "reason": REASON, "members_present": "3"}


def decision(minor: int) -> dict[str, Any]:
    """The answers of the form of an approval."""
    today = clock.today("Europe/Tirane").isoformat()
    return {"amount": {"minor": minor, "currency": "EUR"}, "reason": REASON, "sanctions_checked_on": today}


__all__ = ["at_once", "case_at", "closed_call", "decision", "person", "recommendation"]
