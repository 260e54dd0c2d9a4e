"""The person behind the request, as the accounts room knows them, looked up once per request."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, Protocol

from flask import Flask, current_app, g
from werkzeug.exceptions import Unauthorized

_KEY = "fundflow.actor"


class Person(Protocol):
    """What this floor needs to know of an actor; the full class stands in the accounts room."""

    @property
    def user_id(self) -> uuid.UUID | None: ...
    @property
    def name(self) -> str: ...
    @property
    def language(self) -> str: ...

    def has(self, permission: str) -> bool:
        """Whether any grant gives the permission, in any scope."""
        ...


Loader = Callable[[], Person | None]


def set_loader(app: Flask, loader: Loader) -> None:
    """Tell how to find the signed-in actor; the accounts room does this at start."""
    app.extensions[_KEY] = loader


def signed_in_actor() -> Any | None:
    """The actor of this request, or None when nobody is signed in."""
    if "actor" not in g:
        loader: Loader | None = current_app.extensions.get(_KEY)
        g.actor = loader() if loader else None
    return g.actor


def current_actor() -> Any:
    """The accounts Actor of this request; raises Unauthorized (which leads to sign-in) when there is none.

    Typed loosely, since this floor stands below accounts: `fundflow.accounts.current_actor` is typed.
    """
    actor = signed_in_actor()
    if actor is None:
        raise Unauthorized
    return actor


def forget_actor() -> None:
    """Drop the cached actor after sign-in, sign-out or a change of grants."""
    g.pop("actor", None)
