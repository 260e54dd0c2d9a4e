"""Posting: what it writes, what it says when it refuses, and what the trail keeps of it."""

import uuid

import pytest
from sqlalchemy import select

from fundflow.audit import AuditEvent
from fundflow.ledger import Entry, Posting, balances, fund_line, open_fund, post
from fundflow.platform.db import db, transaction
from fundflow.platform.errors import NotFound, Refused
from fundflow.platform.money import Money

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def line(session):
    with transaction():
        fund = open_fund(code="F-TEST", title="Fund", donor="Donor", currency="EUR")
        return fund_line(actor_id=None, fund=fund, code="L-TEST", title="Line", amount_minor=1_000_00)


def reserve(line, minor, **more):
    with transaction():
        return post(
            event="reserved", line_id=line.id, source="available", target="reserved", amount=Money(minor, "EUR"),
            actor_id=None, **more,
        )  # fmt: skip


def entries(posting):
    rows = db.session.scalars(
        select(Entry).where(Entry.posting_id == posting.id).order_by(Entry.amount_minor)
    )
    return [(row.account, row.amount_minor, row.currency) for row in rows]


def test_a_line_begins_with_its_part_of_the_agreement(line):
    assert balances(line.id) == {"agreement": -1_000_00, "available": 1_000_00}
    [posting] = db.session.scalars(select(Posting).where(Posting.line_id == line.id))
    assert (posting.event, posting.journal) == ("line_opened", "budget")


def test_a_posting_has_two_sides_and_names_its_paper(line):
    subject = uuid.uuid4()
    posting = reserve(line, 250_00, subject=("tranche", subject), document="SUF-2026-0001")
    assert entries(posting) == [("available", -250_00, "EUR"), ("reserved", 250_00, "EUR")]
    assert (posting.subject_kind, posting.subject_id, posting.document) == (
        "tranche",
        subject,
        "SUF-2026-0001",
    )
    assert balances(line.id) == {"agreement": -1_000_00, "available": 750_00, "reserved": 250_00}


def test_a_refusal_says_what_there_is_and_what_was_asked(line):
    with pytest.raises(Refused) as refusal:
        reserve(line, 1_000_01)
    assert [str(reason) for reason in refusal.value.reasons] == [
        "Budget line L-TEST holds €1,000.00 as available; €1,000.01 were asked for."
    ]
    assert balances(line.id)["available"] == 1_000_00


def test_the_last_cent_can_be_reserved(line):
    reserve(line, 1_000_00)
    assert balances(line.id)["available"] == 0
    with pytest.raises(Refused):
        reserve(line, 1)


def test_a_line_that_does_not_exist(line):
    with pytest.raises(NotFound), transaction():
        post(event="reserved", line_id=uuid.uuid4(), source="available", target="reserved", amount=Money(1, "EUR"),
             actor_id=None)  # fmt: skip


def test_the_trail_keeps_every_posting(line):
    posting = reserve(line, 5_00)
    events = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "ledger.reserved")).all()
    [event] = [each for each in events if each.data["posting"] == str(posting.id)]
    assert (event.data["line"], event.data["source"], event.data["target"], event.data["amount"]) == (
        "L-TEST", "available", "reserved", {"minor": 5_00, "currency": "EUR"},
    )  # fmt: skip
