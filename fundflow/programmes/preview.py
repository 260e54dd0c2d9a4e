"""A programme to look at before it is law: stages, forms empty and filled, letters, tranches and follow-up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from random import Random
from typing import Any

from flask import current_app, render_template
from flask_babel import force_locale
from markupsafe import Markup

from fundflow import forms, notify
from fundflow.documents.render import render_html
from fundflow.documents.snapshot import freeze
from fundflow.forms.sampling import sample_answers
from fundflow.platform import clock
from fundflow.platform.money import show, split
from fundflow.platform.wording import pick
from fundflow.programmes.loading import Definition
from fundflow.programmes.samples import sample_facts
from fundflow.workflow import add_months, drawing

SAMPLE_AWARD_MINOR = 1_000_000
CHECK_URL = "https://office.example/check/sample"


@dataclass(frozen=True)
class FormView:
    """A form as its fillers meet it, and with answers as its readers do."""

    form_id: str
    title: str
    empty: forms.PageForm
    filled: forms.PageForm
    summary: list[forms.SummarySection]


@dataclass(frozen=True)
class LetterView:
    """A letter as one page of HTML in a language, or what keeps it from being written."""

    letter_id: str
    title: str
    html: str
    fault: str


@dataclass(frozen=True)
class MailView:
    """A mail with sample data."""

    mail_id: str
    subject: str
    body: str


@dataclass(frozen=True)
class Part:
    """A planned payment of the sample award."""

    number: int
    title: str
    share: int
    amount_minor: int
    opens: str


@dataclass(frozen=True)
class Appointment:
    """One line of the follow-up calendar, for a grant that starts today."""

    on: date
    kind: str
    title: str
    form: str


@dataclass(frozen=True)
class Preview:
    """Everything of a programme in one language, with sample data."""

    definition: Definition
    language: str
    pictures: Mapping[str, Markup]
    forms: list[FormView]
    letters: list[LetterView]
    mails: list[MailView]
    tranches: list[Part]
    follow_up: list[Appointment]


def preview(definition: Definition, language: str, office: Mapping[str, Any]) -> Preview:
    """What the programme looks like in a language; the same files give the same preview on the same day."""
    return Preview(
        definition=definition,
        language=language,
        pictures={
            kind: Markup(drawing(machine.definition, language))  # noqa: S704 - the drawing escapes every word
            for kind, machine in definition.machines.items()
        },
        forms=[_form(definition, form_id, language) for form_id in definition.forms],
        letters=list(_letters(definition, language, office)),
        mails=list(_mails(definition, language, office)),
        tranches=tranches(definition, language),
        follow_up=follow_up(definition, language),
    )


def preview_page(definition: Definition, language: str) -> str:
    """The preview as one HTML page that needs nothing outside itself; for a folder, or for staff to look at."""
    currency = definition.programme.currency
    with current_app.test_request_context(), force_locale(language):
        return render_template(
            "programmes/preview.html",
            p=preview(definition, language, current_app.config["OFFICE"]),
            title=pick(definition.programme.title, language),
            money=lambda minor: show(minor, currency, language),
        )


def _form(definition: Definition, form_id: str, language: str) -> FormView:
    form_def, today = definition.forms[form_id], clock.today(definition.programme.timezone)
    lots = Random(form_id)  # noqa: S311 - lots, not secrets
    given = sample_answers(form_def, values=definition.values, today=today, lots=lots)
    shown: dict[str, Any] = {"language": language, "values": definition.values, "today": today}
    return FormView(
        form_id=form_id,
        title=pick(form_def.title, language),
        empty=forms.build(form_def, None, answers={}, **shown),
        filled=forms.build(form_def, None, answers=given, **shown),
        summary=forms.summary(form_def, given, language, values=definition.values, today=today),
    )


def _letters(definition: Definition, language: str, office: Mapping[str, Any]) -> Iterator[LetterView]:
    for letter_id, letter in definition.letters.items():
        try:
            html, fault = _letter(definition, letter_id, language, office), ""
        except (KeyError, ValueError, TypeError) as missing:
            html, fault = "", str(missing)
        yield LetterView(letter_id, pick(letter.title, language), html, fault)


def _letter(definition: Definition, letter_id: str, language: str, office: Mapping[str, Any]) -> str:
    letter = definition.letters[letter_id]
    snapshot = freeze(
        letter,
        sample_facts(definition, letter, language, office),
        letter_id=letter_id,
        language=language,
        number=f"{letter.prefix}-{clock.now():%Y}-0001",
        issued_at=_noon(),
        office={**office, "programme": dict(definition.programme.title)},
        timezone=definition.programme.timezone,
        check_url=CHECK_URL,
    )
    return render_html(snapshot)


def _noon() -> datetime:
    return clock.now().replace(hour=12, minute=0, second=0, microsecond=0)


def _mails(definition: Definition, language: str, office: Mapping[str, Any]) -> Iterator[MailView]:
    for mail_id, mail in definition.mails.items():
        facts = sample_facts(definition, mail, language, office)
        try:
            subject = notify.render_text(pick(mail.subject, language), facts, language)
            body = notify.render_text(pick(mail.body, language), facts, language)
        except ValueError as missing:
            subject, body = mail_id, str(missing)
        yield MailView(mail_id, subject, body)


def tranches(definition: Definition, language: str, award_minor: int = SAMPLE_AWARD_MINOR) -> list[Part]:
    """The parts of an award of so many minor units; empty when the programme plans them case by case."""
    plan = definition.programme.tranches
    if not plan:
        return []
    amounts = split(award_minor, [each.share for each in plan])
    return [
        Part(
            each.number,
            pick(each.title, language),
            each.share,
            amount,
            _opens(definition, each.opens, language),
        )
        for each, amount in zip(plan, amounts, strict=True)
    ]


def _opens(definition: Definition, opens: Any, language: str) -> str:
    titles = {each.id: pick(each.title, language) for each in definition.programme.follow_up}
    named = [each if isinstance(each, str) else next(iter(each.values())) for each in opens]
    return ", ".join(titles.get(name, name) for name in named)


def follow_up(definition: Definition, language: str) -> list[Appointment]:
    """The appointments of a grant that starts today, in their order."""
    today = clock.today(definition.programme.timezone)
    found = [
        Appointment(add_months(today, each.months), each.kind, pick(each.title, language), each.form)
        for each in definition.programme.follow_up
    ]
    return sorted(found, key=lambda each: (each.on, each.title))
