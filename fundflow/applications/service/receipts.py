"""The receipt of an application: which letters are one, and the bytes that its hash is of."""

from __future__ import annotations

from fundflow import forms
from fundflow.applications.models import Application
from fundflow.applications.queries import answers, latest_entry
from fundflow.applications.service.entries import content_text
from fundflow.platform import clock
from fundflow.platform.errors import NotFound
from fundflow.programmes import Definition, definition_of


def letters(definition: Definition) -> frozenset[str]:
    """The letters that are issued by the move which gives a case its reference."""
    moves = [compiled.move for compiled in definition.machines["application"].moves.values()]
    handing_in = [move for move in moves if any(rule.name == "assign_reference" for rule in move.effects)]
    issued = [rule for move in handing_in for rule in move.effects if rule.name == "issue"]
    return frozenset(str(rule.params.get("letter")) for rule in issued)


def content(case: Application) -> bytes:
    """The canonical JSON whose SHA-256 is the case's `content_hash`; NotFound before anything was handed in."""
    definition = definition_of(case.version_id)
    name = definition.programme.application_form
    entry = latest_entry(case.id, name, submitted=True)
    if entry is None or entry.submitted_at is None:
        raise NotFound
    day = clock.day_of(entry.submitted_at, definition.programme.timezone)
    final = forms.normalise_submission(
        definition.forms[name], answers(entry), values=definition.values, today=day
    )
    return content_text(name, definition.sha256, final).encode()
