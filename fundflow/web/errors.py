"""Each refusal becomes a page in friendly words, or JSON for who asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app, flash, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, ServiceUnavailable, Unauthorized

from fundflow.platform import schema
from fundflow.platform.errors import Conflict, Forbidden, Invalid, NotFound, Refused


def wants_json() -> bool:
    """Whether the caller prefers JSON to a page."""
    accepted = request.accept_mimetypes
    if request.is_json and not accepted.accept_html:
        return True
    return accepted["application/json"] > accepted["text/html"]


def way_back() -> str:
    """Where the person came from on this site, else the first page."""
    referrer = urlsplit(request.referrer or "")
    if referrer.netloc == request.host and referrer.path != request.path:
        return referrer.path + (f"?{referrer.query}" if referrer.query else "")
    return f"{request.script_root}/"


def _answer(
    status: int, title: str, detail: str, template: str = "errors/error.html", **more: Any
) -> ResponseReturnValue:
    if wants_json():
        plain = {key: value for key, value in more.items() if key in {"errors", "reasons", "current"}}
        body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **_texts(plain)}
        response = jsonify(body)
        response.content_type = "application/problem+json"
        return response, status
    page = render_template(template, status=status, title=title, detail=detail, back=way_back(), **more)
    return page, status


def _texts(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _texts(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_texts(item) for item in value]
    return value if isinstance(value, int | float | bool | None) else str(value)


def _invalid(fault: Invalid) -> ResponseReturnValue:
    title = _("Some answers need another look")
    return _answer(422, title, _("Nothing was saved. Go back and correct these:"), errors=fault.errors)


def _forbidden(fault: Forbidden) -> ResponseReturnValue:
    detail = str(fault) or _("Your role does not include this step.")
    return _answer(403, _("This step is not yours to take"), detail)


def _not_found(_fault: Exception) -> ResponseReturnValue:
    detail = _("The address may be mistyped, the page may have moved, or it may not be meant for you.")
    return _answer(404, _("There is nothing here"), detail)


def _conflict(fault: Conflict) -> ResponseReturnValue:
    title = _("Someone was here before you")
    detail = str(fault) or _("This changed after you opened the page. Nothing of yours was saved.")
    return _answer(409, title, detail, "errors/conflict.html", current=fault.current)


def _refused(fault: Refused) -> ResponseReturnValue:
    detail = _("Nothing was changed. What stands in the way:")
    return _answer(422, _("This is not possible now"), detail, reasons=fault.reasons)


def _sign_in(_fault: Unauthorized) -> ResponseReturnValue:
    if wants_json():
        return _answer(401, _("Please sign in"), _("This page is for people who have signed in."))
    after = request.full_path.rstrip("?") if request.method == "GET" else way_back()
    if request.method != "GET":
        flash(_("You were signed out meanwhile. Sign in and try again."), "warning")
    return redirect(url_for("security.login", next=after))


def _csrf(_fault: CSRFError) -> ResponseReturnValue:
    detail = _("The page was open for a long time or in another session. Go back, reload it and try again.")
    return _answer(400, _("This form is out of date"), detail)


def _http(fault: HTTPException) -> ResponseReturnValue:
    if fault.response is not None:
        return fault.get_response()
    status = fault.code or 500
    pages = {
        400: (_("This request could not be understood"), _("Go back, reload the page and try again.")),
        405: (_("This page works differently"), _("Go back and use the buttons of the page.")),
        413: (
            _("That is too large"),
            _("The file or text is larger than this page can take. Choose a smaller one."),
        ),
        429: (_("Too many attempts"), _("Please wait a few minutes, then try again.")),
        503: (
            _("Back in a moment"),
            _("The service is being looked after. Please try again in a few minutes."),
        ),
    }
    title, detail = pages.get(status, (HTTPStatus(status).phrase, _("Go back and try again.")))
    return _answer(status, title, detail)


def _database(fault: SQLAlchemyError) -> ResponseReturnValue:
    """A database that is down or not migrated is a pause, not a crash; any other fault stays a fault of ours."""
    reason = schema.fault()
    if reason is None:
        raise fault
    current_app.logger.error("no page without the database: %s", reason)
    g.actor = None
    return _http(ServiceUnavailable())


def _crash(_fault: Exception) -> ResponseReturnValue:
    g.actor = None  # the database itself may be what failed
    detail = _(
        "The fault is ours and has been noted. Nothing of this step was saved; please try again in a moment."
    )
    return _answer(500, _("Something went wrong"), detail)


def setup_errors(app: Flask) -> None:
    """Register a page for every way in which a request can end badly."""
    app.register_error_handler(Invalid, _invalid)
    app.register_error_handler(Forbidden, _forbidden)
    app.register_error_handler(NotFound, _not_found)
    app.register_error_handler(404, _not_found)
    app.register_error_handler(Conflict, _conflict)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(Unauthorized, _sign_in)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(SQLAlchemyError, _database)
    app.register_error_handler(500, _crash)
