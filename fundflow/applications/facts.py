"""Facts of the case file: the plain values that conditions, letters and mails may use."""

from __future__ import annotations

from typing import Any

from flask import current_app
from sqlalchemy import select

from fundflow import forms
from fundflow.applications.models import Party
from fundflow.applications.queries import answers, answers_by_form, latest_entry
from fundflow.applications.service.parties import age_on, beneficiary
from fundflow.applications.service.parties import applicant as person_applying
from fundflow.forms import codes
from fundflow.people import Guardianship, Person
from fundflow.platform import clock
from fundflow.platform.db import db
from fundflow.platform.wording import pick
from fundflow.workflow import MoveContext, fact


def _money(minor: int | None, currency: str) -> dict[str, Any] | None:
    return None if minor is None else {"minor": minor, "currency": currency}


@fact(
    "application",
    fields={
        "reference": "the case's number",
        "title": "its title",
        "stage": "the label of its present stage",
        "stage_id": "the stage's id, for conditions",
        "submitted_at": "when it was handed in",
        "requested": "the amount asked for",
        "requested_minor": "the same in minor units, for conditions",
        "content_hash": "SHA-256 of what was handed in",
        "language": "the language of the case",
    },
)
def application(ctx: MoveContext) -> dict[str, Any]:
    """The case itself."""
    case = ctx.case
    return {
        "reference": case.reference or "",
        "title": case.title,
        "stage": pick(ctx.definition.stage_label("application", case.stage), case.language),
        "stage_id": case.stage,
        "submitted_at": case.submitted_at.isoformat() if case.submitted_at else None,
        "requested": _money(case.requested_minor, case.currency),
        "requested_minor": case.requested_minor,
        "content_hash": case.content_hash or "",
        "language": case.language,
    }


PERSON = {
    "name": "full name",
    "initials": "initials, for papers that leave the office",
    "paper_name": "the name as papers show it: a minor's initials, else the full name",
    "birth_date": "date of birth",
    "age": "full years today",
    "is_minor": "not of age today",
    "address": "postal address",
    "municipality": "municipality",
    "email": "e-mail address",
    "phone": "telephone",
    "language": "language of letters",
}


def _person(ctx: MoveContext, person: Person | None, fallback: str) -> dict[str, Any]:
    born = person.birth_date if person else None
    age = age_on(born, clock.today(ctx.case.call.timezone)) if born else None
    name = person.full_name if person else fallback
    initials = " ".join(f"{part[0]}." for part in name.split())
    is_minor = age is not None and age < ctx.definition.programme.of_age.years
    return {
        "name": name,
        "initials": initials,
        "paper_name": initials if is_minor else name,
        "birth_date": born.isoformat() if born else None,
        "age": age,
        "is_minor": is_minor,
        "address": (person.address if person else None) or "",
        "municipality": _place(person.municipality if person else None, ctx.case.language),
        "email": (person.email if person else None) or "",
        "phone": (person.phone if person else None) or "",
        "language": ctx.case.language,
    }


def _place(code: str | None, language: str) -> str:
    """A municipality is stored as its code and written as its name."""
    return codes.names("municipalities", language).get(code or "", code or "")


@fact("applicant", fields=PERSON)
def applicant(ctx: MoveContext) -> dict[str, Any]:
    """Who applied; before a person is linked, what the application form says of him."""
    person = ctx.facts.once(person_applying, ctx.case)
    found = _person(ctx, person, ctx.case.applicant_name)
    if person is None:
        programme = ctx.definition.programme
        form = ctx.definition.forms[programme.application_form]
        kept = answers(latest_entry(ctx.case.id, programme.application_form))
        given = forms.with_parts(form, kept, ctx.case.language)
        for field, question in programme.party_questions.get("applicant", {}).items():
            if field in {"address", "email", "phone", "municipality"} and given.get(question):
                found[field] = str(given[question])
    return found


@fact("beneficiary", fields=PERSON)
def beneficiary_fact(ctx: MoveContext) -> dict[str, Any]:
    """Whom the help is for."""
    return _person(ctx, ctx.facts.once(beneficiary, ctx.case), ctx.case.applicant_name)


