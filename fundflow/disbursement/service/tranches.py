"""Planning an award's tranches, and holding them while a case is suspended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select

from fundflow.accounts import SYSTEM
from fundflow.applications.queries import answers, latest_entry
from fundflow.applications.service.hooks import begin_stage
from fundflow.approval.models import Award
from fundflow.approval.queries import award_of
from fundflow.disbursement.models import Tranche
from fundflow.platform.db import db
from fundflow.platform.errors import Refused
from fundflow.platform.ids import new_id
from fundflow.platform.money import split
from fundflow.workflow import MoveContext

KIND = "tranche"


def of_case(ctx: MoveContext) -> Sequence[Tranche]:
    """The tranches of the case, in order."""
    return db.session.scalars(
        select(Tranche).where(Tranche.application_id == ctx.case.id).order_by(Tranche.number)
    ).all()


def is_final(ctx: MoveContext, kind: str, stage: str) -> bool:
    """Whether nothing leaves this stage of a machine."""
    return bool(ctx.definition.machines[kind].definition.stages[stage].final)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an award before it is money: its weight against the others, and its share in per cent."""

    number: int
    title: Mapping[str, str]
    weight: int
    share: int


def of_programme(ctx: MoveContext) -> list[Part]:
    """The parts that the programme gives every award."""
    return [
        Part(each.number, each.title, each.share, each.share) for each in ctx.definition.programme.tranches
    ]


def of_rows(ctx: MoveContext, *, form: str, rows: str, amount: str, title: str) -> list[Part]:
    """A part for each row of a handed-in form that costs something (milestones), weighted by its amount."""
    given = answers(latest_entry(ctx.case.id, form, submitted=True)).get(rows) or []
    costly = [row for row in given if row.get(amount, {}).get("minor")]
    weights = [int(row[amount]["minor"]) for row in costly]
    shares = split(100, weights) if weights else []
    named = [
        {language: str(row.get(title) or "") for language in ctx.definition.programme.languages}
        for row in costly
    ]
    return [
        Part(number, words, weight, share)
        for number, (words, weight, share) in enumerate(zip(named, weights, shares, strict=True), start=1)
    ]


def plan(ctx: MoveContext, parts: Sequence[Part]) -> None:
    """Split the award by the parts' weights, the remainder by largest remainder; once per case.

    A part that would be nothing (an award of a few cents) is left out; the others still sum to the award. An award
    that was decided anew, after an appeal, is split anew over the parts that are there, as long as none has begun.
    Raises Refused without an award.
    """
    award = award_of(ctx.case.id)
    if award is None or not parts:
        raise Refused([_("There is no award to split into parts.")])
    there = of_case(ctx)
    if there:
        _split_anew(ctx, award, there, parts)
        return
    for part, minor in zip(parts, split(award.amount_minor, [each.weight for each in parts]), strict=True):
        if minor == 0:
            continue
        tranche = Tranche(
            id=new_id(),
            application_id=ctx.case.id,
            number=part.number,
            title=dict(part.title),
            share=part.share,
            amount_minor=minor,
            currency=award.currency,
            blocked=False,
        )
        begin_stage(actor=SYSTEM, case=ctx.case, kind=KIND, subject=tranche)
        db.session.add(tranche)
    db.session.flush()


def _split_anew(ctx: MoveContext, award: Award, there: Sequence[Tranche], parts: Sequence[Part]) -> None:
    """By the weights of the first time; a share is those in whole per cent, and may be none."""
    first = ctx.definition.machines[KIND].definition.initial
    if sum(each.amount_minor for each in there) == award.amount_minor or any(
        each.stage != first for each in there
    ):
        return
    weights = {part.number: part.weight for part in parts}
    known = weights.keys() >= {each.number for each in there}
    by = [weights[each.number] if known else each.amount_minor for each in there]
    for tranche, minor in zip(there, split(award.amount_minor, by), strict=True):
        tranche.amount_minor = minor
        tranche.row_version += 1
    db.session.flush()


def block(ctx: MoveContext, *, blocked: bool) -> None:
    """Hold, or free, every tranche that is not finished; a page opened before then is stale."""
    for tranche in of_case(ctx):
        if tranche.blocked != blocked and not is_final(ctx, KIND, tranche.stage):
            tranche.blocked = blocked
            tranche.row_version += 1
    db.session.flush()
