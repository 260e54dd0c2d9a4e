"""What staff say of a paper by which a party makes a move: the day on which it came, and its scan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _

from fundflow.applications.service.recording import RECEIVED, SCAN
from fundflow.forms import Form
from fundflow.forms.definition import Date, File, Section


def asked(form: Form | None) -> Form:
    """The form of a move (None for a bare confirmation) with what is asked of the paper before it."""
    language = str(get_locale() or "en")

    def words(text: str) -> dict[str, str]:
        return {language: str(text)}

    received = Date(
        id=RECEIVED,
        type="date",
        required=True,
        max="today",
        label=words(_("Day on which the paper was received")),
    )
    scan = File(id=SCAN, type="file", required=True, label=words(_("Scan of the signed paper")))
    section = Section(id="paper", title=words(_("The paper")), questions=(received, scan))
    if form is None:
        return Form(id="paper", title=section.title, sections=(section,))
    return Form(
        id=form.id, title=form.title, help=form.help, fill=form.fill, sections=(section, *form.sections)
    )


def apart(given: Mapping[str, Any] | None) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """The answers to the move's own form, and what the trail keeps of the paper; None where nothing was asked."""
    if given is None or SCAN not in given:
        return (None if given is None else dict(given)), None
    own = {name: value for name, value in given.items() if name not in (RECEIVED, SCAN)}
    return own, {"received_on": given[RECEIVED], "paper": given[SCAN]["file_id"]}
