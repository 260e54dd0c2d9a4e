"""Accounts of payees are sensitive: they are shown in full to those who pay, and each such read is on record."""

from __future__ import annotations

from fundflow.accounts import Actor
from fundflow.audit import record
from fundflow.disbursement.queries.parts import Part
from fundflow.platform.errors import Forbidden

NOTED = "payment.account_read"


def note_account_read(*, actor: Actor, here: Part) -> None:
    """Put on record that somebody opened the account that money goes to; Forbidden for those who do not pay."""
    if not here.reader.pays:
        raise Forbidden
    record(
        action=NOTED,
        actor_id=actor.user_id,
        application_id=here.case.id,
        kind=here.kind,
        subject=str(here.row.id),
    )
