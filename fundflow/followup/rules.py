"""Guards, effects and facts of follow-up: the calendar, visits, reports, surveys, and what closing needs."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from fundflow.accounts import SYSTEM, names_of
from fundflow.applications.queries import answers_by_form
from fundflow.applications.service.hooks import begin_stage
from fundflow.approval.queries import award_of, money_of_case
from fundflow.disbursement.models import Payment
from fundflow.followup.models import Report, Visit
from fundflow.followup.queries import by_code, reports_of, visits_of
from fundflow.followup.survey import scores
from fundflow.platform import clock
from fundflow.platform.db import db
from fundflow.platform.ids import new_id
from fundflow.platform.wording import pick
from fundflow.workflow import Decision, MoveContext, add_months, effect, fact, guard

REPORT = "report"


def _is_final(ctx: MoveContext, kind: str, stage: str) -> bool:
    return bool(ctx.definition.machines[kind].definition.stages[stage].final)


@guard("visits_done", help="Every visit of that kind is done or was given up with a reason.")
def visits_done(ctx: MoveContext, kind: str = "visit") -> Decision:
    """Looks at the machine's final stages."""
    open_ones = [
        row for row in visits_of(ctx.case.id) if row.kind == kind and not _is_final(ctx, "visit", row.stage)
    ]
    return Decision(not open_ones, _l("%(count)s visits are still to be made.", count=len(open_ones)))


@guard("report_accepted", help="The report with this id in the calendar has been accepted.")
def report_accepted(ctx: MoveContext, report: str) -> Decision:
    """A report that was handed in and returned is not accepted."""
    row = by_code(Report, ctx.case.id, report)
    done = row is not None and row.done_at is not None and _is_final(ctx, REPORT, row.stage)
    title = pick(row.title, ctx.actor.language) if row else report
    return Decision(bool(done), _l("“%(title)s” has not been accepted yet.", title=title))


def appointment_done(ctx: MoveContext, code: str) -> Decision:
    """Whether the visit with this id in the calendar was made."""
    row = by_code(Visit, ctx.case.id, code)
    title = pick(row.title, ctx.actor.language) if row else code
    return Decision(
        row is not None and row.done_at is not None, _l("“%(title)s” has not taken place yet.", title=title)
    )


@guard("follow_up_done", help="Every visit, survey and report of the calendar has come to its end.")
def follow_up_done(ctx: MoveContext) -> Decision:
    """What is open is named."""
    open_ones = [
        pick(row.title, ctx.actor.language)
        for row in visits_of(ctx.case.id)
        if not _is_final(ctx, "visit", row.stage)
    ]
    open_ones += [
        pick(row.title, ctx.actor.language)
        for row in reports_of(ctx.case.id)
        if not _is_final(ctx, REPORT, row.stage)
    ]
    return Decision(not open_ones, _l("Still open: %(titles)s.", titles="; ".join(open_ones)))


@guard("money_settled", help="No payment is under way and no advance is left to be accounted for.")
def money_settled(ctx: MoveContext) -> Decision:
    """What is merely reserved or committed is released by the closing itself."""
    under_way = db.session.scalar(
        select(func.count())
        .select_from(Payment)
        .where(
            Payment.application_id == ctx.case.id,
            Payment.released_at.is_(None),
            Payment.cancelled_at.is_(None),
        )
    )
    if under_way:
        return Decision(False, _l("%(count)s payments are still under way.", count=under_way))
    advanced = money_of_case(ctx.case.id).get("advanced", 0)
    return Decision(advanced == 0, _l("An advance has not been accounted for."))


@effect("plan_follow_up", help="Puts the programme's calendar of visits, surveys and reports on the case.")
def plan_follow_up(ctx: MoveContext) -> None:
    """Months are counted from the award's first day, else from today; what was planned before stays."""
    award = award_of(ctx.case.id)
    start = award.starts_on if award and award.starts_on else clock.today(ctx.case.call.timezone)
    numbers = {Visit: len(visits_of(ctx.case.id)), Report: len(reports_of(ctx.case.id))}
    for plan in ctx.definition.programme.follow_up:
        model: type[Visit] | type[Report] = Report if plan.kind == REPORT else Visit
        earlier = by_code(model, ctx.case.id, plan.id)
        if earlier is not None and (
            earlier.done_at or not _is_final(ctx, model.__tablename__, earlier.stage)
        ):
            continue
        numbers[model] += 1
        row = model(
            id=new_id(),
            application_id=ctx.case.id,
            number=numbers[model],
            code=plan.id,
            kind=plan.kind,
            form=plan.form,
            title=dict(plan.title),
            due_on=add_months(start, plan.months),
        )
        begin_stage(actor=SYSTEM, case=ctx.case, kind=model.__tablename__, subject=row)
        db.session.add(row)
    db.session.flush()


