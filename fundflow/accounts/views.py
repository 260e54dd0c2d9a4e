"""Pages of people: one's own profile and language, and the administrator's list of users and roles."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_security.utils import validate_redirect_url

from fundflow.accounts import queries, scopes, service
from fundflow.accounts.actor import current_actor
from fundflow.accounts.permissions import Permission
from fundflow.accounts.roles import roles
from fundflow.platform.db import transaction
from fundflow.platform.errors import Invalid
from fundflow.web.access import PUBLIC, SIGNED_IN, permission
from fundflow.web.actor import forget_actor, signed_in_actor
from fundflow.web.area import Area
from fundflow.web.i18n import LANGUAGES
from fundflow.web.nav import nav
from fundflow.web.paging import paginate

area = Area("accounts", __name__)
MANAGE = permission(Permission.USER_MANAGE)


def fill_nav() -> None:
    """Add this room's pages to the top bar."""
    nav.add(_l("People"), "accounts.users", Permission.USER_MANAGE, order=35)


@area.post("/language", access=PUBLIC)
def language() -> ResponseReturnValue:
    """Choose the language of the pages; remembered with the account, or in this browser."""
    chosen = request.form.get("language", "")
    if chosen in LANGUAGES:
        session["language"] = chosen
        if signed_in_actor() is not None:
            with transaction():
                service.set_language(current_actor(), language=chosen)
            forget_actor()
    after = request.form.get("next", "")
    return redirect(after if after and validate_redirect_url(after) else f"{request.script_root}/")


@area.get("/profile", access=SIGNED_IN)
def profile() -> ResponseReturnValue:
    """Who I am here and which roles I hold."""
    return _profile({}, 200)


@area.post("/profile", access=SIGNED_IN)
def save_profile() -> ResponseReturnValue:
    """Change my name and language."""
    chosen = request.form.get("language", "")
    try:
        with transaction():
            service.update_profile(current_actor(), name=request.form.get("name", ""), language=chosen)
    except Invalid as fault:
        return _profile(fault.errors, 422)
    session["language"] = chosen
    forget_actor()
    with force_locale(chosen):
        flash(_("Your profile is saved."), "success")
    return redirect(url_for("accounts.profile"))


def _profile(errors: dict[str, str], status: int) -> ResponseReturnValue:
    user = queries.user(current_actor().user_id or uuid.UUID(int=0))
    page = render_template(
        "accounts/profile.html",
        user=user,
        roles=roles(),
        scope_names=scopes.names(),
        errors=errors,
        form=request.form,
    )
    return page, status


@area.get("/people", access=MANAGE)
def users() -> ResponseReturnValue:
    """Everybody, narrowed by a part of the name or by a role."""
    search, role = request.args.get("q", "").strip(), request.args.get("role", "")
    page = paginate(queries.people(search, role))
    return render_template("accounts/users.html", page=page, roles=roles(), search=search, role=role)


@area.get("/people/new", access=MANAGE)
def new_user() -> ResponseReturnValue:
    """The form for a colleague's account."""
    return render_template("accounts/new_user.html", errors={}, form=request.form)


@area.post("/people/new", access=MANAGE)
def create_user() -> ResponseReturnValue:
    """Open an account; the person chooses a password by the link of "forgot password"."""
    form = request.form
    try:
        with transaction():
            user = service.create_user(
                current_actor(),
                email=form.get("email", ""),
                name=form.get("name", ""),
                language=form.get("language", "en"),
            )
    except Invalid as fault:
        return render_template("accounts/new_user.html", errors=fault.errors, form=form), 422
    flash(_("The account is open. Now choose what %(name)s may do.", name=user.name), "success")
    return redirect(url_for("accounts.user", user_id=user.id))


@area.get("/people/<uuid:user_id>", access=MANAGE)
def user(user_id: uuid.UUID) -> ResponseReturnValue:
    """One person, with roles to give and take."""
    return _user(user_id, {}, 200)


def _user(user_id: uuid.UUID, errors: dict[str, str], status: int) -> ResponseReturnValue:
    page = render_template(
        "accounts/user.html",
        user=queries.user(user_id),
        roles=roles(),
        scope_choices=scopes.choices(),
        scope_names=scopes.names(),
        errors=errors,
    )
    return page, status


@area.post("/people/<uuid:user_id>/roles", access=MANAGE)
def grant(user_id: uuid.UUID) -> ResponseReturnValue:
    """Give a role."""
    try:
        kind, scope_id = scopes.read(request.form.get("scope", ""))
    except ValueError:
        return _user(user_id, {"scope": _("Choose where the role holds.")}, 422)
    role = request.form.get("role", "")
    try:
        with transaction():
            service.grant_role(
                current_actor(), user_id=user_id, role=role, scope_kind=kind, scope_id=scope_id
            )
    except Invalid as fault:
        return _user(user_id, fault.errors, 422)
    flash(_("The role is given."), "success")
    return redirect(url_for("accounts.user", user_id=user_id))


@area.post("/people/<uuid:user_id>/roles/<uuid:grant_id>/revoke", access=MANAGE)
def revoke(user_id: uuid.UUID, grant_id: uuid.UUID) -> ResponseReturnValue:
    """Take a role away."""
    with transaction():
        service.revoke_role(current_actor(), grant_id=grant_id)
    flash(_("The role is taken away."), "success")
    return redirect(url_for("accounts.user", user_id=user_id))


@area.post("/people/<uuid:user_id>/active", access=MANAGE)
def activate(user_id: uuid.UUID) -> ResponseReturnValue:
    """Close or reopen the account."""
    active = request.form.get("active") == "yes"
    with transaction():
        service.set_active(current_actor(), user_id=user_id, active=active)
    flash(_("The account is open again.") if active else _("The account is closed."), "success")
    return redirect(url_for("accounts.user", user_id=user_id))


@area.post("/people/<uuid:user_id>/second-step/remove", access=MANAGE)
def remove_second_step(user_id: uuid.UUID) -> ResponseReturnValue:
    """Help someone who lost their phone."""
    with transaction():
        service.remove_second_step(current_actor(), user_id=user_id)
    flash(_("The second step is removed. The person signs in by password."), "success")
    return redirect(url_for("accounts.user", user_id=user_id))
