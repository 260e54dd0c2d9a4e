"""A programme as staff look at it: its versions, where its cases stand, what was sent in and not yet published."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import undefer

from fundflow.accounts import Actor, Permission
from fundflow.applications.models import Application
from fundflow.applications.queries import visible_to
from fundflow.platform.db import db
from fundflow.platform.errors import NotFound
from fundflow.programmes import Programme, ProgrammeVersion
from fundflow.programmes.models import ProgrammeDraft


@dataclass(frozen=True)
class Law:
    """A programme with its versions, newest first, and its draft."""

    programme: Programme
    versions: Sequence[ProgrammeVersion]
    draft: ProgrammeDraft | None
    cases: dict[uuid.UUID, Counter[str]]

    @property
    def newest(self) -> ProgrammeVersion:
        """The version that a new call takes."""
        return self.versions[0]

    def count(self, version: ProgrammeVersion) -> int:
        """How many cases run, or ran, under a version."""
        return self.cases.get(version.id, Counter()).total()


def law(actor: Actor, slug: str) -> Law:
    """One programme; NotFound for a hidden or unpublished one too. Four queries."""
    programme = db.session.scalar(select(Programme).where(Programme.slug == slug))
    if programme is None or not actor.may(Permission.PROGRAMME_READ, programme_id=programme.id):
        raise NotFound
    versions = db.session.scalars(
        select(ProgrammeVersion)
        .where(ProgrammeVersion.programme_id == programme.id)
        .order_by(ProgrammeVersion.number.desc())
    ).all()
    if not versions:
        raise NotFound
    draft = db.session.scalar(select(ProgrammeDraft).where(ProgrammeDraft.slug == slug))
    return Law(programme, versions, draft, _cases(actor, programme.id))


def _cases(actor: Actor, programme_id: uuid.UUID) -> dict[uuid.UUID, Counter[str]]:
    rows = db.session.execute(
        select(Application.version_id, Application.stage, func.count())
        .where(
            Application.programme_id == programme_id,
            visible_to(actor, Permission.PROGRAMME_READ, own=False),
        )
        .group_by(Application.version_id, Application.stage)
    )
    found: dict[uuid.UUID, Counter[str]] = {}
    for version_id, stage, count in rows:
        found.setdefault(version_id, Counter())[stage] = count
    return found


def version(actor: Actor, slug: str, number: int) -> ProgrammeVersion:
    """One version with its files; NotFound for hidden and missing alike."""
    found = db.session.scalar(
        select(ProgrammeVersion)
        .join(Programme)
        .where(Programme.slug == slug, ProgrammeVersion.number == number)
        .options(undefer(ProgrammeVersion.files))
    )
    if found is None or not actor.may(Permission.PROGRAMME_READ, programme_id=found.programme_id):
        raise NotFound
    return found


def drafts(actor: Actor) -> list[ProgrammeDraft]:
    """What was sent in and waits, as far as the actor may publish it."""
    rows = db.session.execute(
        select(ProgrammeDraft, Programme.id)
        .outerjoin(Programme, Programme.slug == ProgrammeDraft.slug)
        .order_by(ProgrammeDraft.sent_at.desc())
    )
    return [row for row, known in rows if actor.may(Permission.PROGRAMME_PUBLISH, programme_id=known)]
