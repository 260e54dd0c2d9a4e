"""Checking and publishing: how files become law."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from functools import lru_cache

from sqlalchemy import func, select
from sqlalchemy.orm import undefer

from fundflow.audit import record
from fundflow.platform import clock
from fundflow.platform.db import db, lock
from fundflow.platform.errors import Invalid, NotFound
from fundflow.platform.ids import new_id
from fundflow.programmes.checking import check
from fundflow.programmes.loading import Definition, compiled, digest
from fundflow.programmes.models import Programme, ProgrammeVersion


@lru_cache(maxsize=256)
def _definition(version_id: uuid.UUID) -> Definition:
    version = db.session.scalar(
        select(ProgrammeVersion)
        .where(ProgrammeVersion.id == version_id)
        .options(undefer(ProgrammeVersion.files))
    )
    if version is None:
        raise NotFound
    return compiled(version.files)


def definition_of(version_id: uuid.UUID) -> Definition:
    """The compiled definition of a published version; read once per process, for a version never changes."""
    return _definition(version_id)


def publish(*, actor_id: uuid.UUID | None, files: Mapping[str, str]) -> ProgrammeVersion:
    """Publish a programme's files as its next version; the same files again give the version they already are.

    Raises Invalid with one sentence per error of the checker; nothing is written then.
    """
    errors = [finding for finding in check(files) if finding.severity == "error"]
    if errors:
        raise Invalid({f"{f.file}:{f.line}": f.message for f in errors})
    definition = compiled(files)
    lock(f"publish:{definition.programme.slug}")
    programme = _programme(definition)
    sha256 = digest(files)
    same = db.session.scalar(
        select(ProgrammeVersion).where(
            ProgrammeVersion.programme_id == programme.id, ProgrammeVersion.sha256 == sha256
        )
    )
    if same is not None:
        return same
    last = db.session.scalar(
        select(func.max(ProgrammeVersion.number)).where(ProgrammeVersion.programme_id == programme.id)
    )
    version = ProgrammeVersion(
        id=new_id(),
        programme_id=programme.id,
        number=(last or 0) + 1,
        sha256=sha256,
        files=dict(files),
        published_at=clock.now(),
        published_by=actor_id,
    )
    db.session.add(version)
    db.session.flush()
    record(
        action="programme.published",
        actor_id=actor_id,
        programme=programme.slug,
        version=version.number,
        sha256=sha256,
    )
    return version


def _programme(definition: Definition) -> Programme:
    slug, title = definition.programme.slug, dict(definition.programme.title)
    programme = db.session.scalar(select(Programme).where(Programme.slug == slug))
    if programme is None:
        programme = Programme(id=new_id(), slug=slug, title=title)
        db.session.add(programme)
    programme.title = title
    db.session.flush()
    return programme


def latest_definition(slug: str) -> tuple[int, Definition]:
    """Number and definition of the newest published version; NotFound when there is none."""
    version = latest_version(slug)
    return version.number, definition_of(version.id)


def latest_version(slug: str) -> ProgrammeVersion:
    """The newest published version of a programme; NotFound when there is none."""
    version = db.session.scalar(
        select(ProgrammeVersion)
        .join(Programme)
        .where(Programme.slug == slug)
        .order_by(ProgrammeVersion.number.desc())
        .limit(1)
    )
    if version is None:
        raise NotFound
    return version
