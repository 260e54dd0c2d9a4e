"""`flask programmes simulate`: walks random cases of a programme and says what they met."""

from __future__ import annotations

import json

import click

from fundflow.platform.errors import Invalid, NotFound
from fundflow.programmes import read_folder
from fundflow.programmes.authoring import folder_of
from fundflow.programmes.cli import group
from fundflow.simulation.walk import simulate


@group.command("simulate")
@click.argument("slug")
@click.option("--cases", type=click.IntRange(1, 1000), default=20, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed walks the same way.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
def simulate_command(slug: str, cases: int, seed: int, form: str) -> None:
    """Walk random cases as each role until they end; nothing is kept. Exit 1 when one got stuck."""
    try:
        tally = simulate(read_folder(folder_of(slug)), cases=cases, seed=seed)
    except NotFound as fault:
        raise click.ClickException(str(fault)) from None
    except Invalid as fault:
        raise click.ClickException(
            "\n".join(f"{at}: {words}" for at, words in fault.errors.items())
        ) from None
    click.echo(json.dumps(tally.plain(), indent=2) if form == "json" else "\n".join(tally.lines()))
    if tally.stuck:
        raise SystemExit(1)
