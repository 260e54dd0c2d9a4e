"""The commands that belong to no single room, and the list of those that do."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from typing import Any

import click
from flask import Flask
from flask.cli import ScriptInfo, pass_script_info, with_appcontext

from fundflow.applications.cli import group as applications_group
from fundflow.audit.cli import group as audit_group
from fundflow.demo.cli import group as demo_group
from fundflow.documents import RenderFault, require
from fundflow.platform import migrating, schema, worker
from fundflow.programmes.cli import group as programmes_group
from fundflow.simulation import cli as simulating

# These find out for themselves: migrating makes the tables, a check reads files alone.
WITHOUT_DATABASE = {
    "db",
    *(
        f"programmes {each}"
        for each in ("new", "check", "schema", "diagram", "preview", "guide", "untranslated")
    ),
}
_EXPLAINED = "_names_a_missing_database"


def setup_cli(app: Flask) -> None:
    """Add the commands to `flask --app wsgi`."""
    migrating.bind(app)
    app.cli.add_command(applications_group)
    app.cli.add_command(audit_group)
    app.cli.add_command(programmes_group)
    programmes_group.add_command(simulating.simulate_command)
    app.cli.add_command(demo_group)
    app.cli.add_command(run_worker)
    for name, command in app.cli.commands.items():
        _explain(command, name)


def _explain(command: click.Command, name: str) -> None:
    """Let a command, or each of a group, say in one sentence when the database is not there for it."""
    if name in WITHOUT_DATABASE:
        return
    if isinstance(command, click.Group):
        for part, each in command.commands.items():
            _explain(each, f"{name} {part}")
    elif command.callback and not hasattr(command.callback, _EXPLAINED):
        command.callback = _explained(command.callback)


def _explained(act: Callable[..., Any]) -> Callable[..., Any]:
    @with_appcontext
    @functools.wraps(act)
    def run(*args: Any, **kwargs: Any) -> Any:
        _require_database()
        try:
            return act(*args, **kwargs)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception:
            _require_database()  # the database may have gone while the command worked
            raise

    setattr(run, _EXPLAINED, True)
    return run


def _require_database() -> None:
    if fault := schema.fault():
        raise click.ClickException(str(fault))


@click.command("worker")
@click.option("--until-empty", is_flag=True, help="Stop when no job is left.")
@click.option(
    "--life", type=click.IntRange(1), default=worker.JOBS_PER_LIFE, show_default=True,
    help="Begin anew after so many jobs, so that memory stays flat.",
)  # fmt: skip
@pass_script_info
def run_worker(info: ScriptInfo, *, until_empty: bool, life: int) -> None:
    """Run background jobs: PDFs, mails, deadlines. Start as many processes as there are cores to spare."""
    try:
        require()
    except RenderFault as fault:
        raise click.ClickException(str(fault)) from fault
    if worker.run(info.load_app(), wait=not until_empty, life=life):
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - itself, under the same number
