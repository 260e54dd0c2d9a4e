"""Blind review: an application without the person behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from fundflow.programmes import Definition

LEAST = 4
"""Shorter answers (a language, a yes) stand in many texts and tell nobody apart."""


def masked(definition: Definition, given: Mapping[str, Any]) -> dict[str, Any]:
    """Answers of the application form without those that say who a party is.

    What those answers hold, above all the name, is struck out wherever else it was written: among the owners, in
    the team, in the name of a file.
    """
    personal = personal_questions(definition)
    words = {str(given[name]) for name in personal if given.get(name)}
    longest_first = sorted((word for word in words if len(word) >= LEAST), key=len, reverse=True)
    return {name: _struck(value, longest_first) for name, value in given.items() if name not in personal}


def personal_questions(definition: Definition) -> frozenset[str]:
    """The questions that say who a party is."""
    parties = definition.programme.party_questions.values()
    return frozenset(question for fields in parties for question in fields.values())


def _struck(value: Any, words: list[str]) -> Any:
    if isinstance(value, str):
        for word in words:
            value = value.replace(word, str(_("[name hidden]")))
        return value
    if isinstance(value, list):
        return [_struck(each, words) for each in value]
    if isinstance(value, dict):
        return {key: _struck(each, words) for key, each in value.items()}
    return value
