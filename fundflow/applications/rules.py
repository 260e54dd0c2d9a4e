"""The guards and effects of the case file itself: calls, forms, parties, and moves that cause moves."""

from __future__ import annotations

import re
import uuid
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, select

from fundflow import forms
from fundflow.applications.held import filled, is_writing
from fundflow.applications.models import Application, FormEntry, Party
from fundflow.applications.queries import answers, answers_by_form, latest_entry
from fundflow.applications.service.cases import is_open, next_reference
from fundflow.applications.service.entries import faults, open_entry, seal
from fundflow.applications.service.mailing import mail
from fundflow.applications.service.of_age import consent_in_force, is_of_age
from fundflow.applications.service.parties import beneficiary, link_guardian, link_person
from fundflow.platform import clock
from fundflow.platform.db import db
from fundflow.platform.wording import pick
from fundflow.workflow import (
    Cel,
    ConditionFault,
    Decision,
    FormName,
    MailName,
    MoveContext,
    RoleName,
    effect,
    guard,
    move_condition,
)


@guard("call_open", says=_l("The call is not open now."), help="The call is open by the server's clock.")
def call_open(ctx: MoveContext) -> bool:
    """What was received before the closing (paper, another system) counts by the day it was received."""
    received = ctx.case.submitted_at
    if received is not None:
        call = ctx.case.call
        return bool(call.opens_at <= received and (call.closes_at is None or received <= call.closes_at))
    return is_open(ctx.case.call, ctx.case.extended_until)


@guard("call_closed", says=_l("The call is still open."), help="The call's closing moment has passed.")
def call_closed(ctx: MoveContext) -> bool:
    """A draft's own time; what was handed in waits until the time of those who were given more is over, too."""
    case, call = ctx.case, ctx.case.call
    last = case.extended_until if case.submitted_at is None else call.extended_until
    return call.closes_at is not None and clock.now() > max(call.closes_at, last or call.closes_at)


@guard(
    "form_complete",
    help="Every question of the form that must be answered is answered, and every rule holds.",
)
def form_complete(ctx: MoveContext, form: FormName) -> Decision:
    """Counts what is missing; the form's pages name it.

    Of an application that is handed in again, after a question, nothing is wrong that was right on the first day.
    """
    definition = ctx.definition
    form_def = definition.forms[form]
    kept = filled(ctx.case.id, form) if is_writing() else None  # to be frozen next
    given = kept.given if kept else ctx.facts.once(answers_by_form, ctx.case.id).get(form)
    if given is None:
        return Decision(False, _l("“%(form)s” has not been filled in.", form=_title(ctx, form_def.title)))
    today = _as_of(ctx) or clock.today(definition.programme.timezone)
    errors = faults(form_def, given, definition, today=today, first=_first_day(ctx, form))
    if errors:
        return Decision(
            False,
            _l(
                "“%(form)s” still has %(count)s open points.",
                form=_title(ctx, form_def.title),
                count=len(errors),
            ),
        )
    if kept:
        kept.right_on = today
    return Decision(True)


@guard("entry_exists", help="The form has been handed in, so many times, within so many days.")
def entry_exists(
    ctx: MoveContext, form: FormName, within_days: int | None = None, count: int = 1
) -> Decision:
    """Only entries that were handed in count."""
    since = None if within_days is None else clock.now() - timedelta(days=within_days)
    times = [at for name, at in ctx.facts.once(_handed_in, ctx.case.id) if name == form]
    found = sum(since is None or at >= since for at in times)
    if found >= count:
        return Decision(True)
    title = _title(ctx, ctx.definition.forms[form].title)
    if within_days is not None and count == 1:
        return _too_old(ctx, form, within_days)
    if count > 1:
        return Decision(
            False,
            _l(
                "“%(form)s” is needed %(count)s times; there are %(found)s.",
                form=title,
                count=count,
                found=found,
            ),
        )
    return Decision(False, _l("“%(form)s” has not been handed in.", form=title))


