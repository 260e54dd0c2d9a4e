"""Programmes that were sent in as a zip: kept, looked at, then published or discarded."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import undefer

from fundflow.accounts import Actor, Permission
from fundflow.audit import record
from fundflow.platform import clock
from fundflow.platform.db import db, lock
from fundflow.platform.errors import Conflict, Forbidden, Invalid, NotFound
from fundflow.platform.ids import new_id
from fundflow.platform.strict_yaml import YamlFault, load
from fundflow.programmes.loading import digest
from fundflow.programmes.models import Programme, ProgrammeDraft, ProgrammeVersion
from fundflow.programmes.parcels import unpack
from fundflow.programmes.service import publish


def send_in(*, actor: Actor, parcel: bytes) -> ProgrammeDraft:
    """Keep the files of a zip as the draft of the programme that they name; an earlier draft of it is replaced.

    A draft may be full of faults, but says which programme it is. Raises Invalid at `parcel`, Forbidden.
    """
    files = unpack(parcel)
    slug = _slug(files)
    _require(actor, slug)
    lock(f"draft:{slug}")
    row = db.session.scalar(
        select(ProgrammeDraft).where(ProgrammeDraft.slug == slug).options(undefer(ProgrammeDraft.files))
    )
    if row is None:
        row = ProgrammeDraft(id=new_id(), slug=slug)
        db.session.add(row)
    row.files, row.sha256 = files, digest(files)
    row.sent_at, row.sent_by = clock.now(), actor.user_id
    db.session.flush()
    record(action="programme.sent_in", actor_id=actor.user_id, programme=slug, sha256=row.sha256)
    return row


def _slug(files: Mapping[str, str]) -> str:
    try:
        content = load(files["programme.yaml"], "programme.yaml")
    except YamlFault as fault:
        raise Invalid({"parcel": str(fault)}) from None
    slug = content.get("slug") if isinstance(content, dict) else None
    if (
        not isinstance(slug, str)
        or not slug.replace("_", "a").isalnum()
        or not slug.isascii()
        or len(slug) > 59
    ):
        raise Invalid({"parcel": _("programme.yaml does not say which programme it is (`slug`).")})
    return slug


def _require(actor: Actor, slug: str) -> None:
    """A programme that exists may be published by its managers, a new one by those of the whole office."""
    programme_id = db.session.scalar(select(Programme.id).where(Programme.slug == slug))
    if not actor.may(Permission.PROGRAMME_PUBLISH, programme_id=programme_id):
        raise Forbidden(_("Your role does not publish this programme."))


def draft(draft_id: uuid.UUID) -> ProgrammeDraft:
    """One draft with its files; NotFound."""
    row = db.session.scalar(
        select(ProgrammeDraft).where(ProgrammeDraft.id == draft_id).options(undefer(ProgrammeDraft.files))
    )
    if row is None:
        raise NotFound
    return row


def publish_draft(*, actor: Actor, draft_id: uuid.UUID, sha256: str) -> ProgrammeVersion:
    """Publish what was looked at; Conflict when another was sent in since, Invalid with the checker's errors."""
    row = draft(draft_id)
    _require(actor, row.slug)
    if row.sha256 != sha256:
        raise Conflict(_("Another draft of this programme was sent in since."), current=row.sha256)
    version = publish(actor_id=actor.user_id, files=row.files)
    db.session.delete(row)
    db.session.flush()
    return version


def discard(*, actor: Actor, draft_id: uuid.UUID) -> None:
    """Throw a draft away; its arrival stays in the trail."""
    row = draft(draft_id)
    _require(actor, row.slug)
    db.session.delete(row)
    record(action="programme.discarded", actor_id=actor.user_id, programme=row.slug, sha256=row.sha256)
    db.session.flush()
