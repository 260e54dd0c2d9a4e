"""Drafting a call and changing what may be changed: by the draft, by corrigendum, or for one applicant."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import func, select, update

from fundflow.accounts import SYSTEM, Actor, User
from fundflow.applications.models import Application, Party
from fundflow.applications.policy import on_case
from fundflow.applications.service.hooks import HOOKS, context
from fundflow.audit import record
from fundflow.calls import policy
from fundflow.calls.mailing import tell, tell_all
from fundflow.ledger import BudgetLine
from fundflow.platform import clock
from fundflow.platform.db import db
from fundflow.platform.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from fundflow.platform.ids import new_id
from fundflow.programmes import Call, definition_of, latest_version
from fundflow.programmes.calls import draft_call, locked_call
from fundflow.programmes.models import Corrigendum
from fundflow.programmes.procedure import procedure
from fundflow.workflow import Deadline

CASE = "application"
CLOSING = "call.closes_at"
LEAST_REASON = 20


@dataclass(frozen=True)
class Terms:
    """What staff write about a call before it is published."""

    title: Mapping[str, str]
    summary: Mapping[str, str]
    opens_at: datetime
    closes_at: datetime | None
    line_id: uuid.UUID
    cap: int | None = None


def draft(*, actor: Actor, programme: str, terms: Terms) -> Call:
    """A new call of the newest version of a programme.

    Raises NotFound for a programme without a version, Forbidden, Invalid by the field of the page.
    """
    version = latest_version(programme)
    if not actor.may("call:manage", programme_id=version.programme_id):
        raise Forbidden(_("Your role does not open calls of this programme."))
    line = _line(terms.line_id)
    _check(terms)
    return draft_call(
        actor=actor,
        version=version,
        slug=_slug(programme, terms),
        title=terms.title,
        summary=terms.summary,
        opens_at=terms.opens_at,
        closes_at=terms.closes_at,
        line=line,
        cap=terms.cap,
    )


def rewrite(*, actor: Actor, call_id: uuid.UUID, terms: Terms, seen: int) -> Call:
    """Change a draft, which takes the newest version of its programme along.

    Raises NotFound, Forbidden, Conflict (it changed since `seen`, or is published), Invalid.
    """
    call = _run(actor, call_id, seen)
    if call.published_at is not None:
        raise Conflict(_("A published call is changed by a corrigendum."), current=call.stage)
    line = _line(terms.line_id)
    _check(terms)
    version = latest_version(call.programme.slug)
    if line.currency != definition_of(version.id).programme.currency:
        raise Invalid({"line": _("The budget line is not in the programme's currency.")})
    call.version_id, call.line_id, call.currency = version.id, line.id, line.currency
    call.title, call.summary = dict(terms.title), dict(terms.summary)
    call.opens_at, call.closes_at, call.cap = terms.opens_at, terms.closes_at, terms.cap
    call.row_version += 1
    db.session.flush()
    record(action="call.rewritten", actor_id=actor.user_id, call=call.slug, version=version.number)
    return call


def correct(
    *, actor: Actor, call_id: uuid.UUID, words: Mapping[str, str], closes_at: datetime, seen: int
) -> Corrigendum:
    """Issue a corrigendum to a call that is published or open; it is never issued without time to react.

    Raises NotFound, Forbidden, Conflict, Refused (the call is closed), Invalid (`words`, `closes_at`).
    """
    call = _run(actor, call_id, seen)
    if call.published_at is None or call.closes_at is None or call.closes_at <= clock.now():
        raise Refused([_("Only a call that is published and not yet closed is corrected.")])
    least = max(call.closes_at, clock.now() + timedelta(days=procedure().corrigendum.least_days))
    languages = definition_of(call.version_id).programme.languages
    errors = {}
    if not words.get(languages[0]):
        errors[f"words-{languages[0]}"] = _("Say what changes.")
    if closes_at < least:
        errors["closes_at"] = _(
            "Everybody needs %(days)s days to react, and nobody gets less time than before.",
            days=procedure().corrigendum.least_days,
        )
    if errors:
        raise Invalid(errors)
    last = db.session.scalar(select(func.max(Corrigendum.number)).where(Corrigendum.call_id == call.id))
    row = Corrigendum(
        id=new_id(),
        call_id=call.id,
        number=(last or 0) + 1,
        words={language: text for language, text in words.items() if text},
        closes_before=call.closes_at,
        closes_after=closes_at,
        issued_at=clock.now(),
        issued_by=actor.user_id,
    )
    db.session.add(row)
    _close_later(call, closes_at)
    record(
        action="call.corrected", actor_id=actor.user_id, call=call.slug, number=row.number,
        closes_before=row.closes_before.isoformat(), closes_after=closes_at.isoformat(),
    )  # fmt: skip
    tell_all(call, "call_changed", reason=row.words)
    return row


def _close_later(call: Call, closes_at: datetime) -> None:
    """Move the closing, and with it every deadline that hangs on it."""
    call.closes_at = closes_at
    call.row_version += 1
    if call.due_at is not None and call.stage == "open":
        call.due_at = closes_at
    db.session.flush()
    for version_id in db.session.scalars(
        select(Application.version_id).where(Application.call_id == call.id).distinct()
    ).all():
        for stage, deadline in _hanging(version_id).items():
            _redate(call, version_id, stage, deadline)


def _hanging(version_id: uuid.UUID) -> dict[str, Deadline]:
    """The stages of a case that last until, or count from, the closing of the call."""
    steps = definition_of(version_id).machines[CASE].stages
    return {
        name: step.late_deadline
        for name, step in steps.items()
        if step.late_deadline and CLOSING in {step.late_deadline.at, step.late_deadline.from_}
    }


def _redate(call: Call, version_id: uuid.UUID, stage: str, deadline: Deadline) -> None:
    """All cases of a stage share the date, for it hangs on nothing of their own."""
    here = (
        Application.call_id == call.id,
        Application.version_id == version_id,
        Application.stage == stage,
        Application.is_live,
        Application.extended_until.is_(None) | (Application.extended_until < call.closes_at),
    )
    one = db.session.scalar(select(Application).where(*here).limit(1))
    if one is None:
        return
    one.call = call
    one.extended_until = None
    due_at = HOOKS.due_at(context(who=on_case(SYSTEM, one, ()), case=one, subject=one, kind=CASE), deadline)
    db.session.flush()
    db.session.execute(
        update(Application)
        .where(*here)
        .values(due_at=due_at, overdue_at=None, extended_until=None)
        .execution_options(synchronize_session=False)
    )
    db.session.expire_all()


def give_time(*, actor: Actor, call_id: uuid.UUID, email: str, until: datetime, reason: str) -> Application:
    """Give one applicant, whose draft is not handed in, until a later moment, with the reason on record.

    Raises NotFound, Forbidden, Invalid (`email`, `until`, `reason`).
    """
    call = _run(actor, call_id)
    errors = {}
    if len(reason.strip()) < LEAST_REASON:
        errors["reason"] = _("Give a reason of at least %(least)s characters.", least=LEAST_REASON)
    if call.closes_at is None or until <= max(call.closes_at, clock.now()):
        errors["until"] = _("Choose a moment after the closing of the call.")
    case = _draft_of(call, email)
    if case is None:
        errors["email"] = _("Nobody with this address has a draft in this call.")
    if errors or case is None:
        raise Invalid(errors)
    case.call, case.extended_until = call, until
    deadline = _hanging(case.version_id)[case.stage]
    case.due_at = HOOKS.due_at(
        context(who=on_case(SYSTEM, case, ()), case=case, subject=case, kind=CASE), deadline
    )
    case.overdue_at = None
    call.extended_until = max(until, call.extended_until or until)
    db.session.flush()
    record(
        action="application.given_time", actor_id=actor.user_id, application_id=case.id,
        until=until.isoformat(), reason=reason.strip(),
    )  # fmt: skip
    tell(call, case, "more_time", reason=reason.strip())
    return case


def _draft_of(call: Call, email: str) -> Application | None:
    """The live case of the person in this call, locked, while it stands in a stage that lasts until the closing."""
    case = db.session.scalar(
        select(Application)
        .join(Party, Party.application_id == Application.id)
        .join(User, User.id == Party.user_id)
        .where(
            Application.call_id == call.id,
            Application.is_live,
            Application.submitted_at.is_(None),
            User.email == email.strip().lower(),
            Party.ended_at.is_(None),
        )
        .limit(1)
        .with_for_update(of=Application)
    )
    return case if case is not None and case.stage in _hanging(case.version_id) else None


def _run(actor: Actor, call_id: uuid.UUID, seen: int | None = None) -> Call:
    call = locked_call(call_id)
    if not policy.may_see(actor, call):
        raise NotFound
    if not policy.may_run(actor, call):
        raise Forbidden(_("Your role does not change this call."))
    if seen is not None and seen != call.row_version:
        raise Conflict(_("This has changed since you opened the page."), current=call.stage)
    return call


def _line(line_id: uuid.UUID) -> BudgetLine:
    line = db.session.get(BudgetLine, line_id)
    if line is None:
        raise Invalid({"line": _("Choose a budget line.")})
    return line


def _check(terms: Terms) -> None:
    if terms.closes_at is not None and terms.closes_at <= terms.opens_at:
        raise Invalid({"closes_at": _("The closing must come after the opening.")})


def _slug(programme: str, terms: Terms) -> str:
    """A short name for addresses: the first title in plain letters and the year, made unique by a number."""
    title = unicodedata.normalize("NFKD", next(iter(terms.title.values()), programme))
    plain = title.encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or programme.replace("_", "-")
    stem = f"{stem}-{terms.opens_at.year}"
    taken = set(db.session.scalars(select(Call.slug).where(Call.slug.startswith(stem))))
    if stem not in taken:
        return stem
    return next(f"{stem}-{n}" for n in range(2, 10_000) if f"{stem}-{n}" not in taken)


__all__ = ["Terms", "correct", "draft", "give_time", "rewrite"]
