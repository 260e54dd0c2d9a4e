"""Reads of calls for those who run them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from fundflow.accounts import Actor, Permission
from fundflow.applications.models import Application
from fundflow.calls import policy
from fundflow.ledger.models import BudgetLine, LineBalance
from fundflow.platform.db import db
from fundflow.platform.errors import NotFound
from fundflow.programmes import Call, Definition, Programme, definition_of, latest_version


@dataclass(frozen=True)
class Row:
    """A call and how many cases it has, all and live."""

    call: Call
    cases: int
    live: int


def calls(actor: Actor) -> list[Row]:
    """The calls over which the actor may see the law, the newest first; two queries."""
    rows = db.session.scalars(
        select(Call).options(joinedload(Call.programme)).order_by(Call.opens_at.desc(), Call.slug)
    ).all()
    counts = {
        call_id: (count, live)
        for call_id, count, live in db.session.execute(
            select(Application.call_id, func.count(), func.count().filter(Application.is_live)).group_by(
                Application.call_id
            )
        )
    }
    return [Row(call, *counts.get(call.id, (0, 0))) for call in rows if policy.may_see(actor, call)]


def call(actor: Actor, call_id: uuid.UUID) -> Call:
    """One call with its programme and line; NotFound for a hidden one too."""
    found = db.session.scalar(
        select(Call)
        .where(Call.id == call_id)
        .options(joinedload(Call.programme), joinedload(Call.line).joinedload(BudgetLine.fund))
        .options(joinedload(Call.version))
    )
    if found is None or not policy.may_see(actor, found):
        raise NotFound
    return found


def by_stage(found: Call) -> list[tuple[str, int]]:
    """How many cases of the call stand in each stage, by name."""
    rows = db.session.execute(
        select(Application.stage, func.count())
        .where(Application.call_id == found.id)
        .group_by(Application.stage)
        .order_by(func.count().desc(), Application.stage)
    )
    return [(stage, count) for stage, count in rows]


def extensions(found: Call) -> Sequence[Application]:
    """The cases that were given more time, the latest first."""
    return db.session.scalars(
        select(Application)
        .where(Application.call_id == found.id, Application.extended_until.is_not(None))
        .order_by(Application.extended_until.desc(), Application.id)
    ).all()


def programmes(actor: Actor) -> Sequence[Programme]:
    """The programmes in which the actor may open calls."""
    scopes = actor.scopes(Permission.CALL_MANAGE)
    query = select(Programme).order_by(Programme.slug)
    if not scopes.everywhere:
        query = query.where(Programme.id.in_(scopes.programmes))
    return db.session.scalars(query).all()


def newest(actor: Actor, slug: str) -> Definition:
    """The law that a new call of the programme would have; NotFound without the right, or without a version."""
    version = latest_version(slug)
    if not actor.may(Permission.CALL_MANAGE, programme_id=version.programme_id):
        raise NotFound
    return definition_of(version.id)


def lines(currency: str) -> list[tuple[BudgetLine, int]]:
    """The budget lines in a currency that hold money, with what is available in minor units."""
    rows = db.session.execute(
        select(BudgetLine, LineBalance.balance_minor)
        .join(LineBalance, LineBalance.line_id == BudgetLine.id)
        .where(
            BudgetLine.currency == currency,
            LineBalance.account == "available",
            LineBalance.balance_minor > 0,
        )
        .options(joinedload(BudgetLine.fund))
        .order_by(BudgetLine.code)
    )
    return [(line, minor) for line, minor in rows]
