"""`flask programmes new`, `schema`, `diagram`, `diff`: an author's tools beside checking and publishing."""

from __future__ import annotations

import json
from pathlib import Path

import click
from flask.cli import with_appcontext

from fundflow.platform.errors import Invalid, NotFound
from fundflow.programmes.authoring import changes, folder_of, sound
from fundflow.programmes.cli import group
from fundflow.programmes.loading import Definition
from fundflow.programmes.preview import preview_page
from fundflow.programmes.schemas import schemas
from fundflow.programmes.starting import start
from fundflow.workflow import diagram, drawing


@group.command("new")
@click.argument("slug")
@click.option(
    "--in", "parent", type=click.Path(path_type=Path), help="The folder to write into; else workflows/."
)
def new_command(slug: str, parent: Path | None) -> None:
    """Write a new programme's folder from a commented template that already works."""
    try:
        folder = start(slug, parent=parent)
    except Invalid as fault:
        raise click.ClickException("; ".join(map(str, fault.errors.values())) + ".") from None
    click.echo(
        f"{folder} is ready. Read programme.yaml first, then: flask --app wsgi programmes check {slug}"
    )


@group.command("schema")
@click.option(
    "--out", type=click.Path(path_type=Path), help="A folder for one file each; else all as one JSON."
)
def schema_command(out: Path | None) -> None:
    """The JSON Schema of every kind of file, for completion in an editor."""
    found = schemas()
    if out is None:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    out.mkdir(parents=True, exist_ok=True)
    for pattern, schema in found.items():
        name = pattern.removesuffix("/*.yaml").removesuffix(".yaml")
        (out / f"{name}.schema.json").write_text(
            json.dumps(schema, ensure_ascii=False, indent=2) + "\n", "utf-8"
        )
        click.echo(f"{pattern}: {out / name}.schema.json")


@group.command("diagram")
@click.argument("slug")
@click.option("--machine", default="application", help="Which machine: application, tranche, review ...")
@click.option("--format", "form", type=click.Choice(["mermaid", "svg"]), default="mermaid")
@click.option("--language", default="en")
def diagram_command(slug: str, machine: str, form: str, language: str) -> None:
    """Draw a programme's stages and moves, as text for Mermaid or as a picture."""
    definition = definition_of_folder(slug)
    if machine not in definition.machines:
        raise click.ClickException(
            f"{slug} has no machine {machine!r}; it has: {', '.join(definition.machines)}."
        )
    draw = drawing if form == "svg" else diagram
    click.echo(draw(definition.machines[machine].definition, language), nl=False)


@group.command("diff")
@click.argument("slug")
def diff_command(slug: str) -> None:
    """What publishing a programme's folder would change against its published version, in words."""
    new = definition_of_folder(slug)
    try:
        number, found = changes(new)
    except NotFound:
        raise click.ClickException(f"{slug} has not been published yet.") from None
    for change in found:
        click.echo(f"{change.where}: {change.words}")
    said = f"{len(found)} changes" if found else "No change"
    click.echo(f"{slug}: {said} against version {number}. Cases that run stay on their version.")


def definition_of_folder(slug: str) -> Definition:
    """The definition of a slug or path; its errors as words on the command line when it has any."""
    try:
        return sound(folder_of(slug))
    except NotFound as fault:
        raise click.ClickException(str(fault)) from None
    except Invalid as fault:
        for place, message in fault.errors.items():
            click.echo(f"{slug}/{place}: {message}", err=True)
        raise click.ClickException(f"{slug} has {len(fault.errors)} errors.") from None


@group.command("preview")
@click.argument("slug")
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="The folder to write the pages into."
)
@with_appcontext
def preview_command(slug: str, out: Path) -> None:
    """Write one page for each language: stages, forms empty and filled, letters, payments and follow-up."""
    definition = definition_of_folder(slug)
    out.mkdir(parents=True, exist_ok=True)
    for language in definition.programme.languages:
        path = out / f"{language}.html"
        path.write_text(preview_page(definition, language), encoding="utf-8")
        click.echo(f"{path} is written.")
