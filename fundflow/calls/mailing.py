"""Mails of a call to the people who applied in it; their words are in `workflows/calls.yaml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import current_app
from sqlalchemy import select

from fundflow import notify
from fundflow.accounts import User
from fundflow.applications.models import Application, Party
from fundflow.applications.policy import PERSONS
from fundflow.platform.db import db
from fundflow.platform.wording import pick
from fundflow.programmes import Call
from fundflow.programmes.procedure import procedure

__all__ = ["tell", "tell_all"]
Words = Mapping[str, str] | str


def tell_all(call: Call, mail_id: str, *, reason: Words) -> int:
    """Write to the people of every live case of the call; returns how many mails are queued."""
    here = _people().where(Application.call_id == call.id, Application.is_live)
    return _send(call, mail_id, reason, db.session.execute(here).all())


def tell(call: Call, case: Application, mail_id: str, *, reason: Words) -> int:
    """Write to the people of one case; returns how many mails are queued."""
    return _send(call, mail_id, reason, db.session.execute(_people().where(Application.id == case.id)).all())


def _people() -> Any:
    """Each case with each person whose own it is, as far as he has an account."""
    return (
        select(Application, User)
        .join(Party, Party.application_id == Application.id)
        .join(User, User.id == Party.user_id)
        .where(Party.kind.in_(sorted(PERSONS)), Party.ended_at.is_(None))
        .order_by(Application.id, User.id)
    )


def _send(call: Call, mail_id: str, reason: Words, people: Sequence[Any]) -> int:
    template = procedure().mails[mail_id]
    for case, user in people:
        language = user.language or case.language
        closes_at = case.extended_until or call.closes_at
        facts = {
            "call": {"title": dict(call.title), "closes_at": closes_at.isoformat() if closes_at else ""},
            "reason": pick(reason, language) if isinstance(reason, Mapping) else reason,
            "office": {"name": current_app.config["OFFICE"]["name"]},
        }
        notify.send(
            to_address=user.email,
            to_user_id=user.id,
            subject=notify.render_text(pick(template.subject, language), facts, language, call.timezone),
            body=notify.render_text(pick(template.body, language), facts, language, call.timezone),
            language=language,
            application_id=case.id,
            kind=mail_id,
        )
    return len(people)
