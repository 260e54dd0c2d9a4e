"""What a supervisor is told."""

from __future__ import annotations

from pages import Person

from fundflow.platform import schema
from fundflow.platform.db import db


def test_the_process_is_alive(person: Person):
    assert person.get("/healthz").json == {"status": "ok"}


def test_it_is_ready_with_its_own_schema(person: Person):
    ready = person.get("/readyz")
    assert (ready.status_code, ready.json) == (
        200,
        {"status": "ok", "checks": {"database": "ok", "schema": "ok"}},
    )


def test_it_is_not_ready_with_another_schema(site, person: Person):
    with site.app_context():
        db.session.connection().exec_driver_sql("update alembic_version set version_num = 'other'")
        db.session.commit()
    ready = person.get("/readyz")
    assert ready.status_code == 503
    assert ready.json["checks"] == {"database": "ok", "schema": "newer than what this version needs"}
    assert schema.wanted() is not None
