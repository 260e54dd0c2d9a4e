"""Who may reach a route: everyone, anyone signed in, or holders of a permission in any scope."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import Flask, current_app, request
from flask.sansio.app import App
from werkzeug.exceptions import Unauthorized

from fundflow.platform.errors import NotFound
from fundflow.web.actor import signed_in_actor

_KEY = "fundflow.access"


@dataclass(frozen=True, slots=True)
class Access:
    """A rule of entry; `permissions` lists what suffices, one of them being enough."""

    name: str
    permissions: tuple[str, ...] = ()

    def enforce(self) -> None:
        """Let the request pass, or raise Unauthorized (sign in first) or NotFound (no business here)."""
        if self is PUBLIC or self.name == PUBLIC.name:
            return
        actor = signed_in_actor()
        if actor is None:
            raise Unauthorized
        if self.permissions and not any(actor.has(permission) for permission in self.permissions):
            raise NotFound


PUBLIC = Access("public")
SIGNED_IN = Access("signed_in")


def permission(*permissions: str) -> Access:
    """Entry for whoever holds one of the permissions anywhere; the service then looks at the very object."""
    if not permissions:
        raise TypeError("name at least one permission")
    return Access(" | ".join(permissions), tuple(str(name) for name in permissions))


def declare(app: App, endpoint: str, methods: Iterable[str], access: Access) -> None:
    """Enter a route into the access table; Area does so itself, set-ups do it for a library's routes."""
    table = app.extensions.setdefault(_KEY, {})
    for method in methods:
        table[endpoint, method] = access


def table(app: Flask | None = None) -> dict[tuple[str, str], Access]:
    """Every declared (endpoint, method) with its rule, for the test against the reviewed list."""
    owner = app or current_app
    return dict(owner.extensions.get(_KEY, {}))


def undeclared(app: Flask) -> set[tuple[str, str]]:
    """The routes that no rule covers; must be empty."""
    known = table(app)
    return {
        (rule.endpoint, method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if (rule.endpoint, method) not in known
    }


def is_public() -> bool:
    """Whether the present request reached a public route."""
    return table().get((request.endpoint or "", request.method)) == PUBLIC
