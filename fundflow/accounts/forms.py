"""The forms of signing in, registering and passwords, in our own words."""

from __future__ import annotations

from typing import Any

from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from flask_security import forms as library
from flask_security.forms import EmailValidation, IsString, unique_user_email, valid_user_email
from flask_security.password_util import PasswordUtil
from wtforms import BooleanField, EmailField, PasswordField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, Length

from fundflow.web.i18n import LANGUAGES

ADDRESS = _l("E-mail address")
PASSWORD = _l("Password")
NEW_PASSWORD = _l("New password")
NO_ADDRESS = _l("Enter your e-mail address.")
NO_PASSWORD = _l("Enter your password.")
NO_NEW_PASSWORD = _l("Choose a password.")
TOO_LONG = _l("Use at most %(max)d characters.")  # the library fills the number in
PASSWORD_HELP = _l(
    "At least 12 characters. Three or four unrelated words are easy to remember and hard to guess."
)
EMAIL_KEYS = {"autocomplete": "email", "spellcheck": "false", "autocapitalize": "none"}


def _new_password(label: Any) -> PasswordField:
    return PasswordField(
        label,
        [IsString(), DataRequired(NO_NEW_PASSWORD), Length(max=256, message=TOO_LONG)],
        description=PASSWORD_HELP,
        render_kw={"autocomplete": "new-password"},
    )


class LoginForm(library.LoginForm):
    """Address and password; `remember` keeps the person signed in on this device."""

    email = EmailField(
        ADDRESS, [IsString(), DataRequired(NO_ADDRESS), EmailValidation(verify=False)], render_kw=EMAIL_KEYS
    )
    password = PasswordField(
        PASSWORD,
        [IsString(), DataRequired(NO_PASSWORD), Length(max=256, message=TOO_LONG)],
        description=" ",  # keeps the library from adding its own link
        render_kw={"autocomplete": "current-password"},
    )
    remember = BooleanField(_l("Keep me signed in on this device"))


class RegisterForm(library.RegisterFormV2):
    """An applicant's account: name, address, language, password."""

    name = StringField(
        _l("Full name"),
        [DataRequired(_l("Enter your full name.")), Length(max=120, message=TOO_LONG)],
        description=_l("As it stands in your documents."),
        render_kw={"autocomplete": "name"},
    )
    email = EmailField(
        ADDRESS,
        [IsString(), DataRequired(NO_ADDRESS), EmailValidation(verify=True), unique_user_email],
        description=_l("We send a link there to confirm that it is yours."),
        render_kw=EMAIL_KEYS,
    )
    language = SelectField(
        _l("Language of pages and mails"),
        choices=[SelectChoice(code, name) for code, name in LANGUAGES.items()],
        default=lambda: str(get_locale() or "en"),
    )
    password = _new_password(PASSWORD)

    def to_dict(self, only_user: bool) -> dict[str, Any]:
        """The fields that make the user; an address book of fields, so that nothing else can slip in."""
        del only_user
        return {
            "name": " ".join((self.name.data or "").split()),
            "email": self.email.data,
            "language": self.language.data,
            "password": self.password.data,
        }


class ForgotPasswordForm(library.ForgotPasswordForm):
    """Asks where to send the link."""

    email = EmailField(
        ADDRESS,
        [IsString(), DataRequired(NO_ADDRESS), EmailValidation(verify=True), valid_user_email],
        render_kw=EMAIL_KEYS,
    )


class SendConfirmationForm(library.SendConfirmationForm):
    """Asks where to send the confirmation link once more."""

    email = EmailField(
        ADDRESS,
        [IsString(), DataRequired(NO_ADDRESS), EmailValidation(verify=True), valid_user_email],
        render_kw=EMAIL_KEYS,
    )


class ResetPasswordForm(library.ResetPasswordForm):
    """A new password, by the link of a mail; typed once, since it can be shown."""

    password = _new_password(NEW_PASSWORD)
    password_confirm = None


class ChangePasswordForm(library.ChangePasswordForm):
    """The present password and a new one."""

    password = PasswordField(_l("Present password"), render_kw={"autocomplete": "current-password"})
    new_password = _new_password(NEW_PASSWORD)
    new_password_confirm = None


class VerifyForm(library.VerifyForm):
    """The password once more, before something sensitive."""

    password = PasswordField(
        PASSWORD, [IsString(), DataRequired(NO_PASSWORD)], render_kw={"autocomplete": "current-password"}
    )


class Passwords(PasswordUtil):
    """Refuses what guessers try first; length is checked by the library."""

    def validate(self, password: str, is_register: bool, **kwargs: Any) -> tuple[list[str] | None, str]:
        """Reasons against a password (none: None) and its normal form."""
        reasons, normal = super().validate(password, is_register, **kwargs)
        if reasons:
            return list(reasons), normal
        person = kwargs.get("user")
        address = str(kwargs.get("email") or getattr(person, "email", "") or "").lower()
        lowered = normal.lower()
        if len(set(lowered)) < 5 or (address and address.partition("@")[0] in lowered):
            return [
                str(_l("This password is easy to guess. Choose one without your name or repeated signs."))
            ], normal
        return None, normal
