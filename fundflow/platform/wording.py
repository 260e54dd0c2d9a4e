"""A programme's own words: maps from language to text, and the rule for choosing one."""

from __future__ import annotations

from collections.abc import Mapping

FALLBACK = "en"

Words = Mapping[str, str]


def pick(words: Words | None, language: str) -> str:
    """The text in a language, else English, else the first there is; empty for none."""
    if not words:
        return ""
    return words.get(language) or words.get(FALLBACK) or next(iter(words.values()))
