"""Blind review: an application without the person behind it, in its answers, its title and the names of its files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _

from fundflow.applications.models import Application
from fundflow.forms import Form, with_parts
from fundflow.forms.definition import File, Signature
from fundflow.platform.wording import pick
from fundflow.programmes import Definition

EVALUATOR = "evaluator"
LEAST = 4
"""Shorter answers (a language, a yes) stand in many texts and tell nobody apart."""
LEAST_OF_A_NAME = 3


def reads_blind(definition: Definition, kinds: Iterable[str]) -> bool:
    """Whether somebody of these kinds of party reads the case without its names."""
    return definition.programme.evaluation.blind and EVALUATOR in kinds


def title_for_blind(case: Application) -> str:
    """What a blind evaluator knows the case by: its title without the applicant's name, else its reference."""
    return str(without_names(case, case.title)) or case.reference or ""


def without_names(case: Application, value: Any) -> Any:
    """A plain value in whose texts the applicant's name, whole or in part, is struck out."""
    return _struck(value, _pattern({case.applicant_name}, {case.applicant_name}))


def masked(definition: Definition, case: Application, given: Mapping[str, Any]) -> dict[str, Any]:
    """Answers of the application form without those that say who a party is; files bear neutral names.

    What those answers hold, and each part of a name, is struck out wherever else it was written: among the owners,
    in the team, in a telephone number given twice.
    """
    personal = personal_questions(definition)
    form = definition.forms[definition.programme.application_form]
    said = with_parts(form, given, definition.programme.languages[0])
    names = {case.applicant_name} | {str(said[name]) for name in _names(definition) if said.get(name)}
    told = [name for name in said if name.partition(".")[0] in personal and said[name]]
    whole = names | {str(said[name]) for name in told}
    pattern = _pattern(whole, names)
    return {
        name: _renamed(form, name, _struck(value, pattern))
        for name, value in given.items()
        if name not in personal
    }


def personal_questions(definition: Definition) -> frozenset[str]:
    """The questions that say who a party is, and signatures."""
    parties = definition.programme.party_questions.values()
    form = definition.forms[definition.programme.application_form]
    signed = {question.id for question in form.questions() if isinstance(question, Signature)}
    return frozenset({path.partition(".")[0] for fields in parties for path in fields.values()} | signed)


def _names(definition: Definition) -> set[str]:
    parties = definition.programme.party_questions.values()
    return {fields["full_name"] for fields in parties if "full_name" in fields}


def file_name(form: Form, question: str, name: str) -> str:
    """A neutral name: the words of the question, its place among the form's files, and the file's ending."""
    files = [each for each in form.questions() if isinstance(each, File)]
    place = next((number for number, each in enumerate(files, start=1) if each.id == question), 0)
    label = pick(files[place - 1].label, str(get_locale() or "en")) if place else str(_("File"))
    plain = re.sub(r"[\x00-\x1f\x7f<>:\"/\\|?*]", " ", label).strip(" .")
    return (
        f"{plain[:80]} {place}.{name.rpartition('.')[2]}" if place else f"{plain}.{name.rpartition('.')[2]}"
    )


def _renamed(form: Form, question: str, value: Any) -> Any:
    """Answers that point to files, also inside rows, under neutral names."""
    if isinstance(value, list):
        return [_renamed(form, question, each) for each in value]
    if isinstance(value, dict) and "file_id" in value:
        return value | {"name": file_name(form, question, str(value.get("name", "")))}
    if isinstance(value, dict):
        return {key: _renamed(form, key, each) for key, each in value.items()}
    return value


def _pattern(whole: Iterable[str], names: Iterable[str]) -> re.Pattern[str] | None:
    """Whole answers wherever they stand, parts of names as words of their own; the longest first."""
    parts = {part for name in names for part in re.split(r"[\s,.'’-]+", name) if len(part) >= LEAST_OF_A_NAME}
    texts = {text for text in whole if len(text) >= LEAST}
    ways = [re.escape(text) for text in sorted(texts, key=len, reverse=True)]
    ways += [rf"\b{re.escape(part)}\b" for part in sorted(parts, key=len, reverse=True)]
    return re.compile("|".join(ways), re.IGNORECASE) if ways else None


def _struck(value: Any, pattern: re.Pattern[str] | None) -> Any:
    if pattern is None:
        return value
    if isinstance(value, str):
        return pattern.sub(lambda _found: str(_("[name hidden]")), value)
    if isinstance(value, list):
        return [_struck(each, pattern) for each in value]
    if isinstance(value, dict):
        return {key: _struck(each, pattern) for key, each in value.items()}
    return value
