"""`flask audit verify`: proves the trail, or names the first bad row."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from fundflow.audit.service import verify

group = AppGroup("audit", help="The audit trail.")


@group.command("verify")
def verify_command() -> None:
    """Check every link of the hash chain; exit 1 and name the first bad row."""
    count, fault = verify()
    if fault:
        raise click.ClickException(f"audit row {fault.seq}: {fault.what} ({count} rows before it hold).")
    click.echo(f"{count} audit rows hold.")
