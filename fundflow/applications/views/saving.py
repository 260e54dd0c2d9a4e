"""Saving a section: by button, and by itself while a person writes."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace

from flask import jsonify, request, url_for
from flask.typing import ResponseReturnValue

from fundflow import forms
from fundflow.applications.views.conflicts import disagreement
from fundflow.applications.views.forms import BASE, show_section
from fundflow.applications.views.storing import editable, keep, onwards, posted, seen_version
from fundflow.platform.db import transaction
from fundflow.platform.errors import Conflict
from fundflow.web import SIGNED_IN, Area
from fundflow.web.filters import zone

area = Area("saving", __name__)


@area.post(f"{BASE}/<section>", access=SIGNED_IN)
def save(application_id: uuid.UUID, form: str, section: str) -> ResponseReturnValue:
    """Keep what was written; go on when all of it is right, else show what is not."""
    if any(button in request.form for button in forms.ROW_BUTTONS):
        here, part = editable(application_id, form, section)
        changed = forms.apply_row_action(here.form, request.form)
        if changed is not None:
            return show_section(here, part, here.page(section, changed), seen_version=seen_version())
    goes_on = "draft" not in request.form
    try:
        with transaction():
            here, part = editable(application_id, form, section, lock=True)
            page = here.page(section, request.form, request.files)
            fine = page.validate() and goes_on
            data, faults = posted(here, part, page)
            row = keep(here, part, data, seen_version(), complete=fine and not faults)
    except Conflict:
        return disagreement(application_id, form, section)
    unread = {field.path: field.process_errors[0] for field in page if field.process_errors}
    if faults or unread or (goes_on and not fine):
        return _again(application_id, form, section, {**unread, **faults})
    return onwards(replace(here, stored={**here.stored, part.id: row}), part, goes_on=goes_on)


def _again(
    application_id: uuid.UUID, form: str, section: str, faults: Mapping[str, str]
) -> ResponseReturnValue:
    """The page once more: all that could be read is saved, and each message stands at its field."""
    here, part = editable(application_id, form, section)
    page = here.page(part.id, request.form)
    page.validate(partial="draft" in request.form)
    page.problems = {**page.problems, **faults}
    return show_section(here, part, page, status=422)


@area.post(f"{BASE}/<section>/autosave", access=SIGNED_IN)
def autosave(application_id: uuid.UUID, form: str, section: str) -> ResponseReturnValue:
    """Save without leaving the page; answers JSON, 409 with the way to the comparison when another tab was faster."""
    try:
        with transaction():
            here, part = editable(application_id, form, section, lock=True)
            page = here.page(section, request.form)
            row = here.stored.get(section)
            complete = row is not None and row.complete and page.validate()
            data, _faults = posted(here, part, page)
            row = keep(here, part, data, seen_version(), complete=complete)
    except Conflict:
        url = url_for("conflicts.conflict", application_id=application_id, form=form, section=section)
        return jsonify(url=url), 409
    saved_at = row.saved_at.astimezone(zone(here.timezone)).strftime("%H:%M")
    return jsonify(saved_at=saved_at, version=row.version, fields={"seen_version": str(row.version)})
