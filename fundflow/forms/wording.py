"""Placeholders in the words of a definition: `{{ ceiling }}` becomes the programme's value or an answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from fundflow.platform import money
from fundflow.platform.wording import Words, pick

_PLACE = re.compile(r"\{\{\s*((?:[av]\.)?[a-z][a-z0-9_]*)\s*\}\}")


def places(text: str) -> list[str]:
    """The names that a text asks for."""
    return [found[1] for found in _PLACE.finditer(text)]


def fill(
    words: Words | None, language: str, values: Mapping[str, Any], answers: Mapping[str, str] | None = None
) -> str:
    """The words in a language with their placeholders filled; an unknown one stays as it is written.

    `{{ ceiling }}` finds the value `ceiling`, or `ceiling_minor` as an amount in the value `currency`;
    `{{ a.<question> }}` finds an answer as text.
    """
    text = pick(words, language)
    if "{{" not in text:
        return text
    return _PLACE.sub(lambda found: _shown(found[1], language, values, answers or {}) or found[0], text)


def known(name: str, values: Mapping[str, Any]) -> bool:
    """Whether a value of the programme fills this placeholder."""
    bare = name.removeprefix("v.")
    return bare in values or f"{bare}_minor" in values


def _shown(name: str, language: str, values: Mapping[str, Any], answers: Mapping[str, str]) -> str:
    if name.startswith("a."):
        return answers.get(name[2:], "")
    bare = name.removeprefix("v.")
    amount = bare if bare.endswith("_minor") else f"{bare}_minor"
    if amount in values:
        return money.show(int(values[amount]), str(values.get("currency", "")), language)
    return str(values.get(bare, answers.get(bare, "")))