@fact(
    "guardian",
    fields={
        "name": "full name",
        "relation": "relation to the minor",
        "phone": "telephone",
        "present": "there is one",
    },
)
def guardian(ctx: MoveContext) -> dict[str, Any]:
    """Who decides for a minor; empty words when there is nobody."""
    row = db.session.execute(
        select(Person, Guardianship.relation)
        .join(Party, Party.person_id == Person.id)
        .outerjoin(Guardianship, Guardianship.guardian_id == Person.id)
        .where(Party.application_id == ctx.case.id, Party.kind == "guardian", Party.ended_at.is_(None))
        .limit(1)
    ).one_or_none()
    if row is None:
        return {"name": "", "relation": "", "phone": "", "present": False}
    return {"name": row[0].full_name, "relation": row[1] or "", "phone": row[0].phone or "", "present": True}


@fact(
    "call",
    fields={
        "title": "title",
        "reference": "its short name",
        "opens_at": "opening",
        "closes_at": "closing for this case, or null",
    },
)
def call(ctx: MoveContext) -> dict[str, Any]:
    """The call the case is in."""
    row = ctx.case.call
    closes_at = ctx.case.extended_until or row.closes_at
    return {
        "title": dict(row.title),
        "reference": row.slug,
        "opens_at": row.opens_at.isoformat(),
        "closes_at": closes_at.isoformat() if closes_at else None,
    }


@fact("programme", fields={"title": "title", "appeal_days": "working days to ask for a review, or null"})
def programme(ctx: MoveContext) -> dict[str, Any]:
    """The programme behind the call."""
    found = ctx.definition.programme
    return {
        "title": dict(found.title),
        "appeal_days": found.appeal.working_days if found.appeal else None,
    }


@fact(
    "office",
    fields={
        "name": "name",
        "address": "address",
        "email": "e-mail",
        "phone": "telephone",
        "contact": "telephone and e-mail in one line, as far as there are any",
        "website": "website",
    },
)
def office(_ctx: MoveContext) -> dict[str, Any]:
    """Who runs the programme, from the settings."""
    known = dict(current_app.config["OFFICE"])
    ways = (known.get("phone"), known.get("email"))
    return {**known, "contact": " · ".join(way for way in ways if way)}


@fact("answers")
def answers_fact(ctx: MoveContext) -> dict[str, Any]:
    """The newest answers of each form of the case, by form and question, as conditions see them."""
    known = ctx.definition.forms
    return {
        form: forms.cel_answers(known[form], given, values=ctx.values)
        for form, given in ctx.facts.once(answers_by_form, ctx.case.id).items()
        if form in known
    }


@fact("filled")
def filled(ctx: MoveContext) -> dict[str, Any]:
    """The newest answers of each form of the case as people read them: lines with label and text, in order."""
    known, language = ctx.definition.forms, ctx.case.language
    return {
        form: [
            {"label": line.label, "text": line.text or _rows(line.table)}
            for line in forms.pdf_rows(known[form], given, language, values=ctx.values)
        ]
        for form, given in ctx.facts.once(answers_by_form, ctx.case.id).items()
        if form in known
    }


def _rows(table: forms.Table | None) -> str:
    """A table as lines of text."""
    if table is None:
        return ""
    lines = [" · ".join(cell for cell in row if cell) for row in table.rows]
    return "\n".join([*lines, *(f"{label}: {text}" for label, text in table.totals)])


CONSENT_FORM, CONSENT_SECTION = "consent", "purposes"


@fact(
    "consent",
    fields={
        "given_on": "the day, or null",
        "place": "where",
        "points": "each purpose with what was said: label, given",
    },
)
def consent(ctx: MoveContext) -> dict[str, Any]:
    """What the person agreed to and what not, as the consent form was filled last."""
    form = ctx.definition.forms.get(CONSENT_FORM)
    given = ctx.facts.once(answers_by_form, ctx.case.id).get(CONSENT_FORM, {})
    asked = next((part.questions for part in form.sections if part.id == CONSENT_SECTION), ()) if form else ()
    return {
        "given_on": given.get("given_on"),
        "place": given.get("place", ""),
        "points": [
            {"label": pick(question.label, ctx.case.language), "given": given.get(question.id) == "yes"}
            for question in asked
            if question.type == "yes_no"
        ],
    }
