"""What saving a section and settling a conflict share: reading what was posted, storing it, going on."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from fundflow.applications.models import Answers
from fundflow.applications.service import entries, files
from fundflow.applications.views.forms import section_url
from fundflow.applications.views.opened import Opened, open_form
from fundflow.forms import PageForm, Section
from fundflow.platform.errors import Invalid, NotFound, Refused

NOTHING: tuple[Any, ...] = (None, "", [], {})


def editable(
    application_id: uuid.UUID, form: str, section: str, *, lock: bool = False
) -> tuple[Opened, Section]:
    """A section of a draft that may be changed now; raises NotFound, or Refused when it was handed in.

    With `lock`, inside a transaction, nobody else changes the draft until that ends.
    """
    here = open_form(application_id, form, lock=lock)
    part = here.section(section)
    if not here.editable:
        raise Refused([_("This form has been handed in and can no longer be changed.")])
    return here, part


def seen_version() -> int:
    """The version that the page showed; a page without one has seen nothing."""
    return request.form.get("seen_version", 0, type=int)


def posted(here: Opened, part: Section, page: PageForm) -> tuple[dict[str, Any], dict[str, str]]:
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


def keep(here: Opened, part: Section, data: Mapping[str, Any], seen: int, *, complete: bool) -> Answers:
    """Store a section of a locked draft; raises Conflict when it changed since version `seen`."""
    if here.entry is None:
        raise NotFound
    return entries.store_section(
        actor=here.actor, case=here.case, entry=here.entry, stored=here.stored, section=part.id, data=data,
        seen_version=seen, complete=complete,
    )  # fmt: skip


def onwards(here: Opened, part: Section, *, goes_on: bool) -> ResponseReturnValue:
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
