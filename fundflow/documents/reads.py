"""Finds which values of its facts a letter reads, and keeps those alone: a paper carries no more than it says.

Paths are keys from a fact downwards, with MEMBER for the members of a list. `whole` paths are written or compared,
`asked` ones only questioned for being there, so that a list keeps its length and a group its presence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from jinja2 import nodes

from fundflow.documents.blocks import NOTHING
from fundflow.platform import sandbox

Path = tuple[str, ...]
# A name of a text stands for the path it reads; None is a value that was read whole where it came from.
Names = Mapping[str, Path | None]

PRESENT = {NOTHING: None}
MEMBER = "[]"
_PICKS = frozenset({"first", "last"})


@dataclass
class Reads:
    """What is read at one place of the facts, and below it by key."""

    whole: bool = False
    asked: bool = False
    below: dict[str, Reads] = field(default_factory=dict)

    def note(self, path: Path, *, asked: bool = False) -> None:
        """Add a path that is read, or only asked for."""
        place = self
        for key in path:
            place = place.below.setdefault(key, Reads())
        place.asked |= asked
        place.whole |= not asked

    def keep(self, value: Any) -> Any:
        """The parts of a plain value that are read; what is not is left out, or null in a list."""
        if self.whole:
            return value
        if isinstance(value, Mapping):
            kept = {key: self.below[key].keep(item) for key, item in value.items() if key in self.below}
            return kept or (dict(PRESENT) if value and self.asked else {})
        if isinstance(value, list):
            member = self.below.get(MEMBER, Reads())
            return [member.keep(item) for item in value]
        return value if self.asked or MEMBER in self.below else None


def reads_of(body: list[dict[str, Any]], to: Mapping[str, str] | None) -> Reads:
    """What a frozen letter reads: the blocks that its conditions left, in the languages that it is written in."""
    found = Reads()
    _texts(to, "prose", {}, found)
    for block in body:
        _block(block, found)
    return found


def _block(block: Mapping[str, Any], found: Reads) -> None:
    for part in ("text", "heading"):
        _texts(block.get(part), "prose" if part == "text" else "inline", {}, found)
    for words in block.get("signatures", ()):
        _texts(words, "prose", {}, found)
    for detail in block.get("details", ()):
        _texts(detail["value"], "inline", {}, found)
    if "list" in block:
        path = tuple(block["list"].split("."))
        found.note(path, asked=True)
        _texts(block["item"], "inline", {"item": (*path, MEMBER)}, found)
    if "table" in block:
        path = tuple(block["table"].split("."))
        found.note(path, asked=True)
        for column in block["columns"]:
            found.note((*path, MEMBER, *column["key"].split(".")))


def _texts(words: Mapping[str, str] | None, kind: sandbox.Kind, names: Names, found: Reads) -> None:
    for text in (words or {}).values():
        _read(sandbox.parse(text, kind=kind), names, found)


def _read(node: nodes.Node, names: Names, found: Reads) -> None:
    """Note every path below a node; what is not a plain path is read whole."""
    path = _path(node, names)
    if path is not None:
        if path:
            found.note(path)
        return
    if isinstance(node, nodes.For):
        _read_loop(node, names, found)
        return
    for child, question in _children(node):
        if question:
            _ask(child, names, found)
        else:
            _read(child, names, found)


def _children(node: nodes.Node) -> Iterator[tuple[nodes.Node, bool]]:
    """The parts of a node, and whether only their presence matters."""
    if isinstance(node, nodes.If | nodes.CondExpr):
        yield node.test, True
    for child in node.iter_child_nodes(
        exclude=("test",) if isinstance(node, nodes.If | nodes.CondExpr) else ()
    ):
        counted = isinstance(node, nodes.Filter) and node.name == "length"
        yield child, counted or isinstance(node, nodes.Test)


def _ask(node: nodes.Node, names: Names, found: Reads) -> None:
    """Note a question: whether something is there."""
    path = _path(node, names)
    if path:
        found.note(path, asked=True)
    elif isinstance(node, nodes.Not | nodes.And | nodes.Or):
        for child in node.iter_child_nodes():
            _ask(child, names, found)
    elif path is None:
        _read(node, names, found)


def _read_loop(node: nodes.For, names: Names, found: Reads) -> None:
    path = _path(node.iter, names)
    own = {
        name.name: None
        for name in (node.target, *node.target.find_all(nodes.Name))
        if isinstance(name, nodes.Name)
    }
    inner: dict[str, Path | None] = {**names, **own, "loop": None}
    if path and isinstance(node.target, nodes.Name):
        found.note(path, asked=True)
        inner[node.target.name] = (*path, MEMBER)
    else:
        _read(node.iter, names, found)
    for child in (*node.body, *node.else_):
        _read(child, inner, found)
    if node.test:
        _ask(node.test, inner, found)


def _path(node: nodes.Node, names: Names) -> Path | None:
    """The path that an expression stands for: empty when it was read already, None when it is no plain path."""
    if isinstance(node, nodes.Name):
        return (names[node.name] or ()) if node.name in names else (node.name,)
    if isinstance(node, nodes.Filter) and node.name in _PICKS and node.node is not None:
        return _member(_path(node.node, names))
    if not isinstance(node, nodes.Getattr | nodes.Getitem):
        return None
    base = _path(node.node, names)
    if not base:
        return base
    key = node.attr if isinstance(node, nodes.Getattr) else getattr(node.arg, "value", None)
    return (*base, key) if isinstance(key, str) else _member(base)


def _member(path: Path | None) -> Path | None:
    return (*path, MEMBER) if path else path
