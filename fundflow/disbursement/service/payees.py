"""Who is paid, and into which account: a purchase's vendor, or the bank details that a grantee handed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fundflow.applications.policy import PERSONS
from fundflow.applications.queries import answers, latest_entry
from fundflow.disbursement.models import Purchase
from fundflow.workflow import MoveContext

ACCOUNT = "iban"


@dataclass(frozen=True, slots=True)
class Payee:
    """A name and an account; empty where nobody has given them."""

    name: str
    iban: str


def payee(ctx: MoveContext) -> Payee:
    """The vendor of a purchase, else the account of the newest handed-in form that asks for one.

    The form is one with a question of type `iban` that is filled in by itself, or with a step of the case's own people;
    the first text of the same section names the holder.
    """
    if isinstance(ctx.subject, Purchase):
        return Payee(ctx.subject.vendor_name or "", ctx.subject.vendor_iban or "")
    newest: tuple[Any, Payee] | None = None
    for form, holder, account in _account_questions(ctx):
        entry = latest_entry(ctx.case.id, form, submitted=True)
        if entry is None or (newest and newest[0] >= entry.submitted_at):
            continue
        given = answers(entry)
        newest = (entry.submitted_at, Payee(str(given.get(holder) or ""), str(given.get(account) or "")))
    found = newest[1] if newest else Payee("", "")
    return Payee(found.name or ctx.case.applicant_name, found.iban)


def _account_questions(ctx: MoveContext) -> list[tuple[str, str, str]]:
    """Form, question of the holder's name, question of the account."""
    found, asked = [], _asked_of_people(ctx)
    for form_id, form in ctx.definition.forms.items():
        for section in form.sections:
            accounts = [question.id for question in section.questions if question.type == ACCOUNT]
            texts = [question.id for question in section.questions if question.type == "text"]
            if accounts and (form.fill.by or form_id in asked):
                found.append((form_id, texts[0] if texts else "", accounts[0]))
    return found


def _asked_of_people(ctx: MoveContext) -> set[str]:
    """The forms that come with steps of the people of a case, and with nobody else's."""
    moves = [
        move.move
        for machine in ctx.definition.machines.values()
        for move in machine.moves.values()
        if move.move.form
    ]
    office = {str(move.form) for move in moves if not set(move.by) <= PERSONS}
    return {str(move.form) for move in moves} - office
