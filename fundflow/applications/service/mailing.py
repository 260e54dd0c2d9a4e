"""Mails of a programme: to the parties of a case, or to everyone who holds a role over it."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from fundflow import notify
from fundflow.accounts import holders
from fundflow.applications.blind import reads_blind, without_names
from fundflow.applications.held import people
from fundflow.applications.models import Application, Recusal
from fundflow.applications.policy import PERSONS
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


def _blind(case: Application, facts: dict[str, Any]) -> dict[str, Any]:
    """The facts as a blind evaluator may read them: nothing of the people, no name in the rest."""
    hidden = str(_("[name hidden]"))
    return {
        name: dict.fromkeys(fact, hidden) if name in PERSONS else without_names(case, dict(fact))
        for name, fact in facts.items()
    }


def _recipients(case: Application, to: str) -> list[tuple[str, Any, str]]:
    ties = [tie for tie in people(case.id) if tie.party.kind == to and tie.party.ended_at is None]
    found: dict[str, tuple[Any, str]] = {}
    for tie in ties:
        address, language = tie.email, tie.language
        if tie.person is not None:
            address, language = address or tie.person.email, language or tie.person.language
        if address:
            found[address] = (tie.user_id, language or case.language)
    recused = {tie.user_id for tie in ties if tie.recused}
    if not ties:
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
