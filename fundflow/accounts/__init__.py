"""Users, their roles by scope, and sign-in."""

from fundflow.accounts.actor import SYSTEM, Actor, Grant, Scopes, current_actor, load_actor
from fundflow.accounts.models import RoleGrant, User
from fundflow.accounts.permissions import Permission
from fundflow.accounts.queries import holders, names_of, user_by_email
from fundflow.accounts.roles import Role, role_label, role_names, roles
from fundflow.accounts.scopes import offer
from fundflow.accounts.service import (
    create_user,
    grant_role,
    remove_second_step,
    revoke_role,
    set_active,
    set_language,
    update_profile,
)

__all__ = [
    "SYSTEM",
    "Actor",
    "Grant",
    "Permission",
    "Role",
    "RoleGrant",
    "Scopes",
    "User",
    "create_user",
    "current_actor",
    "grant_role",
    "holders",
    "load_actor",
    "names_of",
    "offer",
    "remove_second_step",
    "revoke_role",
    "role_label",
    "role_names",
    "roles",
    "set_active",
    "set_language",
    "update_profile",
    "user_by_email",
]
