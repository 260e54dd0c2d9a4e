"""What a journey must leave behind: PDFs with the right words, figures in the ledger, a trail that holds."""

from __future__ import annotations

import io
import re
import uuid
from collections import Counter

import pypdf
from sqlalchemy import func, select

from fundflow import documents
from fundflow.audit import AuditEvent
from fundflow.audit.service import verify
from fundflow.ledger.models import Entry, Posting
from fundflow.platform.db import db
from tests.journeys.person import Person


def papers(person: Person, application_id: uuid.UUID) -> dict[str, list[str]]:
    """Letter -> the text of each PDF of a case, downloaded from its documents page as this person."""
    person.sign_in()
    person.open(f"/applications/{application_id}?view=documents")
    found: dict[str, list[str]] = {}
    for row in documents.of_application(application_id):
        link = person.page.locator(f'#main a[href="/documents/{row.id}.pdf"]')
        assert link.count() == 1, (row.letter, row.state, row.error)
        answer = person.context.request.get(f"/documents/{row.id}.pdf")
        assert answer.headers["content-type"] == "application/pdf"
        text = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(answer.body())).pages)
        assert row.number in text
        found.setdefault(row.letter, []).append(re.sub(r"\s+", " ", text))
    db.session.rollback()
    return found


def ledger(application_id: uuid.UUID) -> dict[str, int]:
    """Account -> what the postings of a case have put there, in minor units; accounts that come to nothing left out."""
    query = (
        select(Entry.account, func.sum(Entry.amount_minor))
        .join(Posting, Posting.id == Entry.posting_id)
        .where(Posting.application_id == application_id)
        .group_by(Entry.account)
    )
    found = {account: int(amount) for account, amount in db.session.execute(query) if amount}
    db.session.rollback()
    return found


def moves(application_id: uuid.UUID) -> Counter[str]:
    """Move -> how often the trail says it was made."""
    query = select(AuditEvent.data["move"].astext).where(
        AuditEvent.application_id == application_id, AuditEvent.action == "move"
    )
    found = Counter(db.session.scalars(query))
    db.session.rollback()
    return found


def trail_holds() -> bool:
    """Whether every link of the audit chain holds."""
    _count, fault = verify()
    db.session.rollback()
    return fault is None
