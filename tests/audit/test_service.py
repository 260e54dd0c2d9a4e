"""Noting events: only inside a transaction, gone with what is undone, and in the order in which they came."""

import json
import uuid

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from fundflow.audit import AuditEvent, record, verify
from fundflow.platform import clock
from fundflow.platform.db import db, savepoint, transaction

pytestmark = pytest.mark.usefixtures("session")


def noted():
    return db.session.scalars(
        select(AuditEvent).where(AuditEvent.action.startswith("test.")).order_by(AuditEvent.seq)
    ).all()


def test_an_event_belongs_to_a_transaction():
    with pytest.raises(RuntimeError, match=r"inside transaction\(\) only"):
        record(action="test.alone", actor_id=None)
    assert noted() == []


def test_columns_are_filled_from_what_was_sealed():
    actor, case = uuid.uuid4(), uuid.uuid4()
    with transaction():
        record(
            action="test.full",
            actor_id=actor,
            application_id=case,
            amount={"minor": 1, "currency": "EUR"},
            name="ë",
        )
        moment = clock.now()
    [row] = noted()
    assert (row.action, row.actor_id, row.application_id) == ("test.full", actor, case)
    assert row.data == {"amount": {"minor": 1, "currency": "EUR"}, "name": "ë"}
    assert abs((row.at - moment).total_seconds()) < 1
    assert json.loads(row.body)["data"] == row.data
    assert len(row.hash) == len(row.previous_hash) == 64


def test_each_row_follows_the_one_before_it():
    for number in range(3):
        with transaction():
            record(action=f"test.{number}", actor_id=None)
    rows = noted()
    assert [row.action for row in rows] == ["test.0", "test.1", "test.2"]
    assert [rows[1].previous_hash, rows[2].previous_hash] == [rows[0].hash, rows[1].hash]
    assert [row.seq for row in rows] == list(range(rows[0].seq, rows[0].seq + 3))
    assert verify()[1] is None


def note_and_fail(action):
    record(action=action, actor_id=None)
    raise ZeroDivisionError


def test_what_is_undone_leaves_no_event():
    with pytest.raises(ZeroDivisionError), transaction():
        note_and_fail("test.lost")
    assert noted() == []
    with transaction():
        record(action="test.before", actor_id=None)
        with pytest.raises(ZeroDivisionError), savepoint():
            note_and_fail("test.tried")
        record(action="test.after", actor_id=None)
    assert [row.action for row in noted()] == ["test.before", "test.after"]


@pytest.mark.parametrize("statement", [update(AuditEvent).values(action="test.denied"), delete(AuditEvent)])
def test_a_row_is_neither_changed_nor_removed(statement):
    with transaction():
        record(action="test.kept", actor_id=None)
    with pytest.raises(DBAPIError), transaction():
        db.session.execute(statement.execution_options(synchronize_session=False))
    assert [row.action for row in noted()] == ["test.kept"]
