"""The page on which finance staff open a budget line, of a fund that is known or of a new one."""

from __future__ import annotations

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from fundflow.accounts import Permission, current_actor
from fundflow.platform.db import transaction
from fundflow.platform.errors import Invalid
from fundflow.reporting import opening
from fundflow.web import Area, permission

area = Area("funds", __name__)
MANAGE = permission(Permission.FUND_MANAGE)


@area.get("/funds/new-line", access=MANAGE)
def new_line() -> ResponseReturnValue:
    """The form."""
    return _page({}, {})


@area.post("/funds/new-line", access=MANAGE)
def open_line() -> ResponseReturnValue:
    """Open the line; its money is there for calls at once."""
    try:
        with transaction():
            line = opening.open_line(
                actor=current_actor(), given=request.form, language=str(get_locale() or "en")
            )
    except Invalid as fault:
        return _page(request.form, fault.errors), 422
    flash(_("The budget line %(code)s is open.", code=line.code), "success")
    return redirect(url_for("office.funds"))


def _page(given: Mapping[str, str], errors: Mapping[str, str]) -> str:
    return render_template("reporting/new_line.html", given=given, errors=errors, funds=opening.funds())
