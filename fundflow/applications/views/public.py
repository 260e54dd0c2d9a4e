"""Pages for everybody: open calls, one call with all its questions, the eligibility hint, checking a document."""

from __future__ import annotations

import re

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from fundflow import documents
from fundflow.platform.errors import NotFound
from fundflow.programmes.definition import HintQuestion
from fundflow.programmes.queries import PublicCall, corrigenda, public_call, public_calls
from fundflow.web import PUBLIC, Area
from fundflow.web.setup import limiter

area = Area("public", __name__)
CODE = re.compile(r"[A-Za-z0-9_-]{20}")
ANSWERS = {"yes": True, "no": False}


@area.get("/", access=PUBLIC)
def home() -> ResponseReturnValue:
    """The calls that are open or will open, and how applying works."""
    return render_template("public/home.html", calls=public_calls())


@area.get("/calls/<slug>", access=PUBLIC)
def call(slug: str) -> ResponseReturnValue:
    """What a call is for, who can apply, what to have ready, and by when."""
    here = public_call(slug)
    return render_template("public/call.html", here=here, changes=corrigenda(here.call))


@area.get("/calls/<slug>/questions", access=PUBLIC)
def questions(slug: str) -> ResponseReturnValue:
    """Every question of the application form, to read or print before starting."""
    here = public_call(slug)
    form = here.definition.forms[here.definition.programme.application_form]
    return render_template("public/questions.html", here=here, form=form)


@area.get("/calls/<slug>/hint", access=PUBLIC)
def hint(slug: str) -> ResponseReturnValue:
    """A few questions before the long form; nothing that is answered here is kept."""
    here = public_call(slug)
    asked = here.definition.programme.eligibility_hint
    if "asked" not in request.args:
        return render_template("public/hint.html", here=here, given={}, errors={})
    given = {question.id: request.args.get(question.id, "") for question in asked}
    errors = {name: _("Choose yes or no.") for name, answer in given.items() if answer not in ANSWERS}
    if errors:
        return render_template("public/hint.html", here=here, given=given, errors=errors)
    return render_template(
        "public/hint_answer.html", here=here, misses=_misses(here, given), others=_others(here)
    )


def _misses(here: PublicCall, given: dict[str, str]) -> list[HintQuestion]:
    asked = here.definition.programme.eligibility_hint
    return [question for question in asked if ANSWERS[given[question.id]] is not question.expects]


def _others(here: PublicCall) -> list[PublicCall]:
    return [other for other in public_calls() if other.call.id != here.call.id and other.state == "open"]


@area.get("/check", access=PUBLIC)
def check_form() -> ResponseReturnValue:
    """Where to type the code that stands on a document; leads to what it confirms."""
    code = _code(request.args)
    if code:
        return redirect(url_for("public.check", code=code))
    return render_template("public/check.html", found=None, code="")


def _code(args: MultiDict[str, str]) -> str:
    """The code out of what was typed or pasted, a whole address included."""
    typed = "".join(args.get("code", "").split()).rstrip("/").rpartition("/")[2]
    return typed if typed and len(typed) <= 80 else ""


@area.get("/check/<code>", access=PUBLIC)
@limiter.limit("60 per minute")
def check(code: str) -> ResponseReturnValue:
    """Whether a document is genuine and still stands; never whose it is."""
    try:
        found = documents.verify(code) if CODE.fullmatch(code) else None
    except NotFound:
        found = None
    page = render_template("public/check.html", found=found, code=code, language=str(get_locale()))
    return page, 200 if found else 404
