"""The language of a page: the person's own, else the one chosen here, else what the browser asks for."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, has_request_context, request, session
from flask_babel import Babel, get_locale, get_translations
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from fundflow.web.actor import signed_in_actor

LANGUAGES = {"en": "English", "sq": "Shqip", "it": "Italiano", "el": "Ελληνικά"}
CATALOGUES = Path(__file__).resolve().parent.parent / "translations"


def select_language() -> str:
    """The language for this request; English outside of one."""
    if not has_request_context():
        return "en"
    actor = signed_in_actor()
    for wanted in (actor.language if actor else None, session.get("language")):
        if wanted in LANGUAGES:
            return str(wanted)
    return request.accept_languages.best_match(list(LANGUAGES), "en") or "en"


def compile_catalogues(folder: Path = CATALOGUES) -> None:
    """Compile each catalogue that is newer than its compiled form; a read-only folder is left as it is."""
    for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        if not os.access(source.parent, os.W_OK):
            continue
        with source.open("rb") as stream:
            catalogue = read_po(stream, locale=source.parts[-3], domain=source.stem)
        fresh = target.with_suffix(f".{os.getpid()}.tmp")  # two processes may start at once
        with fresh.open("wb") as stream:
            write_mo(stream, catalogue)
        fresh.replace(target)


def _speech() -> Callable[..., str]:
    """The `_` of templates: a page says fifty sentences, so each is looked up once per language and process."""
    known: dict[tuple[str, str], tuple[str, Markup]] = {}

    @pass_eval_context
    def said(how: EvalContext, sentence: str, /, **variables: Any) -> str:
        locale = get_locale()
        key = (locale.language if locale else "", sentence)
        if key not in known:
            text = get_translations().ugettext(sentence)
            known[key] = (text, Markup(text))  # noqa: S704 - our own sentences
        text, marked = known[key]
        return marked % variables if how.autoescape else text % variables

    return said


def setup_i18n(app: Flask) -> None:
    """Choose languages per request and let templates translate."""
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", "Europe/Tirane")
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(CATALOGUES)
    compile_catalogues()
    Babel(app, locale_selector=select_language, default_timezone=app.config["BABEL_DEFAULT_TIMEZONE"])
    app.jinja_env.globals["_"] = app.jinja_env.globals["gettext"] = _speech()
    app.jinja_env.globals["languages"] = LANGUAGES
    app.jinja_env.globals["page_language"] = select_language
