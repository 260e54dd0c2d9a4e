"""`flask user ...`: open accounts and hand out roles from the command line."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from fundflow.accounts import queries, scopes, service
from fundflow.accounts.actor import SYSTEM
from fundflow.accounts.models import LANGUAGES
from fundflow.accounts.roles import roles
from fundflow.platform.db import db, transaction
from fundflow.platform.errors import FundflowError, Invalid

users_cli = AppGroup("user", help="People who sign in, and their roles.")


@users_cli.command("create")
@click.argument("email")
@click.argument("name")
@click.option("--language", type=click.Choice(LANGUAGES), default="en")
@click.option("--role", "granted", multiple=True, help="A role held everywhere; may be repeated.")
@click.password_option(help="Asked for when left out.")
def create(email: str, name: str, language: str, granted: tuple[str, ...], password: str) -> None:
    """Open a confirmed account for EMAIL."""
    try:
        with transaction():
            user = service.create_user(SYSTEM, email=email, name=name, language=language, password=password)
            for role in granted:
                service.grant_role(SYSTEM, user_id=user.id, role=role)
    except FundflowError as fault:
        raise _refusal(fault) from None
    click.echo(f"{user.email} can sign in.")


@users_cli.command("grant")
@click.argument("email")
@click.argument("role")
@click.option("--scope", default="platform", help="platform (everywhere), or kind:id such as call:0190...")
def grant(email: str, role: str, scope: str) -> None:
    """Give ROLE to the person of EMAIL."""
    user = queries.user_by_email(email)
    if user is None:
        raise click.ClickException(f"Nobody has an account with the address {email}.")
    try:
        kind, scope_id = scopes.read(scope)
        with transaction():
            service.grant_role(SYSTEM, user_id=user.id, role=role, scope_kind=kind, scope_id=scope_id)
    except ValueError:
        raise click.ClickException(f"{scope} is no scope: write platform, or kind:id.") from None
    except Invalid as fault:
        known = f" Known roles: {', '.join(sorted(roles()))}." if "role" in fault.errors else ""
        raise click.ClickException(f"{_refusal(fault).message}{known}") from None
    click.echo(f"{user.email} is {role} ({scope}).")


@users_cli.command("list")
def list_users() -> None:
    """Print everybody with their roles."""
    for user in db.session.scalars(queries.people()):
        held = ", ".join(
            f"{g.role} ({g.scope_kind}{f':{g.scope_id}' if g.scope_id else ''})" for g in user.grants
        )
        state = "" if user.active else "  closed"
        click.echo(f"{user.email:<40} {user.name:<30} {held}{state}")


def _refusal(fault: FundflowError) -> click.ClickException:
    sentences = fault.errors.values() if isinstance(fault, Invalid) else [fault]
    return click.ClickException(" ".join(str(sentence) for sentence in sentences))
