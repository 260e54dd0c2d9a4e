"""The provider's pages, reached by the link alone: what he is told, and the steps that are his."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, refresh
from flask_babel import gettext as _

from fundflow import forms
from fundflow.forms import Form, PageForm
from fundflow.platform import clock
from fundflow.platform.db import transaction
from fundflow.platform.errors import Conflict, Invalid, NotFound, Refused
from fundflow.programmes import ACTS_AS
from fundflow.referrals.service import links
from fundflow.referrals.service.sharing import KIND
from fundflow.web import PUBLIC, Area, signed_in_actor
from fundflow.web.setup import limiter
from fundflow.workflow import CompiledMove

area = Area("referral_link", __name__)
PACE = "60 per minute"


@area.after_request
def _keep_apart(response: Response) -> Response:
    """Nothing of these pages is stored, indexed, or named to another page; a form still says which site it is of."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "strict-origin"
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response


@area.get("/referral/thanks", access=PUBLIC)
def thanks() -> ResponseReturnValue:
    """Where a provider's last step leads; the link itself has ended."""
    return render_template("referrals/thanks.html")


@area.get("/referral/<token>", access=PUBLIC, records=True)
@limiter.limit(PACE)
def show(token: str) -> ResponseReturnValue:
    """What the provider is told, and what he can answer; each opening is on record."""
    here = _opened(token)
    return render_template("referrals/link.html", here=here, token=token)


@area.get("/referral/<token>/<move>", access=PUBLIC, records=True)
@limiter.limit(PACE)
def ask(token: str, move: str) -> ResponseReturnValue:
    """One step with its form, or a question whether it is meant."""
    here = _opened(token)
    return _step(here, token, _asked(here, move), None, {})


@area.post("/referral/<token>/<move>", access=PUBLIC)
@limiter.limit(PACE)
def make(token: str, move: str) -> ResponseReturnValue:
    """Take the step; what is wrong comes back with everything that was filled in."""
    here = links.find(token)
    _speak(here)
    known = here.definition.machines[KIND].moves
    if move not in known or ACTS_AS not in known[move].roles:
        raise NotFound
    asked = known[move]
    page = _page(here, _form_of(here, asked), posted=True)
    try:
        with transaction():
            given = _given(page)
            links.answer(
                token=token, move=move, form=given,
                seen_version=request.form.get("seen_version", 0, type=int),
            )  # fmt: skip
    except Conflict:
        flash(_("This was changed or answered meanwhile. Below you see how it stands now."), "info")
        return redirect(url_for("referral_link.show", token=token))
    except (Invalid, Refused) as fault:
        problems = fault.errors if isinstance(fault, Invalid) else {"": " ".join(map(str, fault.reasons))}
        return _step(here, token, asked, page, problems), 422
    try:
        links.find(token)
    except NotFound:
        return redirect(url_for("referral_link.thanks"))
    flash(_("Thank you. Your answer is with the office."), "success")
    return redirect(url_for("referral_link.show", token=token))


def _opened(token: str) -> links.Opened:
    """The referral behind the link, with the opening on record; NotFound for every link that leads nowhere."""
    here = links.find(token)
    with transaction():
        links.note_opening(here)
    _speak(here)
    return here


def _speak(here: links.Opened) -> None:
    """The page begins in the provider's language, until another one is chosen."""
    if "language" not in session and signed_in_actor() is None:
        session["language"] = here.provider.language
        refresh()


def _asked(here: links.Opened, name: str) -> CompiledMove:
    found = next((move for move in here.steps if move.name == name), None)
    if found is None:
        raise NotFound
    return found


def _form_of(here: links.Opened, asked: CompiledMove) -> Form | None:
    return here.definition.forms[asked.move.form] if asked.move.form else None


def _page(here: links.Opened, form: Form | None, *, posted: bool = False) -> PageForm | None:
    if form is None:
        return None
    return forms.build(
        form, None, language=str(get_locale() or "en"), values=here.definition.values, answers={},
        formdata=request.form if posted else None, files=None, today=clock.today(here.case.call.timezone),
        signer=("", here.provider.name),
    )  # fmt: skip


def _given(page: PageForm | None) -> dict[str, Any] | None:
    if page is None:
        return None
    if not page.validate():
        raise Invalid(page.problems)
    return page.answers()


def _step(
    here: links.Opened, token: str, asked: CompiledMove, page: PageForm | None, problems: Mapping[str, Any]
) -> str:
    page = page or _page(here, _form_of(here, asked))
    if page is not None and problems:
        page.problems = {path: str(message) for path, message in problems.items()}
    version = request.form.get("seen_version", here.row.row_version, type=int)
    return render_template(
        "referrals/step.html",
        here=here,
        token=token,
        asked=asked,
        page=page,
        problems=problems,
        version=version,
    )
