"""One form of one case as a page needs it: who looks at it, what is stored, what may be changed, what is missing."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from flask_babel import get_locale
from werkzeug.datastructures import FileStorage, MultiDict

from fundflow import forms
from fundflow.accounts import Actor, current_actor
from fundflow.applications import queries
from fundflow.applications.blind import reads_blind
from fundflow.applications.models import Answers, Application, FormEntry
from fundflow.applications.policy import PERSONS, CaseActor, may_read_section, on_case
from fundflow.applications.service.entries import may_fill
from fundflow.audit import record
from fundflow.forms import Form, PageForm, Section
from fundflow.forms.reading import Reading
from fundflow.platform import clock
from fundflow.platform.db import transaction
from fundflow.platform.errors import NotFound
from fundflow.programmes import Definition, definition_of


@dataclass(frozen=True)
class Step:
    """A section in the task list: `todo`, `progress`, `done`, `problem`, or `shown` (not to be changed)."""

    section: Section
    state: str


@dataclass(frozen=True)
class Opened:
    """A form of a visible case; `entry` is None while nobody has begun it."""

    actor: Actor
    case: Application
    definition: Definition
    form_id: str
    form: Form
    who: CaseActor
    kinds: frozenset[str]
    entries: Sequence[FormEntry]
    entry: FormEntry | None
    stored: Mapping[str, Answers]
    timezone: str

    @property
    def language(self) -> str:
        """The language of the page."""
        return str(get_locale() or "en")

    @property
    def today(self) -> date:
        """The day in the call's time zone."""
        return clock.today(self.timezone)

    @cached_property
    def fillable(self) -> bool:
        """Whether the actor's roles and the stage open the form."""
        return may_fill(self.form, self.case, self.who)

    @property
    def editable(self) -> bool:
        """Whether the entry can be changed now."""
        return self.fillable and self.entry is not None and self.entry.state == "draft"

    @property
    def only(self) -> Collection[str] | None:
        """The questions that are open again, or None when all are."""
        return self.entry.open_questions if self.entry else None

    @property
    def is_own(self) -> bool:
        """Whether the actor fills this form in as a party: what people read of themselves is no sensitive read."""
        return bool(self.kinds & PERSONS & set(self.form.fill.by))

    @cached_property
    def answers(self) -> dict[str, Any]:
        """All stored answers by question id."""
        merged: dict[str, Any] = {}
        for row in self.stored.values():
            merged.update(row.data)
        return merged

    @cached_property
    def problems(self) -> dict[str, str]:
        """What stands between the stored answers and handing them in."""
        return forms.validate(
            self.form, self.answers, values=self.definition.values, today=self.today, language=self.language
        )

    @cached_property
    def reading(self) -> Reading:
        """The stored answers as conditions see them."""
        return Reading(self.form, self.answers, self.definition.values, self.today)

    @cached_property
    def sections(self) -> list[Section]:
        """The sections that are asked and that the actor may read, in order."""
        return [
            part for part in self.form.sections if self.may_read(part) and self.reading.section_shown(part)
        ]

    def may_read(self, section: Section) -> bool:
        """Whether a section is for the actor's eyes."""
        return may_read_section(section, self.who, fills=self.is_own or self.editable)

    def section(self, section_id: str) -> Section:
        """A section that the actor may read; NotFound for hidden and missing alike."""
        found = next(
            (part for part in self.form.sections if part.id == section_id and self.may_read(part)), None
        )
        if found is None:
            raise NotFound
        return found

    def is_open(self, section: Section) -> bool:
        """Whether anything in the section can be changed now."""
        return self.editable and (self.only is None or any(q.id in self.only for q in section.questions))

    @cached_property
    def steps(self) -> list[Step]:
        """The task list."""
        wrong = {self.home(path) for path in self.problems}
        return [Step(part, self._state(part, wrong)) for part in self.sections]

    def _state(self, section: Section, wrong: Collection[str]) -> str:
        if not self.is_open(section):
            return "shown"
        row = self.stored.get(section.id)
        if row is not None and row.complete:
            return "problem" if section.id in wrong else "done"
        begun = row is not None and any(value not in (None, "", []) for value in row.data.values())
        return "progress" if begun else "todo"

    def home(self, path: str) -> str:
        """The section in which the question of a message stands; "" for a stray one."""
        try:
            return self.form.section_of(path.partition(".")[0]).id
        except KeyError:
            return ""

    def page(
        self,
        section_id: str,
        formdata: MultiDict[str, str] | None = None,
        files: Mapping[str, FileStorage] | None = None,
    ) -> PageForm:
        """The form of a section."""
        return forms.build(
            self.form, section_id, language=self.language, values=self.definition.values, answers=self.answers,
            formdata=formdata, files=files, today=self.today, only=self.only,
            signer=(str(self.actor.user_id or ""), self.actor.name),
        )  # fmt: skip

    def summary(self, answers: Mapping[str, Any] | None = None) -> list[forms.SummarySection]:
        """The answers for reading, as far as the actor may."""
        return forms.summary(
            self.form, self.answers if answers is None else answers, self.language,
            values=self.definition.values, today=self.today, sections={part.id for part in self.sections},
        )  # fmt: skip


def open_form(
    application_id: uuid.UUID, form_id: str, number: int | None = None, *, lock: bool = False
) -> Opened:
    """A form of a visible case with its newest entry, or that of a number; NotFound for hidden and missing alike.

    With `lock` its entries are held against other writers until the transaction ends.
    """
    actor = current_actor()
    case, kinds, entries = queries.opened(actor, application_id, form_id, lock=lock)
    definition = definition_of(case.version_id)
    form = definition.forms.get(form_id)
    if form is None or not form.fill.by:
        raise NotFound
    if reads_blind(definition, kinds) and not kinds & set(form.fill.by):
        raise NotFound
    entry = _chosen(entries, number)
    stored = queries.sections(entry.id) if entry else {}
    who = on_case(actor, case, kinds)
    return Opened(
        actor, case, definition, form_id, form, who, kinds, entries, entry, stored, case.call.timezone
    )


def _chosen(entries: Sequence[FormEntry], number: int | None) -> FormEntry | None:
    if number is not None:
        found = next((entry for entry in entries if entry.number == number), None)
        if found is None:
            raise NotFound
        return found
    standing = [entry for entry in entries if entry.state != "superseded"]
    return max(standing, key=lambda entry: entry.number, default=None)


def note_reading(here: Opened, sections: Sequence[Section]) -> None:
    """Record that sensitive sections with answers were opened; not of people who read what they wrote themselves."""
    opened = [part.id for part in sections if part.sensitive and part.id in here.stored]
    if not opened or here.is_own or here.entry is None:
        return
    with transaction():
        record(
            action="read", actor_id=here.actor.user_id, application_id=here.case.id,
            form=here.form_id, number=here.entry.number, sections=opened,
        )  # fmt: skip
