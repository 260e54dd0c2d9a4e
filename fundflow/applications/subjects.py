"""The kinds of things that a machine can move: the case itself, and the sub-objects that higher rooms register."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fundflow.accounts import Permission
from fundflow.applications.models import Application

CASE = "application"


@dataclass(frozen=True)
class SubjectKind:
    """A staged table; every row but the case's own has an `application_id`.

    `describe(row, language)` names a row for people; `owner(row)` is the one user who may act in a role that is
    his alone (a review's evaluator), or None where any holder of the role may. `papers` is the permission without
    which nobody reads the documents issued for a row, beside that for documents. `outlives`: a row goes on while its
    case has ended, as an appeal against its end does.
    """

    name: str
    model: Any
    describe: Callable[[Any, str], str]
    owner: Callable[[Any], uuid.UUID | None] = lambda _row: None
    papers: Permission | None = None
    outlives: bool = False


_kinds: dict[str, SubjectKind] = {
    CASE: SubjectKind(CASE, Application, lambda row, _language: row.reference or row.title)
}


def register_kind(kind: SubjectKind) -> None:
    """Make a room's staged table movable; registering a name twice is an error."""
    if kind.name in _kinds:
        raise ValueError(f"subject kind {kind.name!r} is registered twice")
    _kinds[kind.name] = kind


def subject_kind(name: str) -> SubjectKind | None:
    """The kind of that name, or None."""
    return _kinds.get(name)


def papers_of(name: str | None) -> Permission | None:
    """The permission that the documents of a kind of thing ask for, if any."""
    kind = _kinds.get(name or "")
    return kind.papers if kind else None


def subject_kinds() -> tuple[SubjectKind, ...]:
    """All kinds, the case first."""
    return tuple(_kinds.values())
