"""How the sign-in library is set: what is on, in which words, at what pace, and inside which transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from flask import Flask, Response, request
from flask.typing import ResponseReturnValue
from flask_limiter.util import get_remote_address

from fundflow.accounts import secondfactor
from fundflow.platform import clock
from fundflow.platform.db import transaction
from fundflow.platform.errors import NotFound
from fundflow.web.access import PUBLIC, SIGNED_IN, declare
from fundflow.web.setup import limiter

WRITING_GET = {"security.confirm_email"}  # the link of a mail; a second visit changes nothing
CLOSED = ("two_factor_rescue",)  # a mail to the office with nothing that proves who wrote it
PRIVATE = {"change_password", "verify", "mf_recovery_codes", "two_factor_setup_validate"}


def N_(message: str) -> str:  # noqa: N802 - the usual name of the marker for message extraction
    """Mark a message for translation; the library looks it up when it is shown."""
    return message


MESSAGES = {
    "ALREADY_CONFIRMED": (N_("This address is confirmed already. Please sign in."), "info"),
    "CONFIRMATION_EXPIRED": (N_("This link was valid for %(within)s. Ask for a new one here."), "warning"),
    "CONFIRMATION_REQUEST": (N_("If an account waits for it, a new link is on its way."), "info"),
    "CONFIRMATION_REQUIRED": (N_("Confirm your e-mail address first, by the link we sent you."), "error"),
    "CONFIRM_REGISTRATION": (N_("Nearly done: open the link we have sent to %(email)s."), "success"),
    "DISABLED_ACCOUNT": (N_("This account is closed. Please contact the office."), "error"),
    "EMAIL_CONFIRMED": (N_("Thank you, your address is confirmed. Please sign in."), "success"),
    "EMAIL_NOT_PROVIDED": (N_("Enter your e-mail address."), "error"),
    "GENERIC_AUTHN_FAILED": (N_("Address and password do not match. Check both and try again."), "error"),
    "INVALID_CONFIRMATION_TOKEN": (N_("This link is not complete or no longer valid."), "error"),
    "INVALID_EMAIL_ADDRESS": (N_("Enter an e-mail address like name@example.org."), "error"),
    "INVALID_PASSWORD": (N_("This is not your present password."), "error"),
    "INVALID_REDIRECT": (N_("The address to go on to is not part of this site."), "error"),
    "INVALID_RESET_PASSWORD_TOKEN": (N_("This link is not complete or no longer valid."), "error"),
    "PASSWORD_CHANGE": (N_("Your password is changed."), "success"),
    "PASSWORD_INVALID_LENGTH": (N_("A password needs at least %(length)s characters."), "error"),
    "PASSWORD_IS_THE_SAME": (N_("The new password must differ from the present one."), "error"),
    "PASSWORD_NOT_PROVIDED": (N_("Enter your password."), "error"),
    "PASSWORD_RESET_EXPIRED": (N_("This link was valid for %(within)s. Ask for a new one here."), "warning"),
    "PASSWORD_RESET_NO_LOGIN": (N_("Your new password is set. Please sign in with it."), "success"),
    "PASSWORD_RESET_REQUEST": (N_("If there is an account for this address, a link is on its way."), "info"),
    "REAUTHENTICATION_REQUIRED": (N_("Enter your password once more to go on."), "info"),
    "REAUTHENTICATION_SUCCESSFUL": (N_("Thank you."), "success"),
    "INVALID_RECOVERY_CODE": (N_("This is none of your unused recovery codes."), "error"),
    "NO_RECOVERY_CODES_SETUP": (N_("You have no recovery codes yet."), "info"),
    "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": (
        N_("From now on signing in asks for a code of your app."),
        "success",
    ),
    "TWO_FACTOR_DISABLED": (N_("From now on your password is enough to sign in."), "success"),
    "TWO_FACTOR_INVALID_TOKEN": (
        N_("This code is wrong, too old or was used already. Enter the next one your app shows."),
        "error",
    ),
    "TWO_FACTOR_LOGIN_SUCCESSFUL": (N_("Thank you, the code is right."), "success"),
    "TWO_FACTOR_METHOD_NOT_AVAILABLE": (N_("Choose one of the ways offered here."), "error"),
    "TWO_FACTOR_PERMISSION_DENIED": (N_("Please sign in with your password first."), "info"),
    "TWO_FACTOR_SETUP_EXPIRED": (N_("That took too long. Please start again."), "warning"),
    "UNAUTHENTICATED": (N_("Please sign in first."), "info"),
}

SUBJECTS = {
    "EMAIL_SUBJECT_REGISTER": N_("Your account"),
    "EMAIL_SUBJECT_CONFIRM": N_("Confirm your e-mail address"),
    "EMAIL_SUBJECT_PASSWORD_NOTICE": N_("Your password was reset"),
    "EMAIL_SUBJECT_PASSWORD_CHANGE_NOTICE": N_("Your password was changed"),
    "EMAIL_SUBJECT_PASSWORD_RESET": N_("Choose a new password"),
}


def options(app: Flask) -> dict[str, Any]:
    """The library's settings; an address is never told to be known or unknown."""
    quick = {"argon2__time_cost": 1, "argon2__memory_cost": 1024, "argon2__parallelism": 1}
    chosen: dict[str, Any] = {
        "PASSWORD_HASH": "argon2",
        "PASSWORD_SCHEMES": ["argon2"],
        "PASSWORD_HASH_PASSLIB_OPTIONS": quick if app.testing else {},
        "PASSWORD_SINGLE_HASH": True,
        "PASSWORD_LENGTH_MIN": 12,
        "PASSWORD_CONFIRM_REQUIRED": False,
        "REGISTERABLE": True,
        "CONFIRMABLE": True,
        "RECOVERABLE": True,
        "CHANGEABLE": True,
        "RETURN_GENERIC_RESPONSES": True,
        "EMAIL_HTML": False,
        "DATETIME_FACTORY": clock.now,
        "JOIN_USER_ROLES": False,
        "STATIC_FOLDER": None,
        "I18N_DOMAIN": "messages",
        "I18N_DIRNAME": [app.config["BABEL_TRANSLATION_DIRECTORIES"]],
        "POST_LOGIN_VIEW": "/start",
        "POST_REGISTER_VIEW": "/login",
        "POST_CHANGE_VIEW": "/profile",
        "RESET_PASSWORD_WITHIN": timedelta(hours=2),
        "CONFIRM_EMAIL_WITHIN": timedelta(days=3),
        "CACHE_CONTROL": None,
        "API_ENABLED_METHODS": ["session"],
        **secondfactor.options(app),
        "CLI_USERS_NAME": None,
        "CLI_ROLES_NAME": None,
        **{f"MSG_{name}": message for name, message in MESSAGES.items()},
        **SUBJECTS,
    }
    return {
        **{f"SECURITY_{name}": value for name, value in chosen.items()},
        "REMEMBER_COOKIE_NAME": "__Host-remember" if app.config["SESSION_COOKIE_SECURE"] else "remember",
        "REMEMBER_COOKIE_SECURE": app.config["SESSION_COOKIE_SECURE"],
        "REMEMBER_COOKIE_HTTPONLY": True,
        "REMEMBER_COOKIE_SAMESITE": "Lax",
        "REMEMBER_COOKIE_DURATION": timedelta(days=14),
    }


