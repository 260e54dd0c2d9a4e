"""The audit trail for auditors: narrowed by case, person, action and period, newest first."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, or_, select

from fundflow.accounts import Actor, Permission, User
from fundflow.applications.models import Application
from fundflow.audit import AuditEvent
from fundflow.platform.db import db
from fundflow.reporting.queries.visible import on_visible_case

RECENT = 5000  # events among which the offered actions are looked up
BATCH = 1000


@dataclass(frozen=True, slots=True)
class TrailFilters:
    """What the trail is narrowed to; `until` is the last day included."""

    case: str = ""
    person: str = ""
    action: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def any(self) -> bool:
        """Whether anything is left out."""
        return bool(self.case or self.person or self.action or self.since or self.until)


def read_filters(given: Mapping[str, str]) -> TrailFilters:
    """The filters of an address; anything odd counts as not given."""
    return TrailFilters(
        case=given.get("case", "").strip()[:60],
        person=given.get("person", "").strip()[:120],
        action=given.get("action", "").strip()[:60],
        since=_day(given.get("since", "")),
        until=_day(given.get("until", "")),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def events(actor: Actor, filters: TrailFilters, zone: ZoneInfo) -> Select[*tuple[Any, ...]]:
    """Event, person's name and case's reference; days begin and end in `zone`."""
    query: Select[*tuple[Any, ...]] = (
        select(AuditEvent, User.name, Application.reference)
        .outerjoin(User, User.id == AuditEvent.actor_id)
        .outerjoin(Application, Application.id == AuditEvent.application_id)
        .where(on_visible_case(actor, Permission.AUDIT_READ, AuditEvent.application_id))
        .order_by(AuditEvent.seq.desc())
    )
    if filters.case:
        query = query.where(_of_case(filters.case))
    if filters.person:
        query = query.where(
            or_(
                User.name.icontains(filters.person, autoescape=True),
                User.email.icontains(filters.person, autoescape=True),
            )
        )
    if filters.action:
        query = query.where(AuditEvent.action.startswith(filters.action, autoescape=True))
    if filters.since:
        query = query.where(AuditEvent.at >= _midnight(filters.since, zone))
    if filters.until:
        query = query.where(AuditEvent.at < _midnight(filters.until + timedelta(days=1), zone))
    return query


def _of_case(text: str) -> Any:
    try:
        return AuditEvent.application_id == uuid.UUID(text)
    except ValueError:
        return Application.reference.istartswith(text, autoescape=True)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def actions() -> Sequence[str]:
    """The actions of late, for the filter to offer."""
    recent = select(AuditEvent.action).order_by(AuditEvent.seq.desc()).limit(RECENT).subquery()
    return sorted(db.session.scalars(select(recent.c.action).distinct()))


def rows(actor: Actor, filters: TrailFilters, zone: ZoneInfo) -> Iterator[Sequence[str]]:
    """The trail under the filters as rows of a table with its heading, oldest first, read by a cursor."""
    yield ("number", "at", "action", "person", "person_id", "case", "case_id", "data", "hash")
    query = events(actor, filters, zone).order_by(None).order_by(AuditEvent.seq)
    for event, name, reference in db.session.execute(query.execution_options(yield_per=BATCH)):
        yield (
            str(event.seq),
            event.at.isoformat(),
            event.action,
            name or "",
            str(event.actor_id or ""),
            reference or "",
            str(event.application_id or ""),
            json.dumps(event.data, ensure_ascii=False, sort_keys=True),
            event.hash,
        )
