"""The commands that belong to no single room, and the list of those that do."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import with_appcontext

from fundflow.applications.cli import group as applications_group
from fundflow.audit.cli import group as audit_group
from fundflow.demo.cli import group as demo_group
from fundflow.platform import jobs
from fundflow.programmes.cli import group as programmes_group


def setup_cli(app: Flask) -> None:
    """Add the commands to `flask --app wsgi`."""
    app.cli.add_command(applications_group)
    app.cli.add_command(audit_group)
    app.cli.add_command(programmes_group)
    app.cli.add_command(demo_group)
    app.cli.add_command(worker)


@click.command("worker")
@click.option("--until-empty", is_flag=True, help="Stop when no job is left.")
@with_appcontext
def worker(*, until_empty: bool) -> None:
    """Run background jobs: PDFs, mails, deadlines. Start as many processes as there are cores to spare."""
    jobs.run_worker(wait=not until_empty)