def _per_person() -> str:
    return f"{get_remote_address()} {request.form.get('email', '').strip().lower()[:254]}"


def _failed(response: Response) -> bool:
    return response.status_code == 200


def _only_looking() -> bool:
    return request.method != "POST"


def guard_views(app: Flask) -> None:
    """Wrap the library's views: writes run in transaction(), guessing and mail floods are slowed down."""
    for endpoint in [name for name in app.view_functions if name.startswith("security.")]:
        app.view_functions[endpoint] = _in_transaction(
            app.view_functions[endpoint], get=endpoint in WRITING_GET
        )
    for name in CLOSED:
        app.view_functions[f"security.{name}"] = _nothing_here
    _slow_down(app, "login", "10 per 5 minutes", key=_per_person, counts=_failed)
    _slow_down(app, "login", "60 per 5 minutes", counts=_failed)
    for name in ("two_factor_token_validation", "mf_recovery"):
        _slow_down(app, name, "10 per 5 minutes", key=secondfactor.asked_person, counts=_failed)
    for name in ("forgot_password", "send_confirmation", "register"):
        _slow_down(app, name, "20 per hour")


def _nothing_here() -> ResponseReturnValue:
    raise NotFound


def _slow_down(
    app: Flask,
    name: str,
    pace: str,
    *,
    key: Callable[[], str] = get_remote_address,
    counts: Callable[[Response], bool] | None = None,
) -> None:
    views: dict[str, Any] = app.view_functions
    limit = limiter.limit(pace, key_func=key, exempt_when=_only_looking, deduct_when=counts)
    views[f"security.{name}"] = limit(views[f"security.{name}"])


def _in_transaction(view: Callable[..., Any], *, get: bool) -> Callable[..., ResponseReturnValue]:
    @wraps(view)
    def wrapped(*args: Any, **values: Any) -> ResponseReturnValue:
        if request.method == "POST" or get:
            with transaction():
                acted: ResponseReturnValue = view(*args, **values)
            return acted
        shown: ResponseReturnValue = view(*args, **values)
        return shown

    return wrapped


def declare_access(app: Flask) -> None:
    """Enter the library's routes into the access table."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("security."):
            access = SIGNED_IN if rule.endpoint.removeprefix("security.") in PRIVATE else PUBLIC
            declare(app, rule.endpoint, (rule.methods or set()) - {"HEAD", "OPTIONS"}, access)
