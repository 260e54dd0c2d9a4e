"""Where somebody was going before signing in or registering: carried along, also by the link of the mail."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import quote, urlsplit

from flask import Flask, Response, make_response, request, url_for
from flask.typing import ResponseReturnValue
from flask_security.utils import validate_redirect_url

LONGEST = 300
CARRYING = ("login", "register", "confirm_email", "send_confirmation")


def onward() -> str:
    """The path of this site that the visitor was going to, or "" when none was named or it leads elsewhere."""
    path = request.form.get("next") or request.args.get("next") or ""
    local = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if local and len(path) <= LONGEST and validate_redirect_url(path) else ""


def with_onward(address: str) -> str:
    """An address of this site that carries the path along."""
    path = onward()
    if not path or "next=" in urlsplit(address).query:
        return address
    return f"{address}{'&' if '?' in address else '?'}next={quote(path, safe='')}"


def carry(app: Flask) -> None:
    """Let registering and confirming lead back to signing in, and from there to where the visitor was going."""
    app.jinja_env.globals.update(onward=onward, with_onward=with_onward)
    for name in CARRYING:
        endpoint = f"security.{name}"
        app.view_functions[endpoint] = _carrying(app.view_functions[endpoint], registers=name == "register")


def _carrying(view: Callable[..., Any], *, registers: bool) -> Callable[..., ResponseReturnValue]:
    @wraps(view)
    def wrapped(*args: Any, **values: Any) -> ResponseReturnValue:
        response = make_response(view(*args, **values))
        if response.status_code in {301, 302, 303}:
            _lead_on(response, registers=registers)
        return response

    return wrapped


def _lead_on(response: Response, *, registers: bool) -> None:
    """Whoever has registered confirms and signs in first, whatever page they were going to."""
    stops = {url_for("security.login"), url_for("security.send_confirmation")}
    if registers:
        response.location = with_onward(url_for("security.login"))
    elif urlsplit(response.location or "").path in stops:
        response.location = with_onward(str(response.location))
