"""Puts users, sign-in and their pages into the application."""

from __future__ import annotations

from flask import Flask, session
from flask_login import user_logged_in, user_logged_out
from flask_security.signals import (
    password_changed,
    password_reset,
    tf_disabled,
    tf_profile_changed,
    user_confirmed,
    user_registered,
)

from fundflow import audit
from fundflow.accounts import forms, onward, secondfactor, sessions, views
from fundflow.accounts.actor import signed_in
from fundflow.accounts.cli import users_cli
from fundflow.accounts.datastore import Datastore
from fundflow.accounts.mailing import Mailing
from fundflow.accounts.models import User
from fundflow.accounts.signin import declare_access, guard_views, options
from fundflow.web import actor as web_actor


def setup(app: Flask) -> None:
    """Sign-in by Flask-Security, the actor of each request, the pages of people, and the `user` commands."""
    app.config.update(options(app))
    secondfactor.SignIn(
        app,
        Datastore(),
        login_form=forms.LoginForm,
        register_form=forms.RegisterForm,
        forgot_password_form=forms.ForgotPasswordForm,
        reset_password_form=forms.ResetPasswordForm,
        change_password_form=forms.ChangePasswordForm,
        send_confirmation_form=forms.SendConfirmationForm,
        verify_form=forms.VerifyForm,
        two_factor_setup_form=secondfactor.SetupForm,
        two_factor_rescue_form=secondfactor.RescueForm,
        two_factor_verify_code_form=secondfactor.CodeForm,
        mf_recovery_form=secondfactor.RecoveryForm,
        totp_cls=secondfactor.Codes,
        mail_util_cls=Mailing,
        password_util_cls=forms.Passwords,
    )
    sessions.limit(app)
    guard_views(app)
    onward.carry(app)
    declare_access(app)
    web_actor.set_loader(app, signed_in)
    _follow(app)
    app.register_blueprint(views.area)
    views.fill_nav()
    app.cli.add_command(users_cli)


def _follow(app: Flask) -> None:
    """Note in the audit trail what people do to their accounts, and forget the cached actor in time."""
    acts = {
        "user.signed_in": user_logged_in,
        "user.registered": user_registered,
        "user.confirmed": user_confirmed,
        "user.password_reset": password_reset,
        "user.password_changed": password_changed,
        "user.second_factor_set": tf_profile_changed,
        "user.second_factor_removed": tf_disabled,
    }
    for action, signal in acts.items():
        signal.connect(_recorder(action), app, weak=False)
    for login_signal in (user_logged_in, user_logged_out):
        login_signal.connect(_forget, app)
    user_logged_in.connect(_keep_language, app)


def _recorder(action: str):  # type: ignore[no-untyped-def]  # noqa: ANN202 - a signal's receiver
    def receive(_app: Flask, user: User, **_: object) -> None:
        audit.record(action=action, actor_id=user.id)

    return receive


def _forget(_app: Flask, **_: object) -> None:
    web_actor.forget_actor()


def _keep_language(_app: Flask, user: User, **_: object) -> None:
    session["language"] = user.language
