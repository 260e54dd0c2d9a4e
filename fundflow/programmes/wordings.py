"""Checks of a programme's wording: mails and letters read only facts that exist, in every language."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from fundflow.notify import check_text
from fundflow.programmes.loading import Parsed
from fundflow.programmes.references import Path, Place
from fundflow.workflow import Finding, Registry, nearest

MAILS = "mails.yaml"
_EXPRESSION = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_READ = re.compile(r"(?<![\w.'\"])([a-z][a-z0-9_]*)\.([a-z][a-z0-9_]*)")
_LANGUAGE = re.compile(r"[a-z]{2}")
_OWN_CHECK = ("forms/", "letters/")


def mail_wordings(parsed: Parsed, registry: Registry) -> Iterator[Finding]:
    """Each subject and body of a mail is sound and reads only the facts that the mail names."""
    place = Place(parsed, MAILS)
    for mail_id, mail in parsed.mails.items():
        for number, fact in enumerate(mail.facts):
            if fact not in registry.facts:
                path: Path = (mail_id, "facts", number)
                yield place.unknown(path, "fact", fact, registry.facts, code="unknown_fact")
        for part, words in (("subject", mail.subject), ("body", mail.body)):
            for language, text in words.items():
                path = (mail_id, part, language)
                for fault in check_text(text, mail.facts):
                    message = f"line {fault.line} of the text: {fault.message}"
                    yield place.finding(path, message, code=fault.code, line=fault.line)
                yield from _fields(place, path, text, mail.facts, registry)


def letter_wordings(parsed: Parsed, registry: Registry) -> Iterator[Finding]:
    """Every `fact.field` in a letter is a field that the fact has."""
    for letter_id, letter in parsed.letters.items():
        place = Place(parsed, f"letters/{letter_id}.yaml")
        for path, text in _texts(parsed.data[place.file], ()):
            yield from _fields(place, path, text, letter.facts, registry)


def languages(parsed: Parsed, _registry: Registry) -> Iterator[Finding]:
    """Words that lack one of the programme's languages; forms and letters look after their own."""
    spoken = parsed.programme.languages
    for name, data in parsed.data.items():
        if not name.startswith(_OWN_CHECK):
            for path, words in worded(data, (), spoken):
                missing = [language for language in spoken if language not in words]
                if missing:
                    message = f"no words in {', '.join(missing)}"
                    place = Place(parsed, name)
                    yield place.finding(path, message, code="missing_language", severity="warning")


def _fields(
    place: Place, path: Path, text: str, facts: Collection[str], registry: Registry
) -> Iterator[Finding]:
    for expression in _EXPRESSION.finditer(text):
        for fact, field in _READ.findall(expression.group()):
            known = registry.facts[fact].fields if fact in facts and fact in registry.facts else None
            if known is not None and field not in known:
                message = f"unknown field of the fact '{fact}': '{field}'"
                line = text.count("\n", 0, expression.start()) + 1
                yield place.finding(
                    path, message, code="unknown_field", hint=nearest(field, known), line=line
                )


def _texts(data: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(data, str):
        yield path, data
    for step, inner in _members(data):
        yield from _texts(inner, (*path, step))


def worded(data: Any, path: Path, spoken: Collection[str]) -> Iterator[tuple[Path, Mapping[str, str]]]:
    """Every map of language to wording."""
    if isinstance(data, dict) and set(data) & set(spoken) and all(map(_LANGUAGE.fullmatch, data)):
        yield path, data
        return
    for step, inner in _members(data):
        yield from worded(inner, (*path, step), spoken)


def _members(data: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(data, dict):
        yield from data.items()
    elif isinstance(data, list):
        yield from enumerate(data)
