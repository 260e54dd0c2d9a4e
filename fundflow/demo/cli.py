"""`flask demo run` and `flask demo sign-ins`."""

from __future__ import annotations

import time

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import select

from fundflow.accounts import roles
from fundflow.applications.models import Application
from fundflow.demo.papers import papers_of, save_papers
from fundflow.demo.story import data, run
from fundflow.platform.db import db
from fundflow.platform.wording import pick

group = AppGroup("demo", help="The demo office.")
PASSWORD = "fundflow-demo-office"  # noqa: S105 - printed on purpose; the command refuses to run outside the demo


@group.command("run")
def run_command() -> None:
    """Fill the demo office and take its cases through every stage, by the services that the web uses."""
    _require_demo()
    began = time.monotonic()
    stories = run(password=PASSWORD, say=click.echo)
    for cases in stories.values():
        for case in cases.values():
            row = case.row()
            click.echo(
                f"\n{row.reference or '(draft)'}  {row.title or row.applicant_name}: {' > '.join(case.stages)}"
            )
            for number, title, path in save_papers(row.id):
                click.echo(f"    {number:<24} {title:<42} {path}")
    closed = db.session.scalars(select(Application.id).where(Application.closed_at.is_not(None))).all()
    seconds = time.monotonic() - began
    click.echo(
        f"\n{len(closed)} cases have come to their end; {papers_of(None)} PDFs issued; {seconds:.0f} s."
    )


@group.command("sign-ins")
def sign_ins_command() -> None:
    """One sign-in per role."""
    _require_demo()
    labels, seen = roles(), set()
    click.echo(f"Password of everybody: {PASSWORD}")
    for person in data("office")["people"].values():
        held = ", ".join(pick(labels[role].label, "en") for role in person.get("roles", ()))
        if held not in seen or not held:
            click.echo(f"  {held or 'Applicant or beneficiary':<28} {person['email']:<30} {person['name']}")
        seen.add(held)


def _require_demo() -> None:
    if not current_app.config["DEMO"]:
        raise click.ClickException("The demo office is filled only with FUNDFLOW_ENVIRONMENT=demo.")
