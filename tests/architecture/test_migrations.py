"""The schema that migrations build is the one that the models describe, and nothing else."""

import os

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from fundflow.platform import embedded, migrating, schema
from fundflow.platform.db import db
from fundflow.platform.locate import locate
from tests.conftest import migrated

FOREIGN = ("procrastinate_",)


def ours(_object, name, kind, _reflected, _compare_to):
    return kind not in {"table", "index"} or not str(name).startswith(FOREIGN)


def test_one_way_leads_to_the_newest_schema():
    script = ScriptDirectory(str(locate("migrations")))
    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1


def test_the_pages_know_the_newest_schema_without_alembic():
    assert schema.wanted() == ScriptDirectory(str(locate("migrations"))).get_current_head()


def test_migrations_and_models_agree(server_url, tmp_path):
    name = f"schema_{os.getpid()}"
    fresh = migrated(server_url, name, tmp_path)
    try:
        with fresh.app_context():
            migrating.upgrade(fresh)  # a second time: nothing happens
            with db.engine.connect() as connection:
                options = {"compare_type": True, "include_object": ours}
                context = MigrationContext.configure(connection, opts=options)
                assert compare_metadata(context, db.metadata) == []
            db.engine.dispose()
    finally:
        embedded.drop_database(server_url, name)
