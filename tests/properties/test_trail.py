"""Whoever forges the audit trail behind the back of its triggers is found, at the first row that he touched."""

import json
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from fundflow.audit import record, verify
from fundflow.platform import embedded
from fundflow.platform.db import db, transaction
from tests.conftest import migrated

ROWS = 12
NUMBERS = st.integers(1, ROWS)


@pytest.fixture(scope="module")
def trail(server_url, tmp_path_factory, app):
    """A throw-away database with a dozen sealed rows."""
    name = f"trail_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    own = migrated(server_url, name, tmp_path_factory.mktemp("trail"))
    with own.app_context():
        for number in range(ROWS):
            with transaction():
                record(action="test.noted", actor_id=None, number=number, name="Ëlira")
        yield own
        db.session.remove()
        db.engine.dispose()
    embedded.drop_database(server_url, name)


def forged(*statements):
    """What `verify` says after these statements, run as somebody who can switch triggers off; then undone."""
    connection = db.session.connection()
    try:
        connection.execute(text("set local session_replication_role = replica"))
        for statement, values in statements:
            connection.execute(text(statement), values)
        return verify()
    finally:
        db.session.rollback()


def row(seq):
    connection = db.session.connection()
    found = (
        connection.execute(text("select * from audit_event where seq = :seq"), {"seq": seq}).mappings().one()
    )
    db.session.rollback()
    return dict(found)


BOUNDED = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def test_an_honest_trail_holds(trail):
    assert verify() == (ROWS, None)


@BOUNDED
@given(
    seq=NUMBERS, word=st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=12)
)
def test_a_body_that_was_edited_is_found(trail, seq, word):
    body = json.loads(row(seq)["body"])
    body["data"]["name"] = f"{word}!"
    holds, fault = forged(
        (
            "update audit_event set body = :body, data = :data where seq = :seq",
            {"seq": seq, "body": json.dumps(body, sort_keys=True), "data": json.dumps(body["data"])},
        )
    )
    assert (holds, fault.seq, fault.what) == (seq - 1, seq, "its content does not match its hash")


@BOUNDED
@given(seq=st.integers(1, ROWS - 1))
def test_a_row_that_was_removed_is_found(trail, seq):
    holds, fault = forged(("delete from audit_event where seq = :seq", {"seq": seq}))
    assert (holds, fault.seq, fault.what) == (seq - 1, seq + 1, f"row {seq} is missing")


@BOUNDED
@given(first=NUMBERS, second=NUMBERS)
def test_two_rows_that_changed_places_are_found(trail, first, second):
    if first == second:
        return
    swap = "update audit_event set seq = :new where seq = :old"
    holds, fault = forged(
        (swap, {"old": first, "new": -1}),
        (swap, {"old": second, "new": first}),
        (swap, {"old": -1, "new": second}),
    )
    assert (holds, fault.seq) == (min(first, second) - 1, min(first, second))
    assert fault.what in {"it does not follow the row before it", "its content does not match its hash"}


@BOUNDED
@given(seq=NUMBERS)
def test_a_row_that_was_put_in_between_is_found(trail, seq):
    make_room = ("update audit_event set seq = seq + 1000 where seq >= :seq", {"seq": seq})
    close_up = ("update audit_event set seq = seq - 999 where seq > 1000", {})
    copy = """
        insert into audit_event (seq, body, at, action, actor_id, application_id, data, previous_hash, hash)
        select :seq, body, at, action, actor_id, application_id, data, previous_hash, hash
        from audit_event where seq = :like
    """
    insert = (copy, {"seq": seq, "like": 1000 + seq})
    holds, fault = forged(make_room, insert, close_up)
    assert holds <= seq
    assert fault.seq in {seq, seq + 1}


@BOUNDED
@given(
    seq=NUMBERS,
    change=st.sampled_from(
        [
            ("action = 'test.denied'", "its columns differ from its sealed body"),
            ("data = data || '{\"number\": 99}'", "its columns differ from its sealed body"),
            ("at = at + interval '1 second'", "its time differs from its sealed body"),
            ("actor_id = gen_random_uuid()", "its actor or case differs from its sealed body"),
            ("application_id = gen_random_uuid()", "its actor or case differs from its sealed body"),
            ("hash = repeat('0', 64)", "its content does not match its hash"),
            ("previous_hash = repeat('f', 64)", "it does not follow the row before it"),
        ]
    ),
)
def test_a_column_that_was_changed_is_found(trail, seq, change):
    how, what = change
    holds, fault = forged((f"update audit_event set {how} where seq = :seq", {"seq": seq}))
    assert (holds, fault.seq, fault.what) == (seq - 1, seq, what)


@BOUNDED
@given(
    statement=st.sampled_from(
        ["update audit_event set action = 'x'", "delete from audit_event", "truncate audit_event"]
    )
)
def test_the_triggers_refuse_everybody_else(trail, statement):
    connection = db.session.connection()
    with pytest.raises(Exception, match=r"audit|append"):
        connection.execute(text(statement))
    db.session.rollback()


def test_the_command_names_the_first_bad_row(trail):
    connection = db.session.connection()
    connection.execute(text("set session_replication_role = replica"))
    connection.execute(text("update audit_event set action = 'test.denied' where seq = 7"))
    db.session.commit()
    result = trail.test_cli_runner().invoke(args=["audit", "verify"])
    assert (result.exit_code, result.output.strip()) == (
        1, "Error: audit row 7: its columns differ from its sealed body (6 rows before it hold).",
    )  # fmt: skip
    connection = db.session.connection()
    connection.execute(text("update audit_event set action = 'test.noted' where seq = 7"))
    connection.execute(text("set session_replication_role = origin"))
    db.session.commit()
    assert "12 audit rows hold." in trail.test_cli_runner().invoke(args=["audit", "verify"]).output
