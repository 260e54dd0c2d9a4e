"""Reads of calls as anybody may see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from fundflow.platform import clock
from fundflow.platform.db import db
from fundflow.platform.errors import NotFound
from fundflow.programmes.loading import Definition
from fundflow.programmes.models import Call, Corrigendum
from fundflow.programmes.service import definition_of


@dataclass(frozen=True)
class PublicCall:
    """A call that people apply to, with its law and where it stands now: `coming`, `open` or `closed`."""

    call: Call
    definition: Definition
    state: str


def _state(call: Call) -> str:
    moment = clock.now()
    if call.opens_at > moment:
        return "coming"
    return "open" if call.closes_at is None or moment <= call.closes_at else "closed"


def _public(call: Call) -> PublicCall | None:
    definition = definition_of(call.version_id)
    return PublicCall(call, definition, _state(call)) if definition.programme.kind == "call" else None


def public_calls() -> Sequence[PublicCall]:
    """The calls that are open or will open, the next to close first; caseloads are not among them."""
    rows = db.session.scalars(
        select(Call)
        .where(
            Call.published_at.is_not(None),
            Call.cancelled_at.is_(None),
            or_(Call.closes_at.is_(None), Call.closes_at >= clock.now()),
        )
        .options(joinedload(Call.programme))
        .order_by(Call.closes_at.nulls_last(), Call.slug)
        .limit(60)
    ).all()
    return [found for row in rows if (found := _public(row)) is not None]


def public_call(slug: str) -> PublicCall:
    """A call that people apply to, open or not; NotFound for drafted, cancelled, unknown and caseload alike."""
    row = db.session.scalar(
        select(Call)
        .where(Call.slug == slug, Call.published_at.is_not(None), Call.cancelled_at.is_(None))
        .options(joinedload(Call.programme))
    )
    found = _public(row) if row is not None else None
    if found is None:
        raise NotFound
    return found


def corrigenda(call: Call) -> Sequence[Corrigendum]:
    """What was changed of a published call, the newest first."""
    return db.session.scalars(
        select(Corrigendum).where(Corrigendum.call_id == call.id).order_by(Corrigendum.number.desc())
    ).all()
