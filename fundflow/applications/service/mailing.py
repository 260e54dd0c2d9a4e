"""Mails of a programme: to the parties of a case, or to everyone who holds a role over it."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import bindparam, exists, select

from fundflow import notify
from fundflow.accounts import User, holders
from fundflow.applications.blind import reads_blind, without_names
from fundflow.applications.models import Application, Party, Recusal
from fundflow.applications.policy import PERSONS
from fundflow.people import Person
from fundflow.platform.db import db
from fundflow.platform.wording import pick
from fundflow.programmes import Definition


def mail(
    *,
    case: Application,
    definition: Definition,
    mail_id: str,
    to: str,
    facts: Any,
    only: Collection[uuid.UUID] | None = None,
) -> int:
    """Queue a mail of the programme; `to` is a party kind or a role. Returns how many people it goes to.

    `only` narrows it to these users.

    Everybody is written to in his own language as far as the programme speaks it; recused people get nothing.
    """
    template = definition.mails[mail_id]
    plain = {name: facts[name] for name in (template.facts or ("application", "call", "programme", "office"))}
    if reads_blind(definition, (to,)):
        plain = _blind(case, plain)
    count = 0
    for address, user_id, language in _recipients(case, to):
        if only is not None and user_id not in only:
            continue
        spoken = language if language in definition.programme.languages else case.language
        notify.send(
            to_address=address,
            to_user_id=user_id,
            subject=notify.render_text(pick(template.subject, spoken), plain, spoken),
            body=notify.render_text(pick(template.body, spoken), plain, spoken),
            language=spoken,
            application_id=case.id,
            kind=mail_id,
        )
        count += 1
    return count


_PARTIES = (
    select(
        User.id, User.email, User.language, Person.email, Person.language,
        exists().where(Recusal.application_id == Party.application_id, Recusal.user_id == User.id),
    )
    .select_from(Party)
    .outerjoin(User, User.id == Party.user_id)
    .outerjoin(Person, Person.id == Party.person_id)
    .where(
        Party.application_id == bindparam("case"), Party.kind == bindparam("kind"), Party.ended_at.is_(None)
    )
    .order_by(Party.id)
)  # fmt: skip


def _blind(case: Application, facts: dict[str, Any]) -> dict[str, Any]:
    """The facts as a blind evaluator may read them: nothing of the people, no name in the rest."""
    hidden = str(_("[name hidden]"))
    return {
        name: dict.fromkeys(fact, hidden) if name in PERSONS else without_names(case, dict(fact))
        for name, fact in facts.items()
    }


def _recipients(case: Application, to: str) -> list[tuple[str, Any, str]]:
    rows = db.session.execute(_PARTIES, {"case": case.id, "kind": to}).all()
    found: dict[str, tuple[Any, str]] = {
        user_email or person_email or "": (user_id, user_language or person_language or case.language)
        for user_id, user_email, user_language, person_email, person_language, _recused in rows
        if user_email or person_email
    }
    recused = {row[0] for row in rows if row[-1]}
    if not rows:
        recused = set(db.session.scalars(select(Recusal.user_id).where(Recusal.application_id == case.id)))
        for user in holders(
            role=to, programme_id=case.programme_id, call_id=case.call_id, application_id=case.id
        ):
            found[user.email] = (user.id, user.language)
    return [
        (address, user_id, language)
        for address, (user_id, language) in found.items()
        if user_id not in recused
    ]
