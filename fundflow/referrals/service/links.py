"""The provider's link: a random token of which only the hash is kept, as long as there is a step to take."""

from __future__ import annotations

import hashlib
import re
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fundflow import notify
from fundflow.accounts import SYSTEM, Actor
from fundflow.applications.models import Application
from fundflow.applications.queries import Ties
from fundflow.applications.service.move import locked
from fundflow.applications.service.move import move as make_move
from fundflow.audit import record
from fundflow.platform import clock
from fundflow.platform.db import db
from fundflow.platform.errors import NotFound
from fundflow.platform.wording import pick
from fundflow.programmes import ACTS_AS, Call, Definition, definition_of
from fundflow.referrals.models import Provider, Referral
from fundflow.referrals.service.consent import covers
from fundflow.referrals.service.sharing import KIND
from fundflow.workflow import CompiledMove, Fired, MoveContext

BYTES = 32
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Opened:
    """A referral as its provider stands before it."""

    row: Referral
    case: Application
    provider: Provider
    definition: Definition

    @property
    def stage(self) -> Any:
        """Its present stage as the machine has it."""
        return self.definition.machines[KIND].definition.stages[self.row.stage]

    @property
    def steps(self) -> list[CompiledMove]:
        """The steps that the provider may take now."""
        return steps_of(self.definition, self.row.stage)


def steps_of(definition: Definition, stage: str) -> list[CompiledMove]:
    """The moves that machines give a provider in a stage; without any, the link leads nowhere."""
    return [move for move in definition.machines[KIND].leaving(stage) if ACTS_AS in move.roles]


def fingerprint(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def rests_on_consent(row: Referral, case: Application, definition: Definition, provider: Provider) -> bool:
    """Whether what the provider is told is still covered; what was sent for urgent protection always is."""
    return row.urgent or covers(case, definition, provider)


def is_alive(row: Referral, case: Application, definition: Definition, *, covered: bool) -> bool:
    """Whether the provider's link opens: its term runs, the case lives, a step is his, and the consent still stands."""
    ended = definition.machines["application"].definition.stages[case.stage].final
    return (
        row.link_expires_at is not None
        and row.link_expires_at > clock.now()
        and not ended
        and bool(steps_of(definition, row.stage))
        and covered
    )


def send(ctx: MoveContext, *, mail: str) -> bool:
    """Give the provider a new link by mail; an earlier one ends. False when there is no address to write to.

    The token stands in the text of the mail alone, which is forgotten once it is sent.
    """
    row: Referral = ctx.subject
    provider = db.session.get_one(Provider, row.provider_id)
    law = ctx.definition.programme.referrals
    if not provider.email or law is None:
        return False
    token = secrets.token_urlsafe(BYTES)
    row.link_sha256 = fingerprint(token)
    row.link_expires_at = clock.now() + timedelta(days=law.link_days)
    db.session.flush()
    ctx.notes["link"] = row.link_sha256[:12]
    write(ctx, mail=mail, provider=provider, link=f"{current_app.config['BASE_URL']}/referral/{token}")
    return True


def write(ctx: MoveContext, *, mail: str, provider: Provider, link: str = "") -> None:
    """A mail of the programme to a provider, in his language; with a link its text is not kept."""
    if not provider.email:
        return
    template = ctx.definition.mails[mail]
    ctx.facts.forget()
    plain = {name: dict(ctx.facts[name]) for name in template.facts}
    if link and KIND in plain:
        plain[KIND]["link"] = link
    notify.send(
        to_address=provider.email,
        subject=notify.render_text(pick(template.subject, provider.language), plain, provider.language),
        body=notify.render_text(pick(template.body, provider.language), plain, provider.language),
        language=provider.language,
        kind=mail,
        application_id=ctx.case.id,
        keep_body=not link,
    )


def find(token: str) -> Opened:
    """The referral behind a link; NotFound for an unknown, expired or revoked one, and after the end, all alike."""
    if not TOKEN.fullmatch(token):
        raise NotFound
    found = db.session.execute(
        select(Referral, Application, Provider)
        .join(Application, Application.id == Referral.application_id)
        .join(Provider, Provider.id == Referral.provider_id)
        .where(Referral.link_sha256 == fingerprint(token))
        .options(joinedload(Application.call).joinedload(Call.programme))
    ).one_or_none()
    if found is None:
        raise NotFound
    row, case, provider = found
    definition = definition_of(case.version_id)
    covered = rests_on_consent(row, case, definition, provider)
    if not is_alive(row, case, definition, covered=covered):
        raise NotFound
    return Opened(row, case, provider, definition)


def note_opening(here: Opened) -> None:
    """An opened link is one row of the trail: which referral and when, nothing of the person."""
    record(
        action="referral.opened",
        actor_id=None,
        application_id=here.case.id,
        referral=str(here.row.id),
        link=str(here.row.link_sha256)[:12],
    )


def answer(
    *, token: str, move: str, form: Mapping[str, Any] | None, seen_version: int
) -> tuple[Fired, uuid.UUID]:
    """Make a provider's step through the one door, in the name of the link; returns it with the referral's id.

    Raises NotFound for a dead link, Conflict (the referral changed since the page was drawn), Forbidden for a step
    that is not the provider's, Invalid (the form), Refused.
    """
    sought = find(token).row.id
    case, row, _ties = locked(SYSTEM, KIND, sought)
    definition = definition_of(case.version_id)
    provider = db.session.get_one(Provider, row.provider_id)
    covered = rests_on_consent(row, case, definition, provider)
    if row.link_sha256 != fingerprint(token) or not is_alive(row, case, definition, covered=covered):
        raise NotFound
    if move not in definition.machines[KIND].moves:
        raise NotFound
    fired = make_move(
        actor=Actor(None, provider.name, language=provider.language),
        subject_id=row.id,
        move=move,
        kind=KIND,
        form=form,
        seen_version=seen_version,
        held=(case, row, Ties(frozenset({ACTS_AS}))),
    )
    record(
        action="referral.answered",
        actor_id=None,
        application_id=case.id,
        referral=str(row.id),
        link=str(row.link_sha256)[:12],
        move=move,
    )
    return fired, row.id
