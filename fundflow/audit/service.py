"""Recording events and proving that none was changed, removed, inserted or swapped."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from fundflow.audit.models import AuditEvent
from fundflow.platform import clock
from fundflow.platform.db import before_commit, db

GENESIS = "0" * 64
_SEAL = insert(cast("Table", AuditEvent.__table__)).inline()


@dataclass(frozen=True)
class Fault:
    """The first row at which the chain no longer holds, and in what way."""

    seq: int
    what: str


def record(
    *,
    action: str,
    actor_id: uuid.UUID | None,
    application_id: uuid.UUID | None = None,
    **data: Any,
) -> None:
    """Note an event; it is sealed into the chain at the end of the current transaction.

    `data` holds plain values and never a person's answers: what must be erasable does not belong in an
    append-only table. No actor means the system itself.
    """
    session = db.session()
    if not session.info.get("writing"):
        raise RuntimeError("an audit event is recorded inside transaction() only")
    body = {
        "at": clock.now().isoformat(),
        "action": action,
        "actor_id": str(actor_id) if actor_id else None,
        "application_id": str(application_id) if application_id else None,
        "data": data,
    }
    session.info.setdefault("pending", []).append(
        json.dumps(body, sort_keys=True, ensure_ascii=False, default=str)
    )


@before_commit
def seal(session: Session) -> None:
    """Insert the pending events last of all, so that the chain's lock is held only for the commit."""
    pending = session.info.pop("pending", [])
    if pending:
        session.connection().execute(_SEAL, [{"body": body} for body in pending])


def _faults(row: AuditEvent, previous: str, expected_seq: int) -> Iterator[str]:
    if row.seq != expected_seq:
        yield f"row {expected_seq} is missing"
    if row.previous_hash != previous:
        yield "it does not follow the row before it"
    sealed = hashlib.sha256(f"{row.previous_hash}{row.seq}{row.body}".encode()).hexdigest()
    if row.hash != sealed:
        yield "its content does not match its hash"
    body = json.loads(row.body)
    if (row.action, row.data) != (body["action"], body["data"]):
        yield "its columns differ from its sealed body"
    if row.at != datetime.fromisoformat(body["at"]).astimezone(UTC):
        yield "its time differs from its sealed body"
    shown = [str(value) if value else None for value in (row.actor_id, row.application_id)]
    if shown != [body["actor_id"], body["application_id"]]:
        yield "its actor or case differs from its sealed body"


def verify() -> tuple[int, Fault | None]:
    """Walk the whole chain; return how many rows hold and the first fault, if there is one."""
    previous, count = GENESIS, 0
    query = select(AuditEvent).order_by(AuditEvent.seq).execution_options(yield_per=1000)
    with closing(db.session.scalars(query)) as rows:
        for row in rows:
            what = next(_faults(row, previous, count + 1), None)
            if what:
                return count, Fault(row.seq, what)
            previous, count = row.hash, count + 1
    return count, None
