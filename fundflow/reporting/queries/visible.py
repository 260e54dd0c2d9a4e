"""Visibility of rows that may belong to a case: mails, documents, events of the trail."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, exists, select

from fundflow.accounts import Actor, Permission
from fundflow.applications.models import Application, Recusal
from fundflow.applications.queries import visible_to


def on_visible_case(actor: Actor, permission: Permission, application_id: Any) -> ColumnElement[bool]:
    """The condition under which a row with that `application_id` column exists for an actor.

    Whose permission holds everywhere sees all rows, also those of no case, but none of a case he is recused from;
    whose permission is limited sees the rows of the cases it covers.
    """
    if actor.scopes(permission).everywhere:
        return ~exists().where(Recusal.application_id == application_id, Recusal.user_id == actor.user_id)
    covered: ColumnElement[bool] = application_id.in_(
        select(Application.id).where(visible_to(actor, permission, own=False))
    )
    return covered
