"""Saving a section: by button, by itself while a person writes, and when two tabs disagree."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from fundflow import forms
from fundflow.applications.models import Answers
from fundflow.applications.service import entries, files
from fundflow.applications.views import carrying
from fundflow.applications.views.forms import BASE, section_url, show_section
from fundflow.applications.views.opened import Opened, open_form
from fundflow.forms import PageForm, Section
from fundflow.platform.db import transaction
from fundflow.platform.errors import Conflict, Invalid, NotFound, Refused
from fundflow.web import SIGNED_IN, Area
from fundflow.web.filters import zone

area = Area("saving", __name__)
NOTHING: tuple[Any, ...] = (None, "", [], {})


@area.post(f"{BASE}/<section>", access=SIGNED_IN)
def save(application_id: uuid.UUID, form: str, section: str) -> ResponseReturnValue:
    """Keep what was written; go on when all of it is right, else show what is not."""
    here, part = _editable(application_id, form, section)
    changed = forms.apply_row_action(here.form, request.form)
    if changed is not None:
        return show_section(here, part, here.page(section, changed), seen_version=_seen())
    page = here.page(section, request.form, request.files)
    goes_on = "draft" not in request.form
    fine = page.validate() and goes_on
    faults: dict[str, str] = {}
    try:
        with transaction():
            data, faults = _posted(here, part, page)
            row = _keep(here, part, data, _seen(), complete=fine and not faults)
    except Conflict:
        return _disagreement(application_id, form, section)
    unread = any(field.process_errors for field in page)
    if faults or unread or (goes_on and not fine):
        return _again(application_id, form, section, faults)
    return _onwards(replace(here, stored={**here.stored, part.id: row}), part, goes_on=goes_on)


def _editable(application_id: uuid.UUID, form: str, section: str) -> tuple[Opened, Section]:
    here = open_form(application_id, form)
    part = here.section(section)
    if not here.editable:
        raise Refused([_("This form has been handed in and can no longer be changed.")])
    return here, part


def _seen() -> int:
    """The version that the page showed; a page without one has seen nothing."""
    return request.form.get("seen_version", 0, type=int)


def _posted(here: Opened, part: Section, page: PageForm) -> tuple[dict[str, Any], dict[str, str]]:
    """The section's answers with what was posted, uploads stored; and what is wrong with an upload."""
    merged = page.answers()
    faults: dict[str, str] = {}
    before = here.stored[part.id].data if part.id in here.stored else {}
    for name, upload in page.uploads().items():
        try:
            merged[name] = files.store(
                case=here.case, question=files.question_of(here.form, name), name=upload.filename or "",
                data=upload.stream.read(), actor_id=here.actor.user_id,
                entry_id=here.entry.id if here.entry else None, sensitive=part.sensitive,
            )  # fmt: skip
        except Invalid as fault:
            faults |= {key: str(message) for key, message in fault.errors.items()}
        upload.stream.seek(0)
    ids = [question.id for question in part.questions]
    data = {
        name: merged[name]
        for name in ids
        if name in merged and (merged[name] not in NOTHING or name in before)
    }
    return data, faults


def _keep(here: Opened, part: Section, data: Mapping[str, Any], seen: int, *, complete: bool) -> Answers:
    entry = here.entry
    if entry is None:
        raise NotFound
    return entries.save_section(
        actor=here.actor, entry_id=entry.id, section=part.id, data=data, seen_version=seen, complete=complete
    )


def _again(
    application_id: uuid.UUID, form: str, section: str, faults: Mapping[str, str]
) -> ResponseReturnValue:
    """The page once more: all that could be read is saved, and each message stands at its field."""
    here, part = _editable(application_id, form, section)
    page = here.page(part.id, request.form)
    page.validate(partial="draft" in request.form)
    page.problems = {**page.problems, **faults}
    return show_section(here, part, page, status=422)


def _onwards(here: Opened, part: Section, *, goes_on: bool) -> ResponseReturnValue:
    """Back to the check page if the person came from there, else to the next section, else to the check page."""
    if not goes_on:
        flash(_("Saved. You can come back whenever you like."), "success")
        if len(here.sections) == 1:
            return redirect(section_url(here, part.id))
        return redirect(url_for("forms.tasks", application_id=here.case.id, form=here.form_id))
    order = [found.id for found in here.sections]
    later = order[order.index(part.id) + 1 :] if part.id in order else []
    following = [name for name in later if here.is_open(here.section(name))]
    if request.form.get("from") != "check" and following:
        return redirect(section_url(here, following[0]))
    return redirect(url_for("forms.check", application_id=here.case.id, form=here.form_id))