def _handed_in(application_id: uuid.UUID) -> list[tuple[str, datetime]]:
    """Form and moment of every entry of a case that was handed in."""
    rows = db.session.execute(
        select(FormEntry.form, FormEntry.submitted_at).where(
            FormEntry.application_id == application_id, FormEntry.state == "submitted"
        )
    )
    return [(form, at) for form, at in rows if at is not None]


def _kinds_present(application_id: uuid.UUID) -> frozenset[str]:
    """The kinds of party that somebody is recorded as."""
    query = select(Party.kind).where(Party.application_id == application_id, Party.ended_at.is_(None))
    return frozenset(db.session.scalars(query))


@guard(
    "condition",
    help="A CEL condition over m (the move's form), f (facts), v (values) and today.",
    reads_form=lambda when, says: bool(says) and bool(re.search(r"\bm\.", when)),
)
def condition(ctx: MoveContext, when: Cel, says: dict[str, str]) -> Decision:
    """A condition that cannot be known (a missing value) refuses, with the same words."""
    expression = move_condition(when)
    try:
        allowed = expression.holds(ctx.asks(expression))
    except ConditionFault:
        allowed = False
    return Decision(allowed, "" if allowed else pick(says, ctx.actor.language))


@guard(
    "no_other_live_application",
    says=_l("There is another application of the same person in this call. Withdraw it first."),
    help="The same person has no other live application in this call.",
)
def no_other_live_application(ctx: MoveContext) -> bool:
    """The database's unique index stands behind this guard."""
    case = ctx.case
    if case.applicant_key is None or case.is_live:
        return True  # the index lets one alone be live
    other = exists().where(
        Application.call_id == case.call_id,
        Application.applicant_key == case.applicant_key,
        Application.is_live,
        Application.id != case.id,
    )
    return not db.session.scalar(select(other))


@guard("party_present", help="Somebody is tied to the case in this way: beneficiary, guardian, applicant.")
def party_present(ctx: MoveContext, kind: RoleName) -> Decision:
    """Looks at parties that have not ended."""
    present = kind in ctx.facts.once(_kinds_present, ctx.case.id)
    return Decision(present, _l("Nobody is recorded as %(kind)s of this case.", kind=kind))


@guard(
    "adult_or_guardian",
    help="The beneficiary is of age and has consented, or a guardian is recorded and has consented.",
)
def adult_or_guardian(ctx: MoveContext) -> Decision:
    """Age is counted on the day of the move, in the programme's time zone; `of_age` says what a consent is."""
    person = ctx.facts.once(beneficiary, ctx.case)
    if person is None or person.birth_date is None:
        return Decision(False, _l("The beneficiary's date of birth is not recorded."))
    if beneficiary_is_adult(ctx):
        return consent_in_force(ctx.case, ctx.definition, of_age=True)
    if not party_present(ctx, kind="guardian"):
        return Decision(False, _l("The beneficiary is a minor and has no recorded guardian."))
    return consent_in_force(ctx.case, ctx.definition, of_age=False)


@guard(
    "beneficiary_is_adult", says=_l("The beneficiary is a minor."), help="The beneficiary is of age today."
)
def beneficiary_is_adult(ctx: MoveContext) -> bool:
    """Unknown age counts as a minor's."""
    person = ctx.facts.once(beneficiary, ctx.case)
    born = person.birth_date if person else None
    return is_of_age(ctx.definition, born, clock.today(ctx.case.call.timezone))


@guard(
    "minor_requires", help="For a minor, this form must have been handed in and be at most so many days old."
)
def minor_requires(
    ctx: MoveContext, form: FormName, within_days: int | None = None, dated: str | None = None
) -> Decision:
    """Adults pass. The age of the form counts from its question `dated`, else from the day it was handed in."""
    if beneficiary_is_adult(ctx):
        return Decision(True)
    if within_days is None or dated is None:
        return entry_exists(ctx, form=form, within_days=within_days)
    day = answers(latest_entry(ctx.case.id, form, submitted=True)).get(dated)
    if day and date.fromisoformat(day) >= clock.today(ctx.case.call.timezone) - timedelta(days=within_days):
        return Decision(True)
    return _too_old(ctx, form, within_days)


