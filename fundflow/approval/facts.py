"""Facts of deciding: the decision, the award, the agreement, appeals, and the plan that a grant in kind follows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fundflow.accounts import names_of, roles
from fundflow.applications.queries import answers_by_form
from fundflow.applications.subjects import CASE
from fundflow.approval.entitlement import entitlement
from fundflow.approval.queries import (
    agreement_of,
    appeals_of,
    award_of,
    decision_of,
    decisions_on,
    latest_decision,
)
from fundflow.approval.service import KIND, RECOMMENDED, term_of
from fundflow.platform import clock
from fundflow.platform.db import db
from fundflow.platform.wording import pick
from fundflow.workflow import MoveContext, fact

PLAN_FORM = "plan"


@fact(
    "decision",
    fields={
        "outcome": "what was decided",
        "reason": "why",
        "conditions": "conditions, or empty",
        "amount": "the amount, or null",
        "amount_minor": "the same in minor units, 0 without one, for conditions",
        "decided_on": "day",
        "decided_at": "moment",
        "decided_by_name": "by whom",
        "decided_by_role": "in which role",
    },
)
def decision(ctx: MoveContext) -> dict[str, Any]:
    """The newest decision on the part that moves (an appeal), else on the case; empty while there is none."""
    own = [] if ctx.kind == CASE else decisions_on(ctx.case.id, ctx.subject.id)
    row = own[-1] if own else latest_decision(ctx.case.id)
    if row is None:
        return dict.fromkeys(
            ("outcome", "reason", "conditions", "decided_by_name", "decided_by_role"), ""
        ) | {"amount": None, "amount_minor": 0, "decided_on": None, "decided_at": None}
    return {
        "outcome": row.outcome,
        "reason": row.reason,
        "conditions": row.conditions,
        "amount": {"minor": row.amount_minor, "currency": row.currency}
        if row.amount_minor is not None
        else None,
        "amount_minor": row.amount_minor or 0,
        "decided_on": _day(ctx, row.decided_at),
        "decided_at": row.decided_at.isoformat(),
        "decided_by_name": names_of([row.decided_by]).get(row.decided_by, "") if row.decided_by else "",
        "decided_by_role": _role(row.decided_role, ctx.case.language),
    }


@fact(
    "recommendation",
    fields={
        "amount": "the amount that was recommended last, or null",
        "amount_minor": "the same in minor units, 0 without one, for conditions",
    },
)
def recommendation(ctx: MoveContext) -> dict[str, Any]:
    """What may be granted at most; it stands while an appeal takes an award back to be decided anew."""
    row = latest_decision(ctx.case.id, RECOMMENDED)
    if row is None or row.amount_minor is None:
        return {"amount": None, "amount_minor": 0}
    return {
        "amount": {"minor": row.amount_minor, "currency": row.currency},
        "amount_minor": row.amount_minor,
    }


def _day(ctx: MoveContext, moment: datetime | None) -> str | None:
    return clock.day_of(moment, ctx.case.call.timezone).isoformat() if moment else None


def _role(name: str, language: str) -> str:
    role = roles().get(name)
    return pick(role.label, language) if role else name


@fact(
    "award",
    fields={
        "amount": "the amount granted",
        "amount_minor": "the same in minor units, for conditions",
        "share": "per cent of the amount asked for",
        "tranches_count": "how many parts it is paid in",
        "starts_on": "first day",
        "ends_on": "last day",
        "awarded_on": "day of the award",
    },
)
def award(ctx: MoveContext) -> dict[str, Any]:
    """The award; nothing while there is none."""
    row = award_of(ctx.case.id)
    if row is None:
        return dict.fromkeys(
            ("amount", "amount_minor", "share", "tranches_count", "starts_on", "ends_on", "awarded_on")
        )
    asked = ctx.case.requested_minor
    return {
        "amount": {"minor": row.amount_minor, "currency": row.currency},
        "amount_minor": row.amount_minor,
        "share": row.amount_minor * 100 // asked if asked else None,
        "tranches_count": len(ctx.definition.programme.tranches),
        "starts_on": row.starts_on.isoformat() if row.starts_on else None,
        "ends_on": row.ends_on.isoformat() if row.ends_on else None,
        "awarded_on": _day(ctx, row.awarded_at),
    }


@fact(
    "agreement",
    fields={
        "number": "number of the document",
        "signed_on": "day of the applicant's signature",
        "signed_name": "the name that was typed",
        "countersigned_on": "day of the office's signature",
        "starts_on": "first day of the project",
        "ends_on": "last day of the project",
    },
)
def agreement(ctx: MoveContext) -> dict[str, Any]:
    """The agreement and the period it covers."""
    row, granted = agreement_of(ctx.case.id), award_of(ctx.case.id)
    signed, document = row or (None, None)
    return {
        "number": document.number if document else "",
        "signed_on": _day(ctx, signed.signed_at if signed else None),
        "signed_name": (signed.signed_name or "") if signed else "",
        "countersigned_on": _day(ctx, signed.countersigned_at if signed else None),
        "starts_on": granted.starts_on.isoformat() if granted and granted.starts_on else None,
        "ends_on": granted.ends_on.isoformat() if granted and granted.ends_on else None,
    }


@fact(
    "plan",
    fields={
        "items": "the items of the plan",
        "total": "their sum",
        "goals": "what the person wants to reach",
        "entitlement": "the most that may be planned, or null",
    },
    amounts=lambda: [(PLAN_FORM, "items.cost")],
)
def plan(ctx: MoveContext) -> dict[str, Any]:
    """The individual plan as it was filled in last, with its items as people read them."""
    db.session.flush()
    given = ctx.facts.once(answers_by_form, ctx.case.id)
    rows = given.get(PLAN_FORM, {}).get("items", [])
    items = [_item(ctx, number, row) for number, row in enumerate(rows, start=1)]
    total = sum(item["cost"]["minor"] for item in items if item["cost"])
    entitled = entitlement(ctx.definition.programme.values, given)
    currency = ctx.case.currency
    return {
        "items": items,
        "total": {"minor": total, "currency": currency},
        "goals": str(given.get(PLAN_FORM, {}).get("goals", "")),
        "entitlement": None if entitled is None else {"minor": entitled, "currency": currency},
    }


def _item(ctx: MoveContext, number: int, row: dict[str, Any]) -> dict[str, Any]:
    labels = _choice_labels(ctx)
    shown = {
        key: labels.get((key, value), value) if isinstance(value, str) else value
        for key, value in row.items()
    }
    return {
        "title": "",
        "goal": "",
        "recipient": "",
        "month": None,
        "type": "",
        **shown,
        "number": number,
        "cost": row.get("cost"),
    }


def _choice_labels(ctx: MoveContext) -> dict[tuple[str, str], dict[str, str]]:
    form = ctx.definition.forms.get(PLAN_FORM)
    items = (
        next((question for question in form.questions() if question.id == "items"), None) if form else None
    )
    return {
        (column.id, choice.id): dict(choice.label)
        for column in getattr(items, "columns", ())
        for choice in getattr(column, "choices", ())
    }


@fact(
    "appeal",
    fields={
        "number": "the how manieth of the case",
        "lodged_on": "the day it came in",
        "decided_on": "the day of the decision that it questions",
        "decided_by_role": "in which role that was decided",
        "reason": "the reason that was given then",
    },
)
def appeal(ctx: MoveContext) -> dict[str, Any]:
    """The appeal that moves."""
    row = ctx.subject if ctx.kind == KIND else None
    if row is None:
        return dict.fromkeys(("number", "lodged_on", "decided_on", "decided_by_role", "reason"))
    questioned = decision_of(row)
    return {
        "number": row.number,
        "lodged_on": _day(ctx, row.lodged_at),
        "decided_on": _day(ctx, questioned.decided_at),
        "decided_by_role": _role(questioned.decided_role, ctx.case.language),
        "reason": questioned.reason,
    }


@fact(
    "remedy",
    fields={
        "until": "the last day on which the newest decision can be questioned, or null",
        "lodged_on": "the day on which the newest appeal came in, or null",
        "open": "whether an appeal is still without an answer",
    },
)
def remedy(ctx: MoveContext) -> dict[str, Any]:
    """What can be done against the newest decision on the case, and what was done."""
    db.session.flush()
    found, rows = term_of(ctx), appeals_of(ctx.case.id)
    return {
        "until": found.until.isoformat() if found else None,
        "lodged_on": _day(ctx, rows[-1].lodged_at) if rows else None,
        "open": any(row.ended_at is None for row in rows),
    }
