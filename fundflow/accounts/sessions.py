"""A session ends after a while without use, and after a working day in any case."""

from __future__ import annotations

import time
from datetime import timedelta

from flask import Flask, current_app, flash, request, session
from flask_babel import gettext as _

IDLE = timedelta(hours=2)  # writing in a form counts as use: it is saved as one writes
LONGEST = timedelta(hours=12)
NOTED_EVERY = timedelta(minutes=1)  # so that not every answer sets the cookie anew
KEPT = {"language", "csrf_token"}  # with its token a form that comes too late leads to signing in


def limit(app: Flask) -> None:
    """End sessions that are too old, before anything asks who is signed in."""
    app.config["PERMANENT_SESSION_LIFETIME"] = LONGEST  # an older cookie is not even read
    app.before_request_funcs.setdefault(None, []).insert(0, _end_in_time)


def _end_in_time() -> None:
    if "_user_id" not in session:
        return
    # Like the sign-in library's own times, so that a rehearsal with a held clock keeps its visitors.
    now = int(time.time())  # noqa: TID251
    began, seen = session.setdefault("began", now), session.setdefault("seen", now)
    if now - seen > IDLE.total_seconds() or now - began > LONGEST.total_seconds():
        _end()
    elif now - seen >= NOTED_EVERY.total_seconds():
        session["seen"] = now


def _end() -> None:
    for key in set(session) - KEPT:
        session.pop(key)
    if request.method == "GET" and not _stays_signed_in():
        flash(
            _(
                "You were away for a while, so we signed you out. Sign in again; what was saved is still there."
            ),
            "info",
        )


def _stays_signed_in() -> bool:
    """Whether this device was chosen to be kept signed in; the session then begins anew."""
    return current_app.config["REMEMBER_COOKIE_NAME"] in request.cookies
