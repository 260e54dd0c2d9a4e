"""Appeals: until when a decision can be questioned, the case's one open appeal, and what became of it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _

from fundflow.accounts import SYSTEM
from fundflow.applications.service.hooks import begin_stage
from fundflow.approval.models import Appeal, Decision
from fundflow.approval.queries import appeals_of, latest_decision
from fundflow.platform import clock
from fundflow.platform.db import db
from fundflow.platform.errors import Refused
from fundflow.platform.ids import new_id
from fundflow.workflow import MoveContext, add_working_days, end_of_day

KIND = "appeal"


@dataclass(frozen=True, slots=True)
class Term:
    """The newest decision on a case that can be questioned, and the last day on which it can."""

    decision: Decision
    until: date


def term_of(ctx: MoveContext, outcomes: Sequence[str] = ()) -> Term | None:
    """The newest decision with one of the outcomes (of any, without) and its term; None without either.

    The term is the programme's `appeal`, in working days of its country after the day of the decision.
    """
    programme = ctx.definition.programme
    decision = latest_decision(ctx.case.id, *outcomes)
    if decision is None or programme.appeal is None:
        return None
    day = clock.day_of(decision.decided_at, ctx.case.call.timezone)
    return Term(decision, add_working_days(day, programme.appeal.working_days, programme.country))


def open_appeal(ctx: MoveContext, outcomes: Sequence[str]) -> Appeal:
    """Take in an appeal against the newest decision with one of the outcomes; the move's form is its statement.

    Raises Refused without such a decision. The database keeps that a decision is questioned once, and that a case
    has one open appeal. What came on paper was lodged on the day it came, whenever it is recorded.
    """
    found = term_of(ctx, outcomes)
    if found is None:
        raise Refused([_("There is no decision that could be questioned.")])
    entry = ctx.notes.get("entry")
    appeal = Appeal(
        id=new_id(),
        application_id=ctx.case.id,
        number=1 + len(appeals_of(ctx.case.id)),
        decision_id=found.decision.id,
        entry_id=uuid.UUID(entry) if entry else None,
        lodged_at=_came_in(ctx),
        lodged_by=ctx.actor.user_id,
    )
    begin_stage(actor=SYSTEM, case=ctx.case, kind=KIND, subject=appeal)
    db.session.add(appeal)
    db.session.flush()
    ctx.notes["appeal"] = appeal.number
    return appeal


def _came_in(ctx: MoveContext) -> datetime:
    received = ctx.notes.get("received_on")
    if received is None:
        return clock.now()
    return min(end_of_day(date.fromisoformat(received), ctx.case.call.timezone), clock.now())


def end_appeal(appeal: Appeal, *, outcome: str) -> None:
    """What became of the appeal, and when."""
    appeal.outcome = outcome
    appeal.ended_at = clock.now()
    db.session.flush()
