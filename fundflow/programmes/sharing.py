"""What `referrals` names must exist, and may be told to a provider: consent, kinds of provider, answers, facts."""

from __future__ import annotations

from collections.abc import Iterator

from fundflow.programmes.definition import Shareable
from fundflow.programmes.loading import Parsed
from fundflow.programmes.providers import provider_kinds
from fundflow.programmes.references import PROGRAMME, Path, Place
from fundflow.workflow import Condition, ConditionFault, Finding, Registry

MACHINE = "referral"
PEOPLE = frozenset({"application", "applicant", "beneficiary", "guardian"})
"""The facts of which a value may be told; others hold what the office knows beyond that."""
UNTOLD = frozenset({"file", "rows", "matrix", "signature", "heading", "guidance"})
"""Types of questions without a text that a provider could read."""


def sharing(parsed: Parsed, registry: Registry) -> Iterator[Finding]:
    """All checks of `referrals`; a machine of referrals needs it, and it needs the machine."""
    place, law = Place(parsed, PROGRAMME), parsed.programme.referrals
    if law is None:
        if MACHINE in parsed.machines:
            yield Place(parsed, f"machines/{MACHINE}.yaml").finding(
                (),
                "the programme says nothing of referrals",
                code="referrals_unsaid",
                hint="Add `referrals` to programme.yaml.",
            )
        return
    if MACHINE not in parsed.machines:
        message = f"the file machines/{MACHINE}.yaml is missing"
        yield place.finding(("referrals",), message, code="missing_file")
    yield from _consent(parsed, place)
    seen: set[str] = set()
    for number, each in enumerate(law.shareable):
        path: Path = ("referrals", "shareable", number)
        if each.id in seen:
            message = f"'{each.id}' stands twice among what may be told"
            yield place.finding((*path, "id"), message, code="doubled_id")
        seen.add(each.id)
        yield from _told(parsed, place, path, each, registry)


def _consent(parsed: Parsed, place: Place) -> Iterator[Finding]:
    law = parsed.programme.referrals
    consent = law.consent if law else None
    if consent is None:
        return
    at: Path = ("referrals", "consent")
    form = parsed.forms.get(consent.form)
    if form is None:
        yield place.unknown((*at, "form"), "form", consent.form, parsed.forms, code="unknown_form")
    for kind, text in consent.covers.items():
        if kind not in provider_kinds():
            here: Path = (*at, "covers", kind)
            yield place.unknown(here, "kind of provider", kind, provider_kinds(), code="unknown_provider")
        if form is None:
            continue
        scope = {
            "a": {each.id for each in form.questions()},
            "v": {*parsed.programme.values, "currency"},
        }
        try:
            Condition(text, scope)
        except ConditionFault as fault:
            message = f"in the condition: {fault}"
            yield place.finding((*at, "covers", kind), message, code="faulty_condition")


def _told(parsed: Parsed, place: Place, path: Path, each: Shareable, registry: Registry) -> Iterator[Finding]:
    if each.fact is not None and each.form is None and each.question is None:
        yield from _fact(place, path, each, registry)
    elif each.fact is None and each.form is not None and each.question is not None:
        yield from _question(parsed, place, path, each)
    else:
        message = f"'{each.id}' is either a question of a form or a fact"
        yield place.finding(path, message, code="told_twofold")


def _fact(place: Place, path: Path, each: Shareable, registry: Registry) -> Iterator[Finding]:
    name, _dot, field = str(each.fact).partition(".")
    if name not in PEOPLE:
        yield place.unknown((*path, "fact"), "fact that may be told", name, PEOPLE, code="unknown_fact")
    elif name in registry.facts and field not in (known := registry.facts[name].fields or {}):
        what = f"field of the fact '{name}':"
        yield place.unknown((*path, "fact"), what, field, known, code="unknown_field")
    if not each.label:
        yield place.finding(path, f"'{each.id}' has no label", code="told_without_label")


def _question(parsed: Parsed, place: Place, path: Path, each: Shareable) -> Iterator[Finding]:
    form = parsed.forms.get(str(each.form))
    if form is None:
        yield place.unknown((*path, "form"), "form", str(each.form), parsed.forms, code="unknown_form")
        return
    question = next((one for one in form.questions() if one.id == each.question), None)
    if question is None:
        known = [one.id for one in form.questions()]
        what = f"question of the form '{each.form}':"
        yield place.unknown((*path, "question"), what, str(each.question), known, code="unknown_question")
        return
    if question.type in UNTOLD:
        message = f"a question of type {question.type} cannot be told"
        yield place.finding((*path, "question"), message, code="question_of_wrong_type")
    section = form.section_of(question.id)
    if (section.sensitive or section.read_by) and not each.restricted:
        kept = "sensitive" if section.sensitive else "read by some roles only"
        yield place.finding(
            (*path, "question"),
            f"the question '{question.id}' is {kept}",
            code="told_what_is_kept",
            hint="Leave it out, or say `restricted: true` if a provider may be told all the same.",
        )
    names = {fields.get("full_name") for fields in parsed.programme.party_questions.values()}
    if each.form == parsed.programme.application_form and question.id in names:
        yield place.finding(
            (*path, "question"),
            f"the question '{question.id}' holds a full name",
            code="told_full_name",
            hint="Tell `fact: beneficiary.paper_name`, which gives a child's initials only.",
        )
