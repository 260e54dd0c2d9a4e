"""The optional second factor: codes of an authenticator app, and recovery codes for a lost phone."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from io import BytesIO
from typing import Any

import segno
from flask import Flask, session
from flask_babel import lazy_gettext as _l
from flask_limiter.util import get_remote_address
from flask_security import Security, Totp
from flask_security import forms as library
from flask_security.forms import IsStringOrInt
from flask_security.recovery_codes import MfRecoveryForm
from passlib.totp import TotpMatch  # type: ignore[import-untyped]
from sqlalchemy import select
from wtforms import RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from fundflow.accounts.models import User
from fundflow.platform.db import db

CODE_KEYS = {"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}


def options(app: Flask) -> dict[str, Any]:
    """The library's settings; the keys that seal the secrets follow from the secret key of the site."""
    return {
        "TWO_FACTOR": True,
        "TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "TWO_FACTOR_RESCUE_EMAIL": False,
        "TWO_FACTOR_AUTHENTICATOR_VALIDITY": 30,
        "TWO_FACTOR_POST_SETUP_VIEW": "/profile",
        "TOTP_SECRETS": {"1": _derived(app, "totp").hex()},
        "TOTP_ISSUER": app.config["FUNDFLOW"].office.name.replace(":", " "),
        "MULTI_FACTOR_RECOVERY_CODES": True,
        "MULTI_FACTOR_RECOVERY_CODES_N": 8,
        "MULTI_FACTOR_RECOVERY_CODES_KEYS": [base64.urlsafe_b64encode(_derived(app, "recovery"))],
    }


def _derived(app: Flask, purpose: str) -> bytes:
    return hashlib.sha256(f"{purpose}:{app.config['SECRET_KEY']}".encode()).digest()


def asked_person() -> str:
    """Who is asked for a code, so that guessing one person's codes slows down for that person alone."""
    return str(session.get("tf_user_id") or get_remote_address())


class SignIn(Security):
    """The library, without its wish for a second QR code library."""

    def _check_modules(self, module: str, config_name: str) -> Any:
        check: Callable[[str, str], Any] = super()._check_modules
        return True if module == "qrcode" else check(module, config_name)


class Codes(Totp):
    """Codes of authenticator apps, each taken once, and their QR code drawn by segno."""

    def verify_totp(self, token: str, totp_secret: str, user: User, window: int = 0) -> bool:  # type: ignore[override]
        """Whether the code is right and new; the codes of a new secret begin a count of their own."""
        if totp_secret != user.tf_totp_secret:
            user.tf_last_counter = None
            db.session.flush()
        right: bool = super().verify_totp(token, totp_secret, user, window)
        return right

    def get_last_counter(self, user: User) -> int | None:  # type: ignore[override]
        """The half minute of the code that was taken last, read under a lock so that two requests take turns."""
        statement = select(User.tf_last_counter).where(User.id == user.id).with_for_update()
        return db.session.scalar(statement)

    def set_last_counter(self, user: User, tmatch: TotpMatch) -> None:  # type: ignore[override]
        """Refuse this code and older ones from now on."""
        user.tf_last_counter = tmatch.counter
        db.session.flush()

    def generate_qrcode(self, username: str, totp: str) -> str:
        """The code that an app scans, as an address for an image."""
        drawn = BytesIO()
        segno.make(self.get_totp_uri(username, totp), micro=False).save(drawn, kind="svg", scale=5, border=2)
        return f"data:image/svg+xml;base64,{base64.b64encode(drawn.getvalue()).decode()}"


class SetupForm(library.TwoFactorSetupForm):
    """What to do with the second step; the page's buttons send it."""

    setup = StringField()
    phone = StringField()  # the library looks at it, though no message is sent to phones


class CodeForm(library.TwoFactorVerifyCodeForm):
    """The six figures of the app."""

    code = StringField(
        _l("Code of your app"),
        [IsStringOrInt(), DataRequired(_l("Enter the six figures your app shows.")), Length(max=12)],
        render_kw=CODE_KEYS,
    )


class RescueForm(library.TwoFactorRescueForm):
    """Never shown: recovery codes and the office help, see `signin.CLOSED`."""

    help_setup = RadioField(choices=[SelectChoice("help")])


class RecoveryForm(MfRecoveryForm):
    """One of the recovery codes, when the phone is not at hand."""

    code = StringField(
        _l("Recovery code"),
        [DataRequired(_l("Enter one of your recovery codes.")), Length(max=40)],
        description=_l("Three groups of four signs, such as 3f9a-07bc-d214. Each works once."),
        render_kw={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"},
    )
