"""The top bar's entries: rooms add their pages, each person sees the ones they may enter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import current_app, request

from fundflow.web.actor import Person

DIRECT = 5  # so many entries stand in the bar beside each other; of more, the last place is "More"


@dataclass(frozen=True, slots=True)
class Item:
    """One entry; without a permission it is for everyone signed in, with `public` for everyone at all.

    `when` asks more about a person who is signed in and may enter: an entry that leads to nothing is noise.
    """

    label: Any
    endpoint: str
    permission: str | tuple[str, ...] | None
    order: int
    public: bool
    when: Callable[[Any], bool] | None


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as the page shows it."""

    label: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """The entries of one person: those in the bar, and those behind "More"."""

    direct: tuple[Link, ...]
    more: tuple[Link, ...]

    @property
    def links(self) -> tuple[Link, ...]:
        """All entries in order."""
        return self.direct + self.more


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
        when: Callable[[Any], bool] | None = None,
    ) -> None:
        """Add an entry (label: a lazy string; lower `order` stands further left); one of its permissions suffices."""
        self._items[endpoint] = Item(label, endpoint, permission, order, public, when)

    def bar(self, actor: Person | None) -> Bar:
        """The entries for this person, the later ones behind "More" when they are many."""
        links = tuple(self.links(actor))
        direct = len(links) if len(links) <= DIRECT else DIRECT - 1
        return Bar(links[:direct], links[direct:])

    def links(self, actor: Person | None) -> list[Link]:
        """The entries for this person, in order; an entry of a room this app does not hold is left out."""
        views, url_for = current_app.view_functions, current_app.extensions["fundflow.url_for"]
        shown = [
            (item, url_for(item.endpoint))
            for item in sorted(self._items.values(), key=lambda item: (item.order, item.endpoint))
            if item.endpoint in views and self._visible(item, actor)
        ]
        return [Link(str(item.label), path, _is_current(path)) for item, path in shown]

    @staticmethod
    def _visible(item: Item, actor: Person | None) -> bool:
        if actor is None:
            return item.public
        wanted = (item.permission,) if isinstance(item.permission, str) else item.permission
        entitled = wanted is None or any(actor.has(permission) for permission in wanted)
        return entitled and (item.when is None or item.when(actor))


def _is_current(path: str) -> bool:
    return request.path == path or (path != "/" and request.path.startswith(path.rstrip("/") + "/"))


nav = Nav()