@area.post(f"{BASE}/<section>/autosave", access=SIGNED_IN)
def autosave(application_id: uuid.UUID, form: str, section: str) -> ResponseReturnValue:
    """Save without leaving the page; answers JSON, 409 with the way to the comparison when another tab was faster."""
    here, part = _editable(application_id, form, section)
    page = here.page(section, request.form)
    row = here.stored.get(section)
    complete = row is not None and row.complete and page.validate()
    try:
        with transaction():
            data, _faults = _posted(here, part, page)
            row = _keep(here, part, data, _seen(), complete=complete)
    except Conflict:
        url = url_for("saving.conflict", application_id=application_id, form=form, section=section)
        return jsonify(url=url), 409
    saved_at = row.saved_at.astimezone(zone(here.timezone)).strftime("%H:%M")
    return jsonify(saved_at=saved_at, version=row.version, fields={"seen_version": str(row.version)})


def _purpose(here: Opened, section: str) -> str:
    return f"{here.entry.id if here.entry else ''}/{section}"


@dataclass(frozen=True)
class Difference:
    """A question on which this page and the stored section disagree, as readers see both."""

    question: str
    label: str
    mine: forms.Item | None
    stored: forms.Item | None


@area.route(f"{BASE}/<section>/conflict", methods=("GET", "POST"), access=SIGNED_IN)
def conflict(application_id: uuid.UUID, form: str, section: str) -> ResponseReturnValue:
    """Both texts side by side; opened by its address there is nothing to compare: back to the section."""
    if request.method == "POST":
        return _disagreement(application_id, form, section)
    here, _part = _editable(application_id, form, section)
    return redirect(section_url(here, section))


def _disagreement(application_id: uuid.UUID, form: str, section: str) -> ResponseReturnValue:
    """Compare what was posted with what is stored now; where both say the same there is no conflict."""
    here, part = _editable(application_id, form, section)
    page = here.page(section, request.form, request.files)
    with transaction():
        mine, _faults = _posted(here, part, page)
    return _compare(here, part, mine)


def _compare(here: Opened, part: Section, mine: Mapping[str, Any]) -> ResponseReturnValue:
    stored = here.stored[part.id].data if part.id in here.stored else {}
    differences = _differences(here, part, mine, stored)
    if not differences:
        return _onwards(here, part, goes_on="draft" not in request.form)
    token = carrying.pack(here.actor, _purpose(here, part.id), mine)
    page = render_template(
        "applications/conflict.html", here=here, part=part, differences=differences, mine=token,
        keep=url_for("saving.keep", application_id=here.case.id, form=here.form_id, section=part.id),
        seen_version=here.stored[part.id].version if part.id in here.stored else 0,
    )  # fmt: skip
    return page, 409


def _differences(
    here: Opened, part: Section, mine: Mapping[str, Any], stored: Mapping[str, Any]
) -> list[Difference]:
    def items(data: Mapping[str, Any]) -> dict[str, forms.Item]:
        read = here.summary({**here.answers, **dict.fromkeys(stored), **data})
        return {
            item.question.id: item for found in read if found.section.id == part.id for item in found.items
        }

    ours, theirs = items(mine), items(stored)
    found = []
    for question in part.questions:
        left, right = mine.get(question.id), stored.get(question.id)
        if left != right and not (left in NOTHING and right in NOTHING):
            pair = ours.get(question.id), theirs.get(question.id)
            label = next((item.label for item in pair if item), question.id)
            found.append(Difference(question.id, label, *pair))
    return found


@area.post(f"{BASE}/<section>/conflict/keep", access=SIGNED_IN)
def keep(application_id: uuid.UUID, form: str, section: str) -> ResponseReturnValue:
    """Store the text chosen for each question on which the tabs disagreed."""
    here, part = _editable(application_id, form, section)
    mine = carrying.unpack(here.actor, _purpose(here, section), request.form.get("mine", ""))
    row = here.stored.get(section)
    stored = row.data if row else {}
    chosen = {
        name: value for name, value in mine.items() if request.form.get(f"keep-{name}", "mine") == "mine"
    }
    try:
        with transaction():
            _keep(here, part, {**stored, **chosen}, _seen(), complete=False)
    except Conflict:
        here, part = _editable(application_id, form, section)
        return _compare(here, part, mine)
    flash(_("Saved. Please look through this page once more."), "success")
    return redirect(section_url(here, section))
