"""The product's own sentences in a reader's language, typed as text."""

from __future__ import annotations

from typing import Any

import flask_babel


def gettext(message: str, **variables: Any) -> str:
    """A sentence in the language of the page."""
    return str(flask_babel.gettext(message, **variables))


def ngettext(one: str, many: str, number: int) -> str:
    """A sentence that depends on a number, which fills `%(num)d`."""
    return str(flask_babel.ngettext(one, many, number))


def said(language: str, message: Any) -> str:
    """A lazy sentence in a language that need not be that of the page (a letter's, a document's)."""
    with flask_babel.force_locale(language):
        return str(message)
