"""What a provider is told: the ticked fields of the programme's list, and nothing beside them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from fundflow import forms
from fundflow.accounts import SYSTEM
from fundflow.applications.models import Application, FormEntry
from fundflow.applications.policy import on_case
from fundflow.applications.queries import answers, latest_entry
from fundflow.applications.service.hooks import context
from fundflow.forms import Section
from fundflow.platform import clock
from fundflow.platform.db import db
from fundflow.programmes import Definition, Shareable
from fundflow.referrals.models import Referral

KIND = "referral"
Told = dict[str, Any]
"""One line that a provider is told: `id`, and `label` and `text` in each language of the programme."""


def shareable(definition: Definition) -> tuple[Shareable, ...]:
    """The fields that may be told at all; nothing where the programme says nothing of referrals."""
    law = definition.programme.referrals
    return law.shareable if law else ()


def section_of(definition: Definition, field: Shareable) -> Section | None:
    """The section of the form that a field is taken from; None for a fact."""
    if field.form is None or field.question is None:
        return None
    return definition.forms[field.form].section_of(field.question)


def told(
    case: Application, definition: Definition, referral: Referral, only: Collection[str] | None = None
) -> list[Told]:
    """The fields with what they say now, in the order of the programme; `only` limits them to these ids.

    A field without an answer is left out. Answers come from forms that were handed in: of the form that opened the
    referral that very entry, of others the newest one.
    """
    wanted = [each for each in shareable(definition) if only is None or each.id in only]
    facts = context(who=on_case(SYSTEM, case, ()), case=case, subject=referral, kind=KIND).facts
    read: dict[str, Mapping[str, Any]] = {}
    lines = []
    for field in wanted:
        if field.fact is not None:
            text = _of_fact(facts, field.fact, definition)
        else:
            form = str(field.form)
            if form not in read:
                read[form] = _given(case, referral, form)
            text = _of_form(definition, form, str(field.question), read[form])
        if any(text.values()):
            lines.append({"id": field.id, "label": label_of(definition, field), "text": text})
    return lines


def _given(case: Application, referral: Referral, form: str) -> dict[str, Any]:
    own = db.session.get(FormEntry, referral.entry_id) if referral.entry_id else None
    entry = own if own is not None and own.form == form else latest_entry(case.id, form, submitted=True)
    return answers(entry)


def _of_fact(facts: Any, path: str, definition: Definition) -> dict[str, str]:
    name, _dot, field = path.partition(".")
    value = facts[name].get(field)
    text = "" if value is None else str(value)
    return dict.fromkeys(definition.programme.languages, text)


def _of_form(definition: Definition, form: str, question: str, given: Mapping[str, Any]) -> dict[str, str]:
    """The answer as readers of each language see it; a question that was not asked says nothing."""
    form_def, found = definition.forms[form], {}
    for language in definition.programme.languages:
        read = forms.summary(
            form_def,
            given,
            language,
            values=definition.values,
            today=clock.today(definition.programme.timezone),
            sections={form_def.section_of(question).id},
        )
        items = (item for part in read for item in part.items)
        found[language] = next((item.text for item in items if item.question.id == question), "")
    return found


def label_of(definition: Definition, field: Shareable) -> dict[str, str]:
    """What the provider reads before a field: the programme's words, else the question's."""
    if field.label or field.form is None:
        return dict(field.label)
    return dict(definition.forms[field.form].question(str(field.question)).label)
