"""Who may manage people: plain predicates without queries."""

from __future__ import annotations

import uuid

from flask_babel import gettext as _

from fundflow.accounts.actor import Actor
from fundflow.accounts.permissions import Permission
from fundflow.platform.errors import Forbidden


def require_manager(actor: Actor) -> None:
    """Raise Forbidden unless the actor manages people."""
    if not actor.has(Permission.USER_MANAGE):
        raise Forbidden(_("Only an administrator manages people and their roles."))


def require_other(actor: Actor, user_id: uuid.UUID) -> None:
    """Raise Forbidden when someone would change their own roles or account: that takes another person."""
    if actor.user_id == user_id:
        raise Forbidden(_("Nobody changes their own roles. Ask another administrator."))
