"""Reads of providers and referrals."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from fundflow.accounts import Actor, Permission
from fundflow.applications.models import Answers, Application, FormEntry
from fundflow.applications.queries import visible_to
from fundflow.audit import AuditEvent
from fundflow.platform.db import db
from fundflow.platform.errors import NotFound
from fundflow.programmes import Call
from fundflow.referrals.models import Provider, Referral

OPENED = "referral.opened"


def referrals_of(application_id: uuid.UUID) -> Sequence[Referral]:
    """The referrals of a case, in the order in which they were opened."""
    return db.session.scalars(
        select(Referral).where(Referral.application_id == application_id).order_by(Referral.number)
    ).all()


def get_referral(actor: Actor, referral_id: uuid.UUID) -> tuple[Referral, Application, Provider | None]:
    """A referral on a case whose referrals the actor may read; NotFound for hidden and missing alike."""
    found = db.session.execute(
        select(Referral, Application, Provider)
        .join(Application, Application.id == Referral.application_id)
        .outerjoin(Provider, Provider.id == Referral.provider_id)
        .where(Referral.id == referral_id, visible_to(actor, Permission.REFERRAL_READ, own=False))
        .options(joinedload(Application.call).joinedload(Call.programme))
    ).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1], found[2]


def providers_by_id(ids: Iterable[uuid.UUID | None]) -> Mapping[uuid.UUID | None, Provider]:
    """The providers of these ids, in one query."""
    wanted = {each for each in ids if each is not None}
    rows = db.session.scalars(select(Provider).where(Provider.id.in_(wanted))) if wanted else ()
    return {row.id: row for row in rows}


def choosable(keep: uuid.UUID | None = None) -> Sequence[Provider]:
    """The providers that one may be sent to, by name; and the one that is chosen already."""
    return db.session.scalars(
        select(Provider).where(Provider.active | (Provider.id == keep)).order_by(Provider.name, Provider.id)
    ).all()


def providers() -> Sequence[tuple[Provider, int]]:
    """The register with the number of referrals of each, those the office works with first."""
    many = func.count(Referral.id)
    rows = db.session.execute(
        select(Provider, many)
        .outerjoin(Referral, Referral.provider_id == Provider.id)
        .group_by(Provider.id)
        .order_by(Provider.active.desc(), Provider.name, Provider.id)
    ).all()
    return [(row[0], row[1]) for row in rows]


def get_provider(provider_id: uuid.UUID, *, lock: bool = False) -> Provider:
    """A provider by its id; raises NotFound."""
    query = select(Provider).where(Provider.id == provider_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound
    return found


def openings(row: Referral) -> Sequence[datetime]:
    """When the links of a referral were opened, newest first."""
    return db.session.scalars(
        select(AuditEvent.at)
        .where(
            AuditEvent.application_id == row.application_id,
            AuditEvent.action == OPENED,
            AuditEvent.data["referral"].astext == str(row.id),
        )
        .order_by(AuditEvent.seq.desc())
    ).all()


def filled(row: Referral) -> list[tuple[FormEntry, dict[str, Any]]]:
    """The forms that came with the steps of a referral, newest first, with their answers; two queries."""
    entries = db.session.scalars(
        select(FormEntry)
        .where(FormEntry.subject_kind == "referral", FormEntry.subject_id == row.id)
        .order_by(FormEntry.submitted_at.desc(), FormEntry.id.desc())
    ).all()
    given: dict[uuid.UUID, dict[str, Any]] = {entry.id: {} for entry in entries}
    for part in db.session.scalars(select(Answers).where(Answers.entry_id.in_(given))) if given else ():
        given[part.entry_id].update(part.data)
    return [(entry, given[entry.id]) for entry in entries]


def history(row: Referral) -> Sequence[AuditEvent]:
    """The moves of a referral, newest first."""
    return db.session.scalars(
        select(AuditEvent)
        .where(
            AuditEvent.application_id == row.application_id,
            AuditEvent.action == "move",
            AuditEvent.data["subject"].astext == str(row.id),
        )
        .order_by(AuditEvent.seq.desc())
    ).all()
