"""The pages of a form: its task list, one section, check your answers, and handing in."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from fundflow import forms
from fundflow.accounts import current_actor
from fundflow.applications import queries
from fundflow.applications.service import entries
from fundflow.applications.service.hooks import context
from fundflow.applications.service.move import moves_of
from fundflow.applications.views import moving
from fundflow.applications.views.opened import Opened, note_reading, open_form
from fundflow.applications.views.places import case_url
from fundflow.forms import PageForm, Section
from fundflow.platform.db import transaction
from fundflow.platform.errors import Invalid, NotFound
from fundflow.web import SIGNED_IN, Area
from fundflow.workflow import MoveState

area = Area("forms", __name__)
BASE = "/applications/<uuid:application_id>/forms/<form>"


@area.get(BASE, access=SIGNED_IN)
def tasks(application_id: uuid.UUID, form: str) -> ResponseReturnValue:
    """The sections of a form with their states, or where to start it."""
    here = open_form(application_id, form)
    if here.editable and len(here.sections) == 1:
        return redirect(section_url(here, here.sections[0].id))
    if here.editable:
        return render_template("applications/tasks.html", here=here, asked=asked(here))
    may_begin = here.fillable and (here.entry is None or here.form.fill.many)
    handed_in = [entry for entry in here.entries if entry.state == "submitted"]
    if not may_begin and not handed_in:
        raise NotFound
    if not may_begin and len(handed_in) == 1:
        return redirect(url_for("forms.check", application_id=application_id, form=form))
    return render_template(
        "applications/start_form.html", here=here, may_begin=may_begin, handed_in=handed_in
    )


@area.post(f"{BASE}/begin", access=SIGNED_IN)
def begin(application_id: uuid.UUID, form: str) -> ResponseReturnValue:
    """Take a record form up: its open draft, or a new one."""
    actor = current_actor()
    with transaction():
        entries.begin(actor=actor, case=queries.get(actor, application_id), form=form)
    return redirect(url_for("forms.tasks", application_id=application_id, form=form))


@area.get(f"{BASE}/<section>", access=SIGNED_IN, records=True)
def section(application_id: uuid.UUID, form: str, section: str) -> ResponseReturnValue:
    """One section of a form, to fill in."""
    here = open_form(application_id, form)
    part = here.section(section)
    if not here.editable:
        return redirect(url_for("forms.check", application_id=application_id, form=form))
    note_reading(here, [part])
    return show_section(here, part, here.page(section))


def show_section(
    here: Opened, part: Section, page: PageForm, *, status: int = 200, **more: Any
) -> ResponseReturnValue:
    """Draw a section; `more` may say otherwise which version of it the page holds."""
    row = here.stored.get(part.id)
    shown: dict[str, Any] = {
        "seen_version": row.version if row else 0,
        "saved_at": row.saved_at if row else None,
    }
    closed = []
    if here.only is not None:
        items = [item for item in _items(here, part) if item.question.id not in here.only]
        closed = [forms.SummarySection(part, "", items)] if items else []
    drawn = render_template(
        "applications/section.html", here=here, part=part, page=page, closed=closed, asked=asked(here),
        origin=request.values.get("from", ""), **shown | more,
    )  # fmt: skip
    return drawn, status


def _items(here: Opened, part: Section) -> list[forms.Item]:
    return next((found.items for found in here.summary() if found.section.id == part.id), [])


@area.get(f"{BASE}/check", access=SIGNED_IN, records=True)
def check(application_id: uuid.UUID, form: str) -> ResponseReturnValue:
    """All answers on one page: to check before handing in, and to read afterwards."""
    number = request.args.get("number", type=int)
    here = open_form(application_id, form, number)
    if here.entry is None:
        return redirect(url_for("forms.tasks", application_id=application_id, form=form))
    note_reading(here, here.sections)
    states = _concerned(here) if here.editable else []
    return render_template(
        "applications/check.html", here=here, parts=here.summary(), halves=_halves(here), asked=asked(here),
        change=_change_urls(here),
        offers=[moving.offer(here.case, here.case, "application", state) for state in states],
        by_application=here.form_id == here.definition.programme.application_form, names=_names(here),
        open_points=_open_points(here),
    )  # fmt: skip


def _change_urls(here: Opened) -> Callable[[str, str], str]:
    """The address at which an answer can be changed, by section and question; sixty links, ten sections."""

    @cache
    def of(section_id: str) -> str:
        return section_url(here, section_id, **{"from": "check"})

    return lambda section_id, question_id: f"{of(section_id)}#q_{question_id}"


def _halves(here: Opened) -> tuple[list[forms.SummarySection], list[forms.SummarySection]]:
    """When only some questions are open again: these, and all the others."""
    only = here.only or ()

    def half(*, is_open: bool) -> list[forms.SummarySection]:
        cut = [
            replace(part, items=[i for i in part.items if (i.question.id in only) is is_open])
            for part in here.summary()
        ]
        return [part for part in cut if part.items]

    return (half(is_open=True), half(is_open=False)) if here.only is not None else ([], [])


def _open_points(here: Opened) -> list[tuple[Section, list[tuple[str, str]]]]:
    """Each section with what is still wrong or missing in it."""
    grouped = [
        (part, [(path, message) for path, message in here.problems.items() if here.home(path) == part.id])
        for part in (here.sections if here.editable else [])
    ]
    return [(part, found) for part, found in grouped if found]


def _names(here: Opened) -> Callable[[str], str]:
    """How messages name questions, rows and columns; the whole form is built only when there is something to name."""
    if not here.editable or not here.problems:
        return str
    return forms.build(
        here.form, None, language=here.language, values=here.definition.values, answers={}, today=here.today
    ).name_of


def _concerned(here: Opened) -> list[MoveState]:
    """The actor's moves that hand this very form in."""
    states = moves_of(here.actor, here.case, here.case)
    return [
        state
        for state in states
        if any(
            rule.name == "freeze_entries" and rule.params.get("form") == here.form_id
            for rule in state.move.effects
        )
    ]


@area.post(f"{BASE}/hand-in", access=SIGNED_IN)
def hand_in(application_id: uuid.UUID, form: str) -> ResponseReturnValue:
    """Hand a record form in; a second press finds it handed in and says so."""
    here = open_form(application_id, form, request.form.get("number", type=int))
    if here.entry is None:
        raise NotFound
    if here.entry.state == "submitted" and here.entry.submitted_by == here.actor.user_id:
        return redirect(case_url(application_id))
    try:
        with transaction():
            entries.submit_entry(actor=here.actor, entry_id=here.entry.id)
    except Invalid:
        return redirect(url_for("forms.check", application_id=application_id, form=form))
    flash(_("Handed in. Thank you."), "success")
    return redirect(case_url(application_id))


def section_url(here: Opened, section_id: str, **more: Any) -> str:
    """The page of a section."""
    return url_for(
        "forms.section", application_id=here.case.id, form=here.form_id, section=section_id, **more
    )


def asked(here: Opened) -> list[dict[str, Any]]:
    """What the office asked when it opened questions again: question and ask; nothing otherwise."""
    if here.only is None:
        return []
    facts = context(who=here.who, case=here.case, subject=here.case, kind="application").facts
    items: list[dict[str, Any]] = facts["clarification"]["items"]
    return items
