"""What can be done to people and their grants; each act leaves a row in the audit trail."""

from __future__ import annotations

import uuid
from typing import Any

from flask_babel import gettext as _
from flask_security.utils import hash_password
from sqlalchemy import select

from fundflow import audit
from fundflow.accounts import queries
from fundflow.accounts.actor import Actor
from fundflow.accounts.mailing import normalised
from fundflow.accounts.models import LANGUAGES, SCOPE_KINDS, RoleGrant, User
from fundflow.accounts.policy import require_manager, require_other
from fundflow.accounts.roles import roles
from fundflow.platform import clock
from fundflow.platform.db import db
from fundflow.platform.errors import Invalid

PASSWORD_LEAST = 12
NAME_MOST = 120


def create_user(
    actor: Actor,
    *,
    email: str,
    name: str,
    language: str = "en",
    password: str | None = None,
    confirmed: bool = True,
) -> User:
    """Open an account; without a password the person sets one by "forgot password".

    Raises Forbidden, and Invalid for a taken or malformed address, an empty name, an unknown language or a
    short password.
    """
    require_manager(actor)
    address = _address(email)
    if queries.user_by_email(address) is not None:
        raise Invalid({"email": _("Somebody already has an account with this address.")})
    if password is not None and len(password) < PASSWORD_LEAST:
        raise Invalid(
            {"password": _("A password needs at least %(least)s characters.", least=PASSWORD_LEAST)}
        )
    user = User(
        email=address,
        name=_name(name),
        language=_language(language),
        password=hash_password(password) if password else None,
        fs_uniquifier=uuid.uuid4().hex,
        confirmed_at=clock.now() if confirmed else None,
        active=True,
    )
    db.session.add(user)
    db.session.flush()
    audit.record(action="user.created", actor_id=actor.user_id, user_id=user.id)
    return user


def grant_role(
    actor: Actor,
    *,
    user_id: uuid.UUID,
    role: str,
    scope_kind: str = "platform",
    scope_id: uuid.UUID | None = None,
) -> RoleGrant:
    """Give a role, everywhere or within one thing; giving it again changes nothing.

    Raises Forbidden (also for one's own roles), NotFound, and Invalid for an unknown role or scope.
    """
    require_manager(actor)
    require_other(actor, user_id)
    if role not in roles():
        raise Invalid({"role": _("There is no role of this name.")})
    if scope_kind not in SCOPE_KINDS or (scope_kind == "platform") != (scope_id is None):
        raise Invalid({"scope": _("Choose where the role holds.")})
    queries.user(user_id)
    given: dict[str, Any] = {"user_id": user_id, "role": role, "scope_kind": scope_kind, "scope_id": scope_id}
    grant = db.session.scalars(select(RoleGrant).filter_by(**given)).one_or_none()
    if grant is None:
        grant = RoleGrant(**given, granted_by=actor.user_id)
        db.session.add(grant)
        db.session.flush()
        audit.record(action="role.granted", actor_id=actor.user_id, **given)
    return grant


def revoke_role(actor: Actor, *, grant_id: uuid.UUID) -> None:
    """Take a role away at once; what was done with it stays in the history. Raises Forbidden, NotFound."""
    require_manager(actor)
    grant = queries.grant(grant_id)
    require_other(actor, grant.user_id)
    audit.record(
        action="role.revoked",
        actor_id=actor.user_id,
        user_id=grant.user_id,
        role=grant.role,
        scope_kind=grant.scope_kind,
        scope_id=grant.scope_id,
    )
    db.session.delete(grant)
    db.session.flush()


def set_active(actor: Actor, *, user_id: uuid.UUID, active: bool) -> None:
    """Close or reopen an account; closing ends every session of it. Raises Forbidden, NotFound."""
    require_manager(actor)
    require_other(actor, user_id)
    user = queries.user(user_id)
    if user.active == active:
        return
    user.active = active
    user.fs_uniquifier = uuid.uuid4().hex
    db.session.flush()
    action = "user.reactivated" if active else "user.deactivated"
    audit.record(action=action, actor_id=actor.user_id, user_id=user.id)


def remove_second_step(actor: Actor, *, user_id: uuid.UUID) -> None:
    """Let a person who lost phone and codes sign in by password again, after their identity was checked.

    Ends every session of the account. Raises Forbidden, NotFound.
    """
    require_manager(actor)
    require_other(actor, user_id)
    user = queries.user(user_id)
    user.tf_primary_method = user.tf_totp_secret = user.mf_recovery_codes = user.tf_last_counter = None
    user.fs_uniquifier = uuid.uuid4().hex
    db.session.flush()
    audit.record(action="user.second_step_removed", actor_id=actor.user_id, user_id=user.id)


def set_language(actor: Actor, *, language: str) -> None:
    """Remember the language in which a person reads pages and mails. Raises Invalid."""
    if actor.user_id is None or actor.language == language:
        return
    queries.user(actor.user_id).language = _language(language)
    db.session.flush()
    audit.record(action="user.language_set", actor_id=actor.user_id, language=language)


def update_profile(actor: Actor, *, name: str, language: str) -> None:
    """Change one's own name and language. Raises Invalid."""
    if actor.user_id is None:
        return
    user = queries.user(actor.user_id)
    user.name, user.language = _name(name), _language(language)
    db.session.flush()
    audit.record(action="user.profile_changed", actor_id=actor.user_id)


def _address(email: str) -> str:
    try:
        return normalised(email)
    except ValueError:
        raise Invalid({"email": _("Enter an e-mail address like name@example.org.")}) from None


def _name(name: str) -> str:
    tidy = " ".join(name.split())
    if not tidy or len(tidy) > NAME_MOST:
        raise Invalid({"name": _("Enter the full name, in at most %(most)s characters.", most=NAME_MOST)})
    return tidy


def _language(language: str) -> str:
    if language not in LANGUAGES:
        raise Invalid({"language": _("Choose one of the languages.")})
    return language
