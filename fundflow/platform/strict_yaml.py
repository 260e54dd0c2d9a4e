"""Reads YAML as authors mean it: few types, no repeated keys, no tricks, and a place for every value."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

T = TypeVar("T")

MAX_BYTES = 1_000_000
MAX_DEPTH = 20

Path = Sequence[str | int]

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_TYPED: dict[str, Any] = {"true": True, "false": False, "null": None, "~": None, "": None}
_LONGEST_INTEGER = 18
_ONE_DOCUMENT = "only one YAML document is allowed in a file"


class YamlFault(ValueError):
    """A text that is refused, with its place and the kind of fault; line and column count from 1."""

    def __init__(self, source: str, line: int, column: int, message: str, *, code: str = "not_yaml") -> None:
        super().__init__(f"{source}:{line}:{column}: {message}")
        self.source = source
        self.line = line
        self.column = column
        self.message = message
        self.code = code


@dataclass(frozen=True)
class _Node:
    """One value with its place, and the places of what lies in it."""

    value: Any
    line: int
    column: int
    children: Mapping[str | int, _Node]
    block: bool = False


class Places:
    """Finds the line and column of a value by its path, such as ("moves", "submit", "guards", 0)."""

    def __init__(self, root: _Node) -> None:
        self._root = root

    def at(self, path: Path) -> tuple[int, int]:
        """Line and column (from 1) of the deepest part of the path that the text has, skipping other steps.

        A member of a mapping is placed at its key, a member of a list at its value; the latter is named by
        its index or by its `id`.
        """
        node = self._find(path)
        return node.line, node.column

    def at_line(self, path: Path, line: int) -> tuple[int, int]:
        """As `at`, for a line (from 1) of the text that stands there: in a block (`|`) it is a line of the file."""
        node = self._find(path)
        return (node.line + line, 1) if node.block else (node.line, node.column)

    def _find(self, path: Path) -> _Node:
        node = self._root
        for step in path:
            node = node.children.get(step) or _by_id(node, str(step)) or node
        return node


def _by_id(node: _Node, name: str) -> _Node | None:
    if not isinstance(node.value, list):
        return None
    for index, item in enumerate(node.value):
        if str(index) == name or (isinstance(item, dict) and item.get("id") == name):
            return node.children[index]
    return None


def load(text: str, source: str) -> Any:
    """The plain value of a YAML text; only true, false, null and integers are typed, all else stays text.

    Raises YamlFault for a text that is not YAML, is over 1 MB, nests beyond 20, repeats a key, or uses
    anchors, aliases, tags, merge keys or several documents.
    """
    return load_with_places(text, source)[0]


def load_with_places(text: str, source: str) -> tuple[Any, Places]:
    """As `load`, with the places of everything in the text."""
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise YamlFault(source, 1, 1, f"the file is larger than {MAX_BYTES:,} bytes", code="file_too_large")
    try:
        root = _Builder(text, source).document()
    except yaml.MarkedYAMLError as error:
        raise _fault(error, source) from error
    except UnicodeEncodeError as error:
        line, column = _place_of(text, error.start)
        raise YamlFault(
            source, line, column, "this is not text: half of a character", code="not_text"
        ) from error
    except yaml.reader.ReaderError as error:
        line, column = _place_of(text, error.position)
        raise YamlFault(source, line, column, f"this is not YAML: {error.reason}", code="not_yaml") from error
    return root.value, Places(root)


def load_as(form: TypeAdapter[T], text: str, source: str) -> T:
    """The content of a file of the house in its own form; raises YamlFault with the place of the first fault."""
    content, places = load_with_places(text, source)
    try:
        return form.validate_python(content)
    except ValidationError as error:
        first = error.errors()[0]
        line, column = places.at(first["loc"])
        raise YamlFault(source, line, column, first["msg"]) from None


def locate_key(text: str, path: Path) -> tuple[int, int]:
    """Line and column (from 1) of a path in a text; (1, 1) when the text cannot be read."""
    try:
        return load_with_places(text, "text")[1].at(path)
    except YamlFault as fault:
        return fault.line, fault.column


def _place_of(text: str, position: int) -> tuple[int, int]:
    before = text[:position]
    return before.count("\n") + 1, position - before.rfind("\n")


def _mark(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _fault(error: yaml.MarkedYAMLError, source: str) -> YamlFault:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    if isinstance(error, yaml.composer.ComposerError):
        return YamlFault(source, line, column, _ONE_DOCUMENT, code="several_documents")
    context = f" {error.context}" if error.context else ""
    return YamlFault(source, line, column, f"this is not YAML: {error.problem}{context}", code="not_yaml")


class _Builder:
    """Builds nodes from parser events, so that nesting is bounded before anything recurses."""

    def __init__(self, text: str, source: str) -> None:
        self._source = source
        self._events = yaml.parse(text, Loader=yaml.CSafeLoader)

    def document(self) -> _Node:
        next(self._events)  # the stream starts
        first = next(self._events)
        if isinstance(first, yaml.StreamEndEvent):
            return _Node(None, 1, 1, {})
        root = self._node(next(self._events), 1)
        next(self._events)  # the document ends
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise self._fault(after, _ONE_DOCUMENT, code="several_documents")
        return root

    def _node(self, event: yaml.Event, depth: int) -> _Node:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise self._fault(event, "anchors and aliases are not allowed: write the value out", code="alias")
        if tag := getattr(event, "tag", None):
            raise self._fault(event, f"tags such as {tag} are not allowed", code="tag")
        if isinstance(event, yaml.ScalarEvent):
            return self._place(event, self._scalar(event), {}, block=event.style == "|")
        if depth > MAX_DEPTH:
            raise self._fault(event, f"the nesting is deeper than {MAX_DEPTH}", code="nested_too_deep")
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(event, depth)
        return self._mapping(event, depth)

    def _sequence(self, start: yaml.Event, depth: int) -> _Node:
        items: list[_Node] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(event, depth + 1))
        return self._place(start, [item.value for item in items], dict(enumerate(items)))

    def _mapping(self, start: yaml.Event, depth: int) -> _Node:
        members: dict[str | int, _Node] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._key(event)
            if key in members:
                line = members[key].line
                raise self._fault(event, f"the key '{key}' is already given in line {line}", code="key_twice")
            value = self._node(next(self._events), depth + 1)
            members[key] = self._place(event, value.value, value.children, block=value.block)
        return self._place(start, {key: node.value for key, node in members.items()}, members)

    def _key(self, event: yaml.Event) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            self._node(event, MAX_DEPTH)  # names an alias or tag as such
            raise self._fault(event, "a key must be a word", code="key_not_a_word")
        if event.anchor or event.tag:
            self._node(event, 1)
        if event.value in {"", "<<"}:
            raise self._fault(event, "merge keys and empty keys are not allowed", code="merge_key")
        return str(event.value)

    def _scalar(self, event: yaml.ScalarEvent) -> Any:
        text: str = event.value
        if not event.implicit[0]:
            return text
        if text in _TYPED:
            return _TYPED[text]
        if not _INTEGER.fullmatch(text):
            return text
        if len(text) > _LONGEST_INTEGER:
            raise self._fault(
                event, "this number is too long: put it in quotes if it is a code", code="number_too_long"
            )
        return int(text)

    def _place(
        self, event: yaml.Event, value: Any, children: Mapping[str | int, _Node], *, block: bool = False
    ) -> _Node:
        return _Node(value, *_mark(event), children, block)

    def _fault(self, event: yaml.Event, message: str, *, code: str) -> YamlFault:
        return YamlFault(self._source, *_mark(event), message, code=code)