@effect("record_visit", help="Notes who made the visit and when, with the filled form.")
def record_visit(ctx: MoveContext) -> None:
    """The form is the move's entry."""
    _record(ctx)


@effect("record_report", help="Notes that the report came in, with the filled form.")
def record_report(ctx: MoveContext) -> None:
    """A report that was returned is handed in again."""
    _record(ctx)


def _record(ctx: MoveContext) -> None:
    ctx.subject.done_at = clock.now()
    ctx.subject.done_by = ctx.actor.user_id
    entry = ctx.notes.get("entry")
    ctx.subject.entry_id = uuid.UUID(entry) if entry else None
    db.session.flush()


def _appointment(ctx: MoveContext, row: Any, kind: str, names: dict[Any, str]) -> dict[str, Any]:
    return {
        "number": row.number,
        "title": pick(row.title, ctx.case.language),
        "kind": row.kind,
        "due_on": row.due_on.isoformat(),
        "done_on": clock.day_of(row.done_at, ctx.case.call.timezone).isoformat() if row.done_at else None,
        "done_by": names.get(row.done_by, ""),
        "stage": pick(ctx.definition.stage_label(kind, row.stage), ctx.case.language),
    }


@fact("visits", help="The visits and surveys: number, title, kind, due_on, done_on, done_by, stage of each.")
def visits(ctx: MoveContext) -> list[dict[str, Any]]:
    """In the order of the calendar."""
    rows = visits_of(ctx.case.id)
    names = names_of(row.done_by for row in rows)
    return [_appointment(ctx, row, "visit", names) for row in rows]


@fact("reports", help="The reports: number, title, kind, due_on, done_on, done_by, stage of each.")
def reports(ctx: MoveContext) -> list[dict[str, Any]]:
    """In the order of the calendar."""
    rows = reports_of(ctx.case.id)
    names = names_of(row.done_by for row in rows)
    return [_appointment(ctx, row, REPORT, names) for row in rows]


def _due(ctx: MoveContext, kind: str) -> dict[str, Any]:
    due: date | None = getattr(ctx.subject, "due_on", None) if ctx.kind == kind else None
    title = pick(ctx.subject.title, ctx.case.language) if ctx.kind == kind else ""
    return {"due_on": due.isoformat() if due else None, "title": title}


@fact("visit", fields={"due_on": "the planned day", "title": "what it is called"})
def visit(ctx: MoveContext) -> dict[str, Any]:
    """The visit that moves."""
    return _due(ctx, "visit")


@fact("report", fields={"due_on": "the day it is due", "title": "what it is called"})
def report(ctx: MoveContext) -> dict[str, Any]:
    """The report that moves."""
    return _due(ctx, REPORT)


@fact(
    "outcome",
    fields={
        "spent": "what was paid for the case",
        "rss_baseline": "total of the first survey, or null",
        "rss_final": "total of the last survey, or null",
        "visits": "how many visits were made",
    },
)
def outcome(ctx: MoveContext) -> dict[str, Any]:
    """What came of it, for closing letters."""
    instrument = ctx.definition.programme.values.get("survey")
    given = ctx.facts.once(answers_by_form, ctx.case.id)
    found: dict[str, Any] = {"baseline": None, "final": None}
    if instrument:
        for moment, form in instrument["forms"].items():
            total = scores(instrument, given.get(form, {}))["total"]
            found[moment] = str(total) if total is not None else None
    return {
        "spent": {"minor": money_of_case(ctx.case.id).get("spent", 0), "currency": ctx.case.currency},
        "rss_baseline": found["baseline"],
        "rss_final": found["final"],
        "visits": sum(1 for row in visits_of(ctx.case.id) if row.done_at),
    }
