"""Guards, effects and facts of referrals: whom one may be sent to, what is told, and the provider's link."""

from __future__ import annotations

import uuid
from typing import Any

from flask_babel import lazy_gettext as _l

from fundflow.accounts import SYSTEM
from fundflow.applications.service.hooks import begin_stage
from fundflow.platform import clock
from fundflow.platform.db import db
from fundflow.platform.errors import Refused
from fundflow.platform.ids import new_id
from fundflow.platform.wording import pick
from fundflow.programmes import provider_kinds
from fundflow.referrals.models import Provider, Referral
from fundflow.referrals.queries import providers_by_id, referrals_of
from fundflow.referrals.service import links
from fundflow.referrals.service.consent import covers
from fundflow.referrals.service.providers import agreement_on
from fundflow.referrals.service.sharing import KIND, shareable, told
from fundflow.workflow import Decision, MailName, MoveContext, effect, fact, guard


@effect(
    "open_referral",
    help="Opens a referral with the answers of the move's form; the rest is said on its page.",
)
def open_referral(ctx: MoveContext) -> None:
    """What is told begins with what the programme ticks."""
    entry = ctx.notes.get("entry")
    row = Referral(
        id=new_id(),
        application_id=ctx.case.id,
        number=len(referrals_of(ctx.case.id)) + 1,
        entry_id=uuid.UUID(entry) if entry else None,
        shared=[field.id for field in shareable(ctx.definition) if field.ticked],
    )
    begin_stage(actor=SYSTEM, case=ctx.case, kind=KIND, subject=row)
    db.session.add(row)
    db.session.flush()


def _provider(ctx: MoveContext) -> Provider | None:
    wanted = getattr(ctx.subject, "provider_id", None)
    return ctx.facts.once(_one, wanted) if wanted else None


def _one(provider_id: uuid.UUID) -> Provider | None:
    return providers_by_id([provider_id]).get(provider_id)


@guard("provider_chosen", help="A provider is chosen that the office still works with.")
def provider_chosen(ctx: MoveContext) -> Decision:
    """Providers that were given up stay in the register, for what was."""
    provider = _provider(ctx)
    if provider is None:
        return Decision(False, _l("No provider is chosen."))
    return Decision(provider.active, _l("The office no longer works with this provider."))


@guard("provider_reachable", help="The provider has an e-mail address.")
def provider_reachable(ctx: MoveContext) -> Decision:
    """Others get the letter by hand."""
    provider = _provider(ctx)
    return Decision(
        provider is not None and bool(provider.email),
        _l("The provider has no e-mail address; give the letter."),
    )


@guard("agreement_in_force", help="The office has an agreement with the provider chosen, in force today.")
def agreement_in_force(ctx: MoveContext) -> Decision:
    """By the programme's calendar day; whether one is chosen, `provider_chosen` asks."""
    provider = _provider(ctx)
    today = clock.today(ctx.definition.programme.timezone)
    return Decision(
        provider is None or agreement_on(provider, today),
        _l("There is no agreement in force with this provider."),
    )


@guard(
    "consent_covers_provider",
    help="The consent that was handed in last covers the provider chosen, by `referrals` of the programme.",
)
def consent_covers_provider(ctx: MoveContext) -> Decision:
    """A kind that the programme does not name is never covered. Whose consent it must be, `adult_or_guardian` asks."""
    provider = _provider(ctx)
    if provider is None or covers(ctx.case, ctx.definition, provider):
        return Decision(True)
    return Decision(
        False,
        _l("The consent does not cover this kind of provider: %(kind)s.", kind=_kind_word(provider, ctx)),
    )


def _kind_word(provider: Provider, ctx: MoveContext) -> str:
    kind = provider_kinds().get(provider.kind)
    return pick(kind.label, ctx.actor.language) if kind else provider.kind


@guard(
    "something_shared",
    says=_l("Nothing is ticked that the provider could be told."),
    help="The provider is told something.",
)
def something_shared(ctx: MoveContext) -> bool:
    """What is ticked and has an answer."""
    return bool(told(ctx.case, ctx.definition, ctx.subject, ctx.subject.shared))


