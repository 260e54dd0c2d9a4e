"""Decisions, awards and agreements, and the postings that follow from them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from fundflow.applications.queries import answers, latest_entry
from fundflow.applications.subjects import CASE
from fundflow.approval.models import Agreement, Award, Decision
from fundflow.approval.queries import agreement_of, award_of, latest_decision, money_of_case
from fundflow.audit import record
from fundflow.documents import Document, DocumentState
from fundflow.documents import issue as issue_document
from fundflow.ledger import post
from fundflow.platform import clock
from fundflow.platform.db import db
from fundflow.platform.errors import Invalid, Refused
from fundflow.platform.ids import new_id
from fundflow.platform.money import Money
from fundflow.workflow import MoveContext, add_months

RECOMMENDED = "recommended"
"""The outcome of a committee's recommendation."""


def amount_of_form(ctx: MoveContext, question: str = "amount") -> Money:
    """The amount that the move's form holds; Invalid without one."""
    given = ctx.form.get(question)
    if not isinstance(given, dict):
        raise Invalid({question: _("Give the amount.")})
    return Money(int(given["minor"]), str(given["currency"]))


def money_of(award: Award) -> Money:
    """The award's amount."""
    return Money(award.amount_minor, award.currency)


def amount_to_reserve(ctx: MoveContext) -> Money:
    """What a reservation is for: the form's amount, else what the case does not yet hold of award or plan.

    A plan that is approved again after a change has goods in it that are ordered or paid for already.
    """
    if isinstance(ctx.form.get("amount"), dict):
        return amount_of_form(ctx)
    award = award_of(ctx.case.id)
    if award is not None:
        held = sum(money_of_case(ctx.case.id).values())
        return Money(max(award.amount_minor - held, 0), award.currency)
    total = ctx.facts["plan"]["total"]
    return Money(total["minor"], total["currency"])


def record_decision(ctx: MoveContext, *, outcome: str) -> Decision:
    """Keep who decided what, when and why; the reason stands in the form's `reason`."""
    given = ctx.form.get("amount")
    amount = Money(given["minor"], given["currency"]) if isinstance(given, dict) else None
    decision = Decision(
        id=new_id(),
        application_id=ctx.case.id,
        subject_id=None if ctx.kind == CASE else ctx.subject.id,
        outcome=outcome,
        move=ctx.move,
        amount_minor=amount.minor if amount else None,
        currency=amount.currency if amount else None,
        reason=str(ctx.form.get("reason") or "").strip() or _("No reason was asked for."),
        conditions=str(ctx.form.get("conditions") or "").strip(),
        decided_by=ctx.actor.user_id,
        decided_role=next(iter(sorted(ctx.actor.roles & set(_by(ctx)))), ""),
        decided_at=clock.now(),
    )
    db.session.add(decision)
    db.session.flush()
    record(
        action="decision",
        actor_id=ctx.actor.user_id,
        application_id=ctx.case.id,
        outcome=outcome,
        decision=str(decision.id),
        amount=amount.as_dict() if amount else None,
    )
    return decision


def _by(ctx: MoveContext) -> tuple[str, ...]:
    by: tuple[str, ...] = ctx.definition.machines[ctx.kind].move(ctx.move).move.by
    return by


def create_award(ctx: MoveContext) -> Award:
    """The award of the case; a second decision, after a revised plan, changes its amount."""
    if isinstance(ctx.form.get("amount"), dict):
        amount = amount_of_form(ctx)
    else:
        total = ctx.facts["plan"]["total"]
        amount = Money(total["minor"], total["currency"])
    decision = latest_decision(ctx.case.id)
    award = award_of(ctx.case.id)
    if award is None:
        award = Award(id=new_id(), application_id=ctx.case.id, line_id=ctx.case.call.line_id)
        db.session.add(award)
    award.decision_id = decision.id if decision else None
    award.amount_minor = amount.minor
    award.currency = amount.currency
    award.awarded_at = clock.now()
    db.session.flush()
    return award


def post_for_case(
    ctx: MoveContext, event: str, *, source: str, target: str, amount: Money, document: str | None = None
) -> None:
    """A posting on the call's line in the name of the case."""
    post(
        event=event,
        line_id=ctx.case.call.line_id,
        source=source,
        target=target,
        amount=amount,
        actor_id=ctx.actor.user_id,
        application_id=ctx.case.id,
        subject=(ctx.kind, ctx.subject.id),
        document=document or ctx.case.reference,
    )


def release(ctx: MoveContext, account: str) -> None:
    """Give back to the line whatever the case still holds in an account."""
    held = money_of_case(ctx.case.id).get(account, 0)
    if held > 0:
        post_for_case(
            ctx, "released", source=account, target="available", amount=Money(held, ctx.case.currency)
        )


def issue_letter(ctx: MoveContext, *, letter: str) -> Document:
    """Freeze and number a letter of the programme in the language of the case; a worker renders it."""
    ctx.facts.forget()
    letter_def = ctx.definition.letters[letter]
    document = issue_document(
        actor_id=ctx.actor.user_id,
        application_id=ctx.case.id,
        letter=letter,
        letter_def=letter_def,
        facts={name: ctx.facts[name] for name in letter_def.facts},
        language=ctx.case.language,
        subject=None if ctx.kind == "application" else (ctx.kind, ctx.subject.id),
        programme=dict(ctx.definition.programme.title),
        timezone=ctx.case.call.timezone,
    )
    ctx.notes.setdefault("documents", []).append(document.number)
    return document


def offer_agreement(ctx: MoveContext, letter: str) -> Agreement:
    """Issue the agreement and offer it; what has been signed is never replaced."""
    row = agreement_of(ctx.case.id)
    if row is not None and row[0].signed_at is not None:
        raise Refused([_("The agreement has been signed already.")])
    document = issue_letter(ctx, letter=letter)
    if row is not None:
        row[0].document_id = document.id
        row[0].offered_at = clock.now()
        db.session.flush()
        return row[0]
    agreement = Agreement(
        id=new_id(), application_id=ctx.case.id, document_id=document.id, offered_at=clock.now()
    )
    db.session.add(agreement)
    db.session.flush()
    return agreement


def sign(ctx: MoveContext, *, name: str) -> None:
    """The grantee's signature: name, moment, and the hash of exactly the PDF that was offered."""
    row = agreement_of(ctx.case.id)
    if row is None or row[1].state != DocumentState.rendered:
        raise Refused([_("The agreement is not ready to be signed.")])
    agreement, document = row
    agreement.signed_at = clock.now()
    agreement.signed_by = ctx.actor.user_id
    agreement.signed_name = name.strip()
    agreement.signed_sha256 = document.pdf_sha256
    db.session.flush()
    ctx.notes["signed"] = document.pdf_sha256


def countersign(ctx: MoveContext, *, starts: str, months: str) -> None:
    """The office's signature; the award runs from the day given for so many months as were applied for."""
    row, award = agreement_of(ctx.case.id), award_of(ctx.case.id)
    if row is None or award is None:
        raise Refused([_("There is no agreement to countersign.")])
    row[0].countersigned_at = clock.now()
    row[0].countersigned_by = ctx.actor.user_id
    start = date.fromisoformat(str(ctx.form.get(starts) or clock.today(ctx.case.call.timezone).isoformat()))
    given: dict[str, Any] = answers(
        latest_entry(ctx.case.id, ctx.definition.programme.application_form, submitted=True)
    )
    award.starts_on = start
    award.ends_on = add_months(start, int(Decimal(str(given[months])))) if given.get(months) else None
    db.session.flush()