@effect("assign_reference", help="Gives the case the next reference of the programme's yearly series.")
def assign_reference(ctx: MoveContext) -> None:
    """A case that has one keeps it."""
    if ctx.case.reference is None:
        ctx.case.reference = next_reference(ctx.definition.programme.prefix, ctx.case.call.timezone)


@effect(
    "freeze_entries",
    help="Hands the form in: checked whole, hashed and closed; the application form sets the receipt's hash.",
)
def freeze_entries(ctx: MoveContext, form: FormName) -> None:
    """The newest draft of the form is sealed; of the application form, hash and moment become the case's."""
    kept = filled(ctx.case.id, form)
    if kept is None or kept.entry.state != "draft":
        return
    content_hash = seal(
        entry=kept.entry, definition=ctx.definition, actor_id=ctx.actor.user_id, as_of=_as_of(ctx),
        first=_first_day(ctx, form), kept=kept,
    )  # fmt: skip
    if form == ctx.definition.programme.application_form:
        ctx.case.content_hash = content_hash
        ctx.case.submitted_at = ctx.case.submitted_at or clock.now()


@effect("open_entry", help="Opens a form to be filled.")
def open_form(ctx: MoveContext, form: FormName) -> None:
    """The new draft begins with what was handed in last."""
    entry = latest_entry(ctx.case.id, form)
    if entry is None or entry.state != "draft":
        open_entry(actor_id=ctx.actor.user_id, case=ctx.case, form=form, like=entry)


@effect("link_person", help="Takes a person from answers of a form and makes him a party of the case.")
def link_person_effect(
    ctx: MoveContext, form: FormName, fields: dict[str, str], party: RoleName = "beneficiary"
) -> None:
    """`fields` maps a person's field to the question that answers it."""
    link_person(case=ctx.case, given=_said(ctx, form), fields=fields, kind=party)


@effect(
    "link_guardian", help="Takes a guardian from answers of a form and ties him to the case and the minor."
)
def link_guardian_effect(ctx: MoveContext, form: FormName, fields: dict[str, str]) -> None:
    """Without a name in the answers there is no guardian to tie."""
    link_guardian(case=ctx.case, given=_said(ctx, form), fields=fields)


@effect("mail", help="Queues a mail of the programme to a party or to all who hold a role.")
def mail_effect(ctx: MoveContext, id: MailName, to: RoleName) -> None:  # noqa: A002 - the word of the definition
    """Facts are those after the move; applications from a former system are taken in without mails."""
    if ctx.notes.get("mails") == "none":
        return
    ctx.facts.forget()
    mail(case=ctx.case, definition=ctx.definition, mail_id=id, to=to, facts=ctx.facts)


@effect("close_case", help="Ends the life of the case: its applicant may apply again.")
def close_case(ctx: MoveContext) -> None:
    """Final stages do this by themselves; the effect serves stages that end a case early."""
    ctx.case.is_live = False


def _as_of(ctx: MoveContext) -> date | None:
    """The day on which what is handed in was received, when somebody else records it later."""
    received = ctx.notes.get("received_on")
    return date.fromisoformat(received) if received else None


def _first_day(ctx: MoveContext, form: FormName) -> date | None:
    """The day on which the application was handed in before, when it is handed in again after a question."""
    if ctx.case.submitted_at is None or form != ctx.definition.programme.application_form:
        return None
    return clock.day_of(ctx.case.submitted_at, ctx.definition.programme.timezone)


def _given(ctx: MoveContext, form: FormName) -> dict[str, Any]:
    move = ctx.definition.machines[ctx.kind].moves[ctx.move].move
    if move.form == form:
        return dict(ctx.form or {})
    kept = filled(ctx.case.id, form)
    return kept.given if kept else {}


def _too_old(ctx: MoveContext, form: str, days: int) -> Decision:
    title = _title(ctx, ctx.definition.forms[form].title)
    return Decision(False, _l("“%(form)s” is needed from the last %(days)s days.", form=title, days=days))


def _said(ctx: MoveContext, form: str) -> dict[str, Any]:
    return forms.with_parts(ctx.definition.forms[form], _given(ctx, form), ctx.case.language)


def _title(ctx: MoveContext, words: Any) -> str:
    return pick(words, ctx.actor.language)
