"""What a role can be limited to: rooms above offer programmes and calls, this room shows them by name."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from typing import Any

from flask_babel import lazy_gettext as _l

Options = Callable[[], Iterable[tuple[uuid.UUID, Any]]]

EVERYWHERE = _l("Everywhere")
_offers: dict[str, tuple[Any, Options]] = {}


def offer(kind: str, heading: Any, options: Options) -> None:
    """Let roles be granted within things of a kind (programme, call ...); `options` lists id and name."""
    _offers[kind] = (heading, options)


def choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Headings with (value, label); a value is `kind` or `kind:id`, as `read` takes it."""
    found = [(str(EVERYWHERE), [("platform", str(EVERYWHERE))])]
    for kind, (heading, options) in _offers.items():
        rows = [(f"{kind}:{scope_id}", str(label)) for scope_id, label in options()]
        if rows:
            found.append((str(heading), rows))
    return found


def names() -> dict[uuid.UUID, str]:
    """The name of each thing offered, by id."""
    return {scope_id: str(label) for _, options in _offers.values() for scope_id, label in options()}


def read(value: str) -> tuple[str, uuid.UUID | None]:
    """Kind and id of a chosen value; raises ValueError for anything malformed."""
    kind, _, scope_id = value.partition(":")
    return kind, uuid.UUID(scope_id) if scope_id else None
