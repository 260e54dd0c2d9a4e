"""Sample facts for letters and mails: the shape that a text reads, filled with values that look right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fundflow.documents import Letter
from fundflow.documents.reads import MEMBER, Reads, reads_of
from fundflow.platform import clock
from fundflow.programmes.definition import Mail
from fundflow.programmes.loading import Definition
from fundflow.workflow import default_registry

ROWS = 2
_MONEY = ("amount", "total", "budget", "price", "spent", "requested", "cost", "value")
_FIGURES = frozenset(
    {"number", "rank", "age", "of", "share", "count", "round", "points", "quantity", "bonus", "pass_mark"}
    | {"weight", "received", "refused", "ordered", "score", "mean", "minimum"}
)
_DAYS = frozenset({"deliver_by", "until"})
_YES = ("is_", "present", "passed", "mandatory")


def sample_facts(
    definition: Definition, text: Letter | Mail, language: str, office: Mapping[str, Any]
) -> dict[str, Any]:
    """A value for everything that a letter or mail may read; `office` is the real one."""
    read = Reads()
    if isinstance(text, Letter):
        body = [block.model_dump(mode="json", exclude_none=True) for block in text.body]
        read = reads_of(body, text.to)
    found: dict[str, Any] = {}
    for name in text.facts:
        fields = default_registry.facts[name].fields if name in default_registry.facts else None
        known = {field: _leaf(field, definition, language) for field in fields or ()}
        shaped = _shaped(name, read.below.get(name, Reads()), definition, language)
        found[name] = {**known, **shaped} if isinstance(shaped, dict) else known or shaped
    if "scores" in found:  # their total is a figure, not an amount
        found["scores"] |= {"total": 80, "bonus": 5}
    if "office" in found:
        found["office"] = {**found["office"], **{key: str(each) for key, each in office.items()}}
    return found


def _shaped(name: str, read: Reads, definition: Definition, language: str) -> Any:
    """A value with the parts that are read of it."""
    if MEMBER in read.below:
        return [_shaped(name, read.below[MEMBER], definition, language) for _row in range(ROWS)]
    if read.below:
        return {key: _shaped(key, inner, definition, language) for key, inner in read.below.items()}
    return _leaf(name, definition, language)


def _leaf(name: str, definition: Definition, language: str) -> Any:
    last = name.rpartition("_")[2]
    if name.endswith("_minor"):
        return 123_450
    if last in _MONEY or name in _MONEY:
        return {"minor": 123_450, "currency": definition.programme.currency}
    if name.endswith(("_on", "_at", "_date")) or name in _DAYS:
        return clock.today().isoformat()
    if name.startswith(_YES) or name in _YES:
        return True
    if name in _FIGURES or last in ("count", "days", "months"):
        return 3
    return language if name == "language" else name.replace("_", " ").capitalize()
