"""`flask programmes check` and `publish`: every mistake with file and line before it becomes law."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import click
from flask.cli import AppGroup

from fundflow.platform.db import transaction
from fundflow.platform.errors import Invalid
from fundflow.platform.locate import locate
from fundflow.programmes.authoring import check_folder, errors_of, report
from fundflow.programmes.guide import written
from fundflow.programmes.loading import compiled, folders, read_folder
from fundflow.programmes.service import publish
from fundflow.programmes.untranslated import untranslated

group = AppGroup("programmes", help="Programme definitions.")


@group.command("check")
@click.argument("which", nargs=-1)
@click.option("--strict", is_flag=True, help="Warnings fail too.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="json is for editors."
)
def check_command(which: tuple[str, ...], *, strict: bool, form: str) -> None:
    """Check programmes by slug or folder (all without one); exit 1 on errors."""
    found = {path: check_folder(path) for path in _paths(which)}
    if form == "json":
        click.echo(
            json.dumps([report(path, each) for path, each in found.items()], ensure_ascii=False, indent=2)
        )
    for path, findings in found.items() if form == "text" else ():
        for finding in findings:
            click.echo(f"{path.name}/{finding}")
        errors = errors_of(findings)
        click.echo(f"{path.name}: {errors} errors, {len(findings) - errors} warnings.")
    if any(errors_of(each) or (strict and each) for each in found.values()):
        raise SystemExit(1)


@group.command("publish")
@click.argument("which", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Publish every programme of the folder.")
def publish_command(which: tuple[str, ...], *, everything: bool) -> None:
    """Publish programmes as their next version; unchanged ones stay as they are."""
    if not which and not everything:
        raise click.UsageError("Name a programme, or say --all.")
    for path in _paths(() if everything else which):
        try:
            with transaction():
                version = publish(actor_id=None, files=read_folder(path))
        except Invalid as fault:
            for place, message in fault.errors.items():
                click.echo(f"{path.name}/{place}: {message}", err=True)
            raise click.ClickException(f"{path.name} was not published.") from None
        click.echo(f"{path.name}: version {version.number} ({version.sha256[:12]}).")


@group.command("untranslated")
@click.argument("which", nargs=-1)
@click.option("--language", "languages", multiple=True, help="A language to look for; else those declared.")
def untranslated_command(which: tuple[str, ...], *, languages: tuple[str, ...]) -> None:
    """List each wording that lacks a language, with file and line; exit 1 when there is one."""
    count = 0
    for path in _paths(which):
        read = read_folder(path)
        for gap in untranslated(read, languages or compiled(read).programme.languages):
            click.echo(f"{path.name}/{gap}")
            count += 1
    click.echo(f"{count} wordings are not translated.")
    if count:
        raise SystemExit(1)


@group.command("guide")
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit 1 when the guide lags behind.")
def guide_command(*, only_check: bool) -> None:
    """Write the reference part of the author's guide, workflows/README.md, from the models and the named rules."""
    path = locate("workflows") / "README.md"
    old = path.read_text("utf-8")
    new = written(old, group.commands)
    if new == old:
        click.echo(f"{path.name} says what the programme format is.")
    elif only_check:
        raise click.ClickException(
            f"{path.name} lags behind; write it with `flask --app wsgi programmes guide`."
        )
    else:
        path.write_text(new, "utf-8")
        click.echo(f"{path.name} is written.")


def _paths(which: tuple[str, ...]) -> Iterable[Path]:
    known = folders()
    if not which:
        return known.values()
    found = []
    for name in which:
        path = known.get(name) or Path(name)
        if not (path / "programme.yaml").is_file():
            raise click.ClickException(f"There is no programme {name!r}; known are: {', '.join(known)}.")
        found.append(path)
    return found
