"""Which stages wait for which step of a payment, read from the machines of the programmes."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping

from flask import g, has_request_context
from sqlalchemy import select

from fundflow.platform.db import db
from fundflow.programmes import Call, Definition, definition_of

STEPS = {"certify": "certify_payment", "authorise": "authorise_payment", "release": "release_payment"}
KINDS = ("tranche", "purchase")


def stages_of(definition: Definition, kind: str, step: str) -> frozenset[str]:
    """The stages of a machine in which the payment waits for a step."""
    machine = definition.machines.get(kind)
    if machine is None:
        return frozenset()
    return frozenset(
        stage
        for move in machine.moves.values()
        for stage in move.sources
        if any(effect.rule.name == STEPS[step] for effect in move.effects)
    )


def paid_stages(definition: Definition, kind: str) -> frozenset[str]:
    """The stages that a released payment leads to, and those after them that end it well."""
    machine = definition.machines.get(kind)
    if machine is None:
        return frozenset()
    released = {
        str(move.move.to)
        for move in machine.moves.values()
        if any(effect.rule.name == STEPS["release"] for effect in move.effects)
    }
    after = {str(move.move.to) for move in machine.moves.values() if move.sources & released and move.move.to}
    return frozenset(released | after)


def final_stages(definition: Definition, kind: str) -> frozenset[str]:
    """The stages that nothing leaves."""
    machine = definition.machines.get(kind)
    if machine is None:
        return frozenset()
    return frozenset(name for name, stage in machine.definition.stages.items() if stage.final)


def definitions() -> Mapping[uuid.UUID, Definition]:
    """The definitions of the versions under which calls run, each compiled once per process; one query a request."""
    if not has_request_context():
        return _definitions()
    if "call_definitions" not in g:
        g.call_definitions = _definitions()
    found: Mapping[uuid.UUID, Definition] = g.call_definitions
    return found


def _definitions() -> Mapping[uuid.UUID, Definition]:
    versions = db.session.scalars(select(Call.version_id).distinct())
    return {version: definition_of(version) for version in versions}


def stage_labels(kind: str, known: Iterable[Definition]) -> dict[str, Mapping[str, str]]:
    """The stages of a kind over all programmes, in the order of their files, with their words."""
    labels: dict[str, Mapping[str, str]] = {}
    for definition in known:
        machine = definition.machines.get(kind)
        for name, stage in machine.definition.stages.items() if machine else ():
            labels.setdefault(name, stage.label)
    return labels
