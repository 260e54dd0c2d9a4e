"""Who reads a referral and who prepares it; pure predicates, no queries."""

from __future__ import annotations

from collections.abc import Collection

from fundflow.accounts import Actor, Permission
from fundflow.applications.models import Application
from fundflow.applications.policy import CaseActor, is_inside, may_read_section
from fundflow.programmes import Definition
from fundflow.referrals.models import Referral
from fundflow.referrals.service.sharing import KIND, section_of, shareable

SEND = "send_referral"


def may_read(actor: Actor, case: Application, kinds: Collection[str]) -> bool:
    """Staff with the permission over the case, never a party: a guardian may be what a child is protected from."""
    return is_inside(actor, case, kinds, Permission.REFERRAL_READ)


def may_prepare(who: CaseActor, definition: Definition, referral: Referral) -> bool:
    """Whether somebody may choose the provider and tick what is told: who may send it from its present stage."""
    return any(
        move.permits(who) and any(bound.rule.name == SEND for bound in move.effects)
        for move in definition.machines[KIND].leaving(referral.stage)
    )


def readable_fields(who: CaseActor, definition: Definition) -> frozenset[str]:
    """The fields that somebody may see, and so may tick: those of sections that are for his eyes, and facts."""
    return frozenset(
        field.id
        for field in shareable(definition)
        if (section := section_of(definition, field)) is None or may_read_section(section, who, fills=False)
    )
