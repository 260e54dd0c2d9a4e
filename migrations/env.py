"""Alembic's way in: the metadata of all rooms, on the application's own engine."""

from __future__ import annotations

import click
from alembic import context
from flask import current_app

from fundflow.platform import schema
from fundflow.platform.db import db

config = context.config

# Procrastinate owns its tables; they come with its own schema file.
FOREIGN = "procrastinate_"


def _ours(_object, name, kind, _reflected, _compare_to):
    return not (name or "").startswith(FOREIGN) if kind in {"table", "index"} else True


def run() -> None:
    """Migrate on one connection, the whole chain in one transaction; a database that cannot be is named."""
    fault = schema.fault()
    if fault and fault.kind in {"unreachable", "newer"}:
        raise click.ClickException(str(fault))
    with db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            include_object=_ours,
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
