"""Turns the blocks of a snapshot into what the page template shows: prose, cells, lists, places to sign."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from fundflow.platform import sandbox
from fundflow.platform.display import Wording, is_amount, is_day, is_words

NOTHING = "–"


@dataclass(frozen=True)
class Page:
    """The scope of one language of one letter: facts, wording and the words that stand on every letter."""

    language: str
    timezone: str
    facts: Mapping[str, Any]
    words: Mapping[str, str]

    @property
    def wording(self) -> Wording:
        return Wording(self.language, self.timezone)

    def prose(self, words: Mapping[str, str]) -> Markup:
        """Paragraphs of a text of the letter."""
        return self._render(words, "prose", {})

    def line(self, words: Mapping[str, str], **more: Any) -> Markup:
        """One line of a text of the letter."""
        return self._render(words, "inline", more)

    def _render(self, words: Mapping[str, str], kind: sandbox.Kind, more: Mapping[str, Any]) -> Markup:
        html = sandbox.render(
            words[self.language],
            {**self.facts, **more},
            language=self.language,
            timezone=self.timezone,
            kind=kind,
        )
        return Markup(html)  # noqa: S704 - the sandbox escapes every value and every character of the author

    def cell(self, value: Any, kind: str) -> str:
        """A value in a table; an empty one is a dash."""
        if value is None or value == "":
            return NOTHING
        if isinstance(value, bool):
            return self.words["yes" if value else "no"]
        if isinstance(value, list) and all(isinstance(item, str) or is_words(item) for item in value):
            return ", ".join(str(self.wording.display(item)) for item in value)
        if kind == "text":
            return str(value) if isinstance(value, str | int) else str(self.wording.display(value))
        if kind == "date" or (kind == "auto" and is_day(value)):
            return self.wording.date(value, "medium")
        show: dict[str, Callable[[Any], Any]] = {
            "money": self.wording.money,
            "number": self.wording.number,
            "percent": self.wording.percent,
        }
        return str(show.get(kind, self.wording.display)(value))


def build(block: Mapping[str, Any], page: Page) -> dict[str, Any]:
    """What the template needs of one block; raises TextFault or LookupError for a value that is missing."""
    if "text" in block:
        return {"kind": "text", "html": page.prose(block["text"])}
    if "heading" in block:
        return {"kind": "heading", "html": page.line(block["heading"])}
    if "table" in block:
        return _table(block, page)
    if "list" in block:
        return _list(block, page)
    if "details" in block:
        lines = [(item["label"][page.language], page.line(item["value"])) for item in block["details"]]
        return {"kind": "details", "lines": lines}
    if "signatures" in block:
        return {"kind": "signatures", "signers": [page.prose(words) for words in block["signatures"]]}
    return {"kind": "page_break"}


def follow(values: Any, path: str) -> Any:
    """The value at a dotted path of keys; raises TextFault naming the path when a key is missing."""
    for key in path.split("."):
        if not isinstance(values, Mapping) or key not in values:
            raise sandbox.TextFault(f"the value {path!r} is missing")
        values = values[key]
    return values


def _rows(path: str, page: Page) -> list[Any]:
    rows = follow(page.facts, path)
    if not isinstance(rows, list):
        raise sandbox.TextFault(f"{path!r} is not a list")
    return rows


def _empty(block: Mapping[str, Any], page: Page) -> str:
    return str(block["empty"][page.language] if "empty" in block else page.words["empty"])


def _list(block: Mapping[str, Any], page: Page) -> dict[str, Any]:
    items = [page.line(block["item"], item=item) for item in _rows(block["list"], page)]
    return {"kind": "list", "items": items, "numbered": block["numbered"], "empty": _empty(block, page)}


def _table(block: Mapping[str, Any], page: Page) -> dict[str, Any]:
    rows = _rows(block["table"], page)
    columns = [_column(column, rows, page) for column in block["columns"]]
    totals = [_total(column, page) for column in columns]
    return {
        "kind": "table",
        "caption": block["caption"][page.language] if "caption" in block else None,
        "columns": columns,
        "rows": [[column["cells"][number] for column in columns] for number in range(len(rows))],
        "totals": totals if any(totals) and rows else [],
        "label_over": next((at for at, total in enumerate(totals) if total), 0),
        "empty": _empty(block, page),
    }


def _column(column: Mapping[str, Any], rows: list[Any], page: Page) -> dict[str, Any]:
    values = [follow(row, column["key"]) for row in rows]
    return {
        **column,
        "label": column["label"][page.language],
        "values": values,
        "cells": [page.cell(value, column["type"]) for value in values],
        "align": _alignment(column["type"], values),
    }


def _alignment(kind: str, values: list[Any]) -> str:
    """Figures stand at the end of their cell, days are not broken, texts flow."""
    given = [value for value in values if value is not None]
    if kind == "auto" and given:
        if all(type(value) is int or is_amount(value) for value in given):
            kind = "number"
        elif all(is_day(value) for value in given):
            kind = "date"
    if kind in {"money", "number", "percent"}:
        return "end"
    return "start whole" if kind == "date" else "start"


def _total(column: Mapping[str, Any], page: Page) -> str:
    if not column["total"]:
        return ""
    given = [value for value in column["values"] if value is not None]
    currencies = {value["currency"] for value in given if isinstance(value, Mapping)}
    if not currencies:
        return page.wording.number(sum(given))
    if len(currencies) > 1 or not all(isinstance(value, Mapping) for value in given):
        raise sandbox.TextFault(f"the column {column['key']!r} does not add up: its currencies differ")
    return page.wording.money(sum(value["minor"] for value in given), currencies.pop())
