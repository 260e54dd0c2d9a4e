"""Freezes what a letter says: plain values, complete enough to render the same bytes again, and hashed."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any

from fundflow.documents.definition import Letter
from fundflow.documents.reads import reads_of
from fundflow.platform import cel, clock, strict_yaml
from fundflow.platform.display import is_words
from fundflow.platform.locate import locate
from fundflow.platform.wording import pick

FORMAT = 1
MOST_VALUES = 50_000
DEEPEST = 12

_CONTROL = {code: None for code in range(32) if code not in (9, 10)} | {127: None}


def canonical(value: Any) -> bytes:
    """The one JSON text of a plain value: sorted keys, no spaces, UTF-8."""
    return json.dumps(
        value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    ).encode()


def digest(value: Any) -> str:
    """SHA-256 of the canonical JSON, in hex."""
    return hashlib.sha256(canonical(value)).hexdigest()


def plain(value: Any) -> Any:
    """A value as JSON knows it: Decimals, dates, UUIDs and enums become text; lazy texts become text.

    Raises TypeError for floats, whose digits are an accident, and for objects; ValueError for endless values.
    """
    return _plain(value, [MOST_VALUES], DEEPEST)


def _plain(value: Any, left: list[int], depth: int) -> Any:
    left[0] -= 1
    if left[0] < 0 or depth < 0:
        raise ValueError("the facts of a letter are too many or nest too deeply")
    if isinstance(value, Mapping):
        return {str(key): _plain(item, left, depth - 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, left, depth - 1) for item in value]
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if isinstance(value, Enum):
        value = value.value
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, Decimal | date | uuid.UUID):
        return str(value)
    if isinstance(value, str) or type(value).__name__ == "LazyString":
        return str(value).translate(_CONTROL)
    raise TypeError(f"a snapshot holds plain values, not {type(value).__name__}")


def moment(value: datetime) -> str:
    """A moment as UTC text to the second."""
    return value.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


@lru_cache(maxsize=1)
def furniture() -> Mapping[str, Mapping[str, str]]:
    """The words that stand on every letter (number, date, page ...), per language."""
    place = locate("templates") / "documents" / "words.yaml"
    words: dict[str, dict[str, str]] = strict_yaml.load(place.read_text("utf-8"), place.name)
    return words


def freeze(
    letter: Letter,
    facts: Mapping[str, Any],
    *,
    letter_id: str,
    language: str,
    number: str,
    issued_at: datetime,
    office: Mapping[str, Any],
    timezone: str,
    check_url: str,
    supersedes: str | None = None,
) -> dict[str, Any]:
    """Everything a letter shows, as plain values: its wording, letterhead and number, and of the facts
    it declares the values that it reads, so that the paper carries nothing that it does not say.

    Blocks whose `when` does not hold are left out here, once and for all. Raises KeyError for a declared fact
    that is missing, TypeError or ValueError for values that cannot be frozen, CelFault for a bad condition.
    """
    missing = [name for name in letter.facts if name not in facts]
    if missing:
        raise KeyError(f"the letter {letter_id} needs {', '.join(missing)}")
    given = {name: plain(facts[name]) for name in letter.facts}
    languages = [language, *(other for other in letter.copy_languages if other != language)]
    definition = letter.model_dump(mode="json", exclude_none=True)
    to = _spoken(definition.get("to"), languages)
    body = _spoken(_body(letter, given), languages)
    words = furniture()
    return {
        "format": FORMAT,
        "number": number,
        "issued_at": moment(issued_at),
        "issued_on": clock.day_of(issued_at, timezone).isoformat(),
        "timezone": timezone,
        "languages": languages,
        "title": _spoken(definition["title"], languages),
        "office": plain(office),
        "check_url": check_url,
        "supersedes": supersedes,
        "facts": reads_of(body, to).keep(given),
        "letter": {
            "id": letter_id,
            "sha256": digest(definition),
            "to": to,
            "body": body,
        },
        "words": {language: dict(words.get(language) or words["en"]) for language in languages},
    }


def _body(letter: Letter, facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    scope = cel.Scope({**facts, "f": facts})
    names = frozenset({*letter.facts, "f"})
    return [
        block.model_dump(mode="json", exclude_none=True, exclude={"when"})
        for block in letter.body
        if block.when is None or cel.compile(block.when, names).holds(scope)
    ]


def _spoken(value: Any, languages: list[str]) -> Any:
    """The wording of the letter in its languages only; a missing translation is filled from another."""
    if isinstance(value, list):
        return [_spoken(item, languages) for item in value]
    if is_words(value):
        return {language: pick(value, language) for language in languages}
    if isinstance(value, dict):
        return {key: _spoken(item, languages) for key, item in value.items()}
    return value
