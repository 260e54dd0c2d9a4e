"""The ledger under pressure: what a line holds is given out once, and the database stands behind the service."""

import functools
import uuid

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from fundflow.documents import next_number
from fundflow.ledger import Entry, Posting, balances, post
from fundflow.platform import clock
from fundflow.platform.db import db, transaction
from fundflow.platform.errors import Refused
from fundflow.platform.money import Money
from tests.disbursement.office import call_of
from tests.races.crowd import at_once


def reserve(line_id, minor):
    return functools.partial(
        post, event="reserved", line_id=line_id, source="available", target="reserved",
        amount=Money(minor, "EUR"), actor_id=None,
    )  # fmt: skip


def test_fifty_reach_for_the_last_euro(office):
    line_id = call_of("startup_fund", line_minor=1_00).line_id
    answers = at_once(office, [reserve(line_id, 1_00) for _ in range(50)])
    assert [type(each) for each in answers if isinstance(each, Exception)] == [Refused] * 49
    assert [each.event for each in answers if isinstance(each, Posting)] == ["reserved"]
    assert balances(line_id) == {"agreement": -1_00, "available": 0, "reserved": 1_00}


def test_amounts_of_different_size_fill_the_line_and_never_pass_it(office):
    line_id = call_of("startup_fund", line_minor=100_00).line_id
    asked = [number * 37 % 1900 + 1 for number in range(1, 51)]
    answers = at_once(office, [reserve(line_id, minor) for minor in asked])
    given = [minor for minor, each in zip(asked, answers, strict=True) if isinstance(each, Posting)]
    refused = [minor for minor, each in zip(asked, answers, strict=True) if isinstance(each, Refused)]
    held = balances(line_id)
    assert held["reserved"] == sum(given)
    assert held["available"] == 100_00 - sum(given) >= 0
    assert len(given) + len(refused) == 50
    assert all(minor > held["available"] for minor in refused)
    total = select(func.sum(Entry.amount_minor)).where(Entry.line_id == line_id)
    assert db.session.scalar(total) == 0


def test_the_database_itself_refuses_to_overdraw(office):
    line_id = call_of("startup_fund", line_minor=10_00).line_id

    def behind_the_service():
        posting = Posting(event="forged", line_id=line_id, posted_at=clock.now())
        db.session.add(posting)
        db.session.flush()
        rows = [("available", -10_01), ("reserved", 10_01)]
        db.session.execute(
            insert(Entry),
            [
                {
                    "id": uuid.uuid4(), "posting_id": posting.id, "line_id": line_id, "account": account,
                    "amount_minor": minor, "currency": "EUR",
                }
                for account, minor in rows
            ],
        )  # fmt: skip

    with pytest.raises(IntegrityError, match="not_overdrawn"), transaction():
        behind_the_service()
    assert balances(line_id) == {"agreement": -10_00, "available": 10_00}


def test_a_posting_that_does_not_sum_to_nothing_is_refused(office):
    line_id = call_of("startup_fund", line_minor=10_00).line_id

    def half_of_it():
        posting = Posting(event="forged", line_id=line_id, posted_at=clock.now())
        db.session.add(posting)
        db.session.flush()
        half = Entry(
            posting_id=posting.id, line_id=line_id, account="reserved", amount_minor=5, currency="EUR"
        )
        db.session.add(half)

    with pytest.raises(DBAPIError), transaction():
        half_of_it()
    assert balances(line_id) == {"agreement": -10_00, "available": 10_00}


def test_numbers_have_no_gaps_and_no_doubles(office):

    def take(number):
        given = next_number("RACE", 2026)
        if number % 3 == 0:
            raise Refused(["changed their mind"])
        return given

    answers = at_once(office, [functools.partial(take, number) for number in range(50)])
    kept = sorted(each for each in answers if isinstance(each, str))
    assert kept == [f"RACE-2026-{number:04d}" for number in range(1, 34)]
