"""The top bar's entries: rooms add their pages, each person sees the ones they may enter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app, request, url_for

from fundflow.web.actor import Person


@dataclass(frozen=True, slots=True)
class Item:
    """One entry; without a permission it is for everyone signed in, with `public` for everyone at all."""

    label: Any
    endpoint: str
    permission: str | tuple[str, ...] | None
    order: int
    public: bool


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as the page shows it."""

    label: str
    href: str
    current: bool


class Nav:
    """The registry; adding the same endpoint twice replaces the entry."""

    def __init__(self) -> None:
        self._items: dict[str, Item] = {}

    def add(
        self,
        label: Any,
        endpoint: str,
        permission: str | tuple[str, ...] | None = None,
        *,
        order: int = 50,
        public: bool = False,
    ) -> None:
        """Add an entry (label: a lazy string; lower `order` stands further left); one of its permissions suffices."""
        self._items[endpoint] = Item(label, endpoint, permission, order, public)

    def links(self, actor: Person | None) -> list[Link]:
        """The entries for this person, in order; an entry of a room this app does not hold is left out."""
        return [
            Link(str(item.label), url_for(item.endpoint), self._is_current(item))
            for item in sorted(self._items.values(), key=lambda item: (item.order, item.endpoint))
            if item.endpoint in current_app.view_functions and self._visible(item, actor)
        ]

    @staticmethod
    def _visible(item: Item, actor: Person | None) -> bool:
        if actor is None:
            return item.public
        wanted = (item.permission,) if isinstance(item.permission, str) else item.permission
        return wanted is None or any(actor.has(permission) for permission in wanted)

    @staticmethod
    def _is_current(item: Item) -> bool:
        path = url_for(item.endpoint)
        return request.path == path or (path != "/" and request.path.startswith(path.rstrip("/") + "/"))


nav = Nav()
