"""Two tabs that disagree: both texts side by side, and a choice for each question."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from fundflow import forms
from fundflow.applications.views import carrying
from fundflow.applications.views.forms import BASE, section_url
from fundflow.applications.views.opened import Opened
from fundflow.applications.views.storing import NOTHING, editable, onwards, posted, seen_version
from fundflow.applications.views.storing import keep as store
from fundflow.forms import Section
from fundflow.platform.db import transaction
from fundflow.platform.errors import Conflict
from fundflow.web import SIGNED_IN, Area

area = Area("conflicts", __name__)


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
        return disagreement(application_id, form, section)
    here, _part = editable(application_id, form, section)
    return redirect(section_url(here, section))


def disagreement(application_id: uuid.UUID, form: str, section: str) -> ResponseReturnValue:
    """Compare what was posted with what is stored now; where both say the same there is no conflict."""
    here, part = editable(application_id, form, section)
    page = here.page(section, request.form, request.files)
    with transaction():
        mine, _faults = posted(here, part, page)
    return _compare(here, part, mine)


def _compare(here: Opened, part: Section, mine: Mapping[str, Any]) -> ResponseReturnValue:
    stored = here.stored[part.id].data if part.id in here.stored else {}
    differences = _differences(here, part, mine, stored)
    if not differences:
        return onwards(here, part, goes_on="draft" not in request.form)
    token = carrying.pack(here.actor, _purpose(here, part.id), mine)
    page = render_template(
        "applications/conflict.html", here=here, part=part, differences=differences, mine=token,
        keep=url_for("conflicts.keep", application_id=here.case.id, form=here.form_id, section=part.id),
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
    try:
        with transaction():
            here, part = editable(application_id, form, section, lock=True)
            mine = carrying.unpack(here.actor, _purpose(here, section), request.form.get("mine", ""))
            row = here.stored.get(section)
            stored = row.data if row else {}
            chosen = {
                name: value
                for name, value in mine.items()
                if request.form.get(f"keep-{name}", "mine") == "mine"
            }
            store(here, part, {**stored, **chosen}, seen_version(), complete=False)
    except Conflict:
        here, part = editable(application_id, form, section)
        return _compare(here, part, mine)
    flash(_("Saved. Please look through this page once more."), "success")
    return redirect(section_url(here, section))


def _purpose(here: Opened, section: str) -> str:
    return f"{here.entry.id if here.entry else ''}/{section}"
