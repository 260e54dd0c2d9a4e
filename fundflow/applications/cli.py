"""`flask applications import` takes applications in; `flask programmes migrate` takes cases to a new version."""

from __future__ import annotations

import getpass
import json
import sys
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fundflow.accounts import SYSTEM, Actor, load_actor, user_by_email
from fundflow.applications.importing import (
    FileFault,
    Mapping,
    MappingFault,
    Report,
    default_mapping,
    read_mapping,
    run,
)
from fundflow.applications.importing.submission import Manner
from fundflow.applications.service.migrating import Outcome, migrate, plan
from fundflow.applications.service.migration_map import MigrationMap, read_map
from fundflow.platform.db import db, transaction
from fundflow.platform.errors import Forbidden, Invalid, NotFound, Refused
from fundflow.programmes import Call, definition_of
from fundflow.programmes.cli import group as programmes_group

group = AppGroup("applications", help="Applications.")
SHOWN_EVERY = 100


@group.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--call", "slug", required=True, help="The call that the applications go into.")
@click.option(
    "--map", "map_file", type=click.Path(path_type=Path), help="Which column answers which question (YAML)."
)
@click.option(
    "--as", "email", help="Import in the name of this user, who must be allowed to; else as the system."
)
@click.option("--dry-run", is_flag=True, help="Try everything and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option(
    "--quiet-mails/--send-mails", default=True, help="Whether applicants get the mails of handing in."
)
@click.option("--receipts/--no-receipts", default=True, help="Whether a numbered receipt is issued for each.")
def import_command(
    file: Path, slug: str, map_file: Path | None, email: str | None, *, dry_run: bool, as_json: bool,
    quiet_mails: bool, receipts: bool,
) -> None:  # fmt: skip
    """Import applications from a JSON Lines, CSV or XLSX FILE; exit 1 when a row was refused, 2 when the file was.

    Each row is there whole or not at all, and a file can be imported again: what is there is left as it is.
    """
    try:
        call, actor = _call(slug), _actor(email)
        mapping = _mapping(call, map_file)
        report = run(
            actor=actor,
            call_id=call.id,
            path=file,
            mapping=mapping,
            manner=Manner(mails=not quiet_mails, letters=receipts, submission=mapping.submission),
            dry_run=dry_run,
            by=email or _operator(),
            progress=_progress,
        )
    except (FileFault, MappingFault, Forbidden) as fault:
        click.echo(f"Error: {fault}", err=True)
        sys.exit(2)
    click.echo(json.dumps(report.plain(), ensure_ascii=False, indent=2) if as_json else _told(report))
    sys.exit(1 if report.refused else 0)


def _call(slug: str) -> Call:
    call = db.session.scalar(select(Call).where(Call.slug == slug).options(joinedload(Call.programme)))
    if call is None:
        known = ", ".join(db.session.scalars(select(Call.slug).order_by(Call.slug))) or "none"
        raise FileFault(f"There is no call {slug}; calls are: {known}.")
    return call


def _actor(email: str | None) -> Actor:
    if email is None:
        return SYSTEM
    user = user_by_email(email)
    if user is None or not user.active:
        raise FileFault(f"Nobody signs in as {email}.")
    return load_actor(user.id)


def _mapping(call: Call, path: Path | None) -> Mapping:
    definition = definition_of(call.version_id)
    form = definition.forms[definition.programme.application_form]
    if path is None:
        return default_mapping(form)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise MappingFault(f"The mapping {path.name} cannot be read: {fault}.") from fault
    return read_mapping(text, path.name, form)


def _operator() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container without a name for the user's number
        return ""


def _progress(count: int) -> None:
    if count % SHOWN_EVERY == 0 and sys.stderr.isatty():
        click.echo(f"{count} rows ...", err=True)


def _told(report: Report) -> str:
    verb = "would be imported" if report.dry_run else "imported"
    lines = [f"  row {each['row']}: {each['reference'] or '-'}  {each['title']}" for each in report.imported]
    lines += [
        f"  row {each['row']}: there already ({each['reference'] or each['key']})" for each in report.present
    ]
    lines += [f"  {refusal}" for refusal in report.refused]
    if report.unused_columns:
        lines.append(f"  Columns that the mapping does not use: {', '.join(report.unused_columns)}.")
    lines.append(
        f"{report.rows} rows of {report.file}: {len(report.imported)} {verb}, {len(report.present)} there already, "
        f"{report.refused_rows} refused."
    )
    return "\n".join(lines)


@programmes_group.command("migrate")
@click.argument("slug")
@click.option("--map", "map_file", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--as", "email", help="In the name of this user, who must be allowed to; else as the system.")
@click.option("--dry-run", is_flag=True, help="Say what each case would become and write nothing.")
def migrate_command(slug: str, map_file: Path, email: str | None, *, dry_run: bool) -> None:
    """Move the cases that a map names to another version of their programme; all of them, or none."""
    try:
        actor = _actor(email)
        wanted = read_map(map_file.read_text(encoding="utf-8"), map_file.name)
        with transaction():
            outcomes = (plan if dry_run else migrate)(actor=actor, slug=slug, wanted=wanted)
    except Invalid as fault:
        raise click.ClickException("\n".join(f"{at}: {said}" for at, said in fault.errors.items())) from None
    except Refused as refusal:
        raise click.ClickException("Nothing was moved.\n" + "\n".join(map(str, refusal.reasons))) from None
    except (NotFound, Forbidden, FileFault, UnicodeDecodeError) as fault:
        raise click.ClickException(
            str(fault) or f"There is no programme {slug!r} that you may publish."
        ) from None
    for outcome in outcomes:
        click.echo(_becomes(outcome))
    click.echo(_counted(outcomes, wanted, dry_run=dry_run))
    sys.exit(1 if any(outcome.against for outcome in outcomes) else 0)


def _becomes(outcome: Outcome) -> str:
    rows = "; ".join(
        f"{row.kind} {row.stage}" + (f" -> {row.becomes}" if row.becomes != row.stage else "")
        for row in outcome.rows
    )
    return "\n".join([f"{outcome.name}: {rows}", *(f"  cannot: {why}" for why in outcome.against)])


def _counted(outcomes: list[Outcome], wanted: MigrationMap, *, dry_run: bool) -> str:
    against = sum(bool(outcome.against) for outcome in outcomes)
    verb = "would move" if dry_run else "moved"
    return (
        f"{len(outcomes) - against} cases {verb} from version {wanted.source} to {wanted.target}, "
        f"{against} cannot. All other cases stay as they are."
    )