@effect(
    "send_referral", help="Fixes what the provider is told and mails the link to it, if there is an address."
)
def send_referral(ctx: MoveContext, mail: MailName, urgent: bool = False) -> None:
    """From here on the provider sees these lines and no others, whatever is answered later."""
    row: Referral = ctx.subject
    if row.provider_id is None:
        raise Refused([_l("No provider is chosen.")])
    row.disclosed = told(ctx.case, ctx.definition, row, row.shared)
    row.sent_at, row.sent_by, row.urgent = clock.now(), ctx.actor.user_id, urgent
    db.session.flush()
    ctx.notes["told"] = [line["id"] for line in row.disclosed]
    links.send(ctx, mail=mail)


@effect("send_link", help="Mails the provider a new link; the one before ends.")
def send_link(ctx: MoveContext, mail: MailName) -> None:
    """What the provider sees stays as it was sent."""
    links.send(ctx, mail=mail)


@effect("end_link", help="Ends the provider's link at once.")
def end_link(ctx: MoveContext) -> None:
    """Links also end with the provider's last step, with the case, and with their term."""
    ctx.subject.link_sha256 = ctx.subject.link_expires_at = None
    db.session.flush()


@effect(
    "tell_provider",
    help="Mails the provider a text of the programme, without a link; nothing before it was sent.",
)
def tell_provider(ctx: MoveContext, mail: MailName) -> None:
    """A provider that was never told of the person is not written to."""
    provider = _provider(ctx)
    if provider is not None and ctx.subject.sent_at is not None:
        links.write(ctx, mail=mail, provider=provider)


def _line(row: Referral, provider: Provider | None, ctx: MoveContext) -> dict[str, Any]:
    kind = provider_kinds().get(provider.kind) if provider else None
    return {
        "number": row.number,
        "provider": provider.name if provider else "",
        "provider_kind": pick(kind.label, ctx.case.language) if kind else "",
        "urgent": row.urgent,
        "sent_on": clock.day_of(row.sent_at, ctx.case.call.timezone).isoformat() if row.sent_at else None,
        "stage": pick(ctx.definition.stage_label(KIND, row.stage), ctx.case.language),
    }


@fact(
    "referrals",
    help="The referrals of the case: number, provider, provider_kind, urgent, sent_on, stage of each.",
)
def referrals(ctx: MoveContext) -> list[dict[str, Any]]:
    """In the order in which they were opened."""
    rows = referrals_of(ctx.case.id)
    known = providers_by_id(row.provider_id for row in rows)
    return [_line(row, known.get(row.provider_id), ctx) for row in rows]


@fact(
    "referral",
    fields={
        "number": "its number on the case",
        "provider": "the provider's name",
        "provider_kind": "what kind of provider it is",
        "urgent": "sent without the consent, for protection",
        "sent_on": "the day it was sent, or null",
        "stage": "the label of its stage",
        "due_on": "until when its stage lasts, or null",
        "by_hand": "the provider has no e-mail address, so that staff record the answers",
        "shared": "what the provider is told: label and text of each line",
        "link": "the address of the provider's page, in the mail that brings it and nowhere else",
    },
)
def referral(ctx: MoveContext) -> dict[str, Any]:
    """The referral that moves."""
    if ctx.kind != KIND:
        return {
            "number": 0, "provider": "", "provider_kind": "", "urgent": False, "sent_on": None, "stage": "",
            "due_on": None, "by_hand": False, "shared": [], "link": "",
        }  # fmt: skip
    row, provider = ctx.subject, _provider(ctx)
    return {
        **_line(row, provider, ctx),
        "due_on": clock.day_of(row.due_at, ctx.case.call.timezone).isoformat() if row.due_at else None,
        "by_hand": provider is not None and not provider.email,
        "shared": [
            {name: pick(line[name], ctx.case.language) for name in ("label", "text")}
            for line in row.disclosed
        ],
        "link": "",
    }
