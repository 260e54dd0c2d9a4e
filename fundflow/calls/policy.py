"""Who runs a call; pure predicates, no queries."""

from __future__ import annotations

from fundflow.accounts import Actor, Permission
from fundflow.programmes import Call


def may_see(actor: Actor, call: Call) -> bool:
    """Whoever runs the call, or may read the programme's law."""
    return may_run(actor, call) or actor.may(
        Permission.PROGRAMME_READ, programme_id=call.programme_id, call_id=call.id
    )


def may_run(actor: Actor, call: Call) -> bool:
    """Whether the actor drafts, changes and corrects this call."""
    return actor.may(Permission.CALL_MANAGE, programme_id=call.programme_id, call_id=call.id)
