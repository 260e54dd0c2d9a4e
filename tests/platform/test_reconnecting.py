"""A database that was started anew: the next request is answered, and asks nothing that counts as a statement."""

from __future__ import annotations

import psycopg
from sqlalchemy import event, text

from fundflow.platform.db import db


def end_connections(app, server_url):
    """End every connection to the database of the tests, as a restart does; returns how many there were."""
    with app.app_context():
        name = db.engine.url.database
    with psycopg.connect(server_url, autocommit=True) as admin:
        ended = admin.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s and pid <> pg_backend_pid()",
            [name],
        ).fetchall()
    return len(ended)


def test_the_first_request_after_a_restart_is_answered(app, server_url):
    client = app.test_client()
    assert client.get("/").status_code == 200
    assert end_connections(app, server_url) > 0
    assert [client.get("/").status_code for _ in range(3)] == [200, 200, 200]


def test_asking_whether_a_connection_stands_is_no_statement(app):
    statements = []

    def note(_connection, _cursor, statement, *_more):
        statements.append(statement)

    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", note)
        try:
            for _again in range(2):
                with db.engine.connect() as connection:
                    connection.execute(text("select 1"))
        finally:
            event.remove(db.engine, "before_cursor_execute", note)
    assert statements == ["select 1", "select 1"]
