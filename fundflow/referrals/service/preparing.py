"""Before a referral is sent: to which provider it goes, and what is ticked to be told."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from flask_babel import gettext as _

from fundflow.accounts import Actor
from fundflow.applications.policy import on_case
from fundflow.applications.service.move import locked
from fundflow.audit import record
from fundflow.platform.db import db
from fundflow.platform.errors import Conflict, Forbidden, Invalid, NotFound
from fundflow.programmes import definition_of
from fundflow.referrals import policy
from fundflow.referrals.models import Referral
from fundflow.referrals.queries import choosable
from fundflow.referrals.service.sharing import KIND, shareable


def prepare(
    *, actor: Actor, referral_id: uuid.UUID, provider_id: uuid.UUID | None, shared: Collection[str], seen: int
) -> Referral:
    """Choose the provider and what he is told; what the actor may not read stays as it is ticked.

    Raises NotFound, Forbidden (not a sender at this stage), Conflict (it changed since it was read), Invalid.
    """
    row: Referral
    case, row, tied = locked(actor, KIND, referral_id)
    if not policy.may_read(actor, case, tied.kinds):
        raise NotFound
    definition, who = definition_of(case.version_id), on_case(actor, case, tied.kinds)
    if row.row_version != seen:
        raise Conflict(_("This has changed since you opened the page."), current=row.stage)
    if not policy.may_prepare(who, definition, row):
        raise Forbidden(_("Your role does not prepare this referral now."))
    if provider_id is not None and provider_id not in {each.id for each in choosable(row.provider_id)}:
        raise Invalid({"provider": _("Choose one of the list.")})
    readable = policy.readable_fields(who, definition)
    if not set(shared) <= readable:
        raise Invalid({"shared": _("Choose one of the list.")})
    kept = set(row.shared) - readable
    row.provider_id = provider_id
    row.shared = [field.id for field in shareable(definition) if field.id in kept | set(shared)]
    row.row_version += 1
    db.session.flush()
    record(
        action="referral.prepared",
        actor_id=actor.user_id,
        application_id=case.id,
        referral=str(row.id),
        provider=str(provider_id) if provider_id else None,
        shared=row.shared,
    )
    return row
