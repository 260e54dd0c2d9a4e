"""Static checks of a letter: every text compiles, reads only what is in scope, and speaks every language."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from fundflow.documents.definition import (
    Detail,
    DetailsBlock,
    HeadingBlock,
    Letter,
    ListBlock,
    SignaturesBlock,
    TableBlock,
    TextBlock,
)
from fundflow.platform import cel, sandbox

Path = tuple[str | int, ...]
_EXPRESSION = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault of a letter: where in its file (path of keys), what, of which kind, and whether it bars publication."""

    path: Path
    message: str
    code: str
    level: Literal["error", "warning"] = "error"
    line: int = 1


@dataclass(frozen=True, slots=True)
class _Text:
    path: Path
    words: Mapping[str, str]
    kind: sandbox.Kind | None
    names: frozenset[str] = frozenset()


def check(letter: Letter, *, languages: Collection[str]) -> list[Finding]:
    """All faults of a letter of a programme that speaks `languages`; a missing language is a warning."""
    scope = frozenset(letter.facts)
    found = [finding for text in _texts(letter) for finding in _check_text(text, scope, languages)]
    for number, block in enumerate(letter.body):
        at: Path = ("body", number)
        if block.when is not None:
            found += _check_condition(block.when, scope, (*at, "when"))
        if isinstance(block, TableBlock):
            found += _check_source(block.table, scope, (*at, "table"))
            found += _check_columns(block, at)
        if isinstance(block, ListBlock):
            found += _check_source(block.list, scope, (*at, "list"))
    strange = [language for language in letter.copy_languages if language not in languages]
    found += [
        Finding(("copy_languages",), f"the programme does not speak {language!r}", code="unknown_language")
        for language in strange
    ]
    return found


def _texts(letter: Letter) -> Iterator[_Text]:
    """Every wording of the letter; kind None is a fixed text."""
    yield _Text(("title",), letter.title, None)
    if letter.to:
        yield _Text(("to",), letter.to, "prose")
    for number, block in enumerate(letter.body):
        yield from _texts_of(block, ("body", number))
        if isinstance(block, TableBlock | ListBlock) and block.empty:
            yield _Text(("body", number, "empty"), block.empty, None)


def _texts_of(block: object, at: Path) -> list[_Text]:
    match block:
        case TextBlock():
            return [_Text((*at, "text"), block.text, "prose")]
        case HeadingBlock():
            return [_Text((*at, "heading"), block.heading, "inline")]
        case ListBlock():
            return [_Text((*at, "item"), block.item, "inline", frozenset({"item"}))]
        case SignaturesBlock():
            return [
                _Text((*at, "signatures", index), words, "prose")
                for index, words in enumerate(block.signatures)
            ]
        case DetailsBlock():
            return [text for index, detail in enumerate(block.details) for text in _detail(detail, index, at)]
        case TableBlock():
            labels = [
                _Text((*at, "columns", index, "label"), column.label, None)
                for index, column in enumerate(block.columns)
            ]
            return labels + ([_Text((*at, "caption"), block.caption, None)] if block.caption else [])
    return []


def _detail(detail: Detail, index: int, at: Path) -> tuple[_Text, _Text]:
    return (
        _Text((*at, "details", index, "label"), detail.label, None),
        _Text((*at, "details", index, "value"), detail.value, "inline"),
    )


def _check_text(text: _Text, scope: frozenset[str], languages: Collection[str]) -> Iterator[Finding]:
    for language in languages:
        if language not in text.words and any(_has_words(wording) for wording in text.words.values()):
            yield Finding(text.path, f"not yet in {language!r}", code="missing_language", level="warning")
    for language, wording in text.words.items():
        if text.kind is None:
            if "{{" in wording or "{%" in wording:
                yield Finding(
                    (*text.path, language),
                    "this text is fixed: it cannot hold values",
                    code="values_in_fixed_text",
                )
            continue
        for finding in sandbox.check(wording, scope | text.names, kind=text.kind):
            message = f"line {finding.line} of the text: {finding.message}"
            yield Finding((*text.path, language), message, code=finding.code, line=finding.line)


def _has_words(wording: str) -> bool:
    """Whether there is anything to translate: a text of values alone reads the same in every language."""
    return any(character.isalpha() for character in _EXPRESSION.sub("", wording))


def _check_condition(when: str, scope: frozenset[str], path: Path) -> Iterator[Finding]:
    try:
        cel.compile(when, scope | {"f"})
    except cel.CelFault as fault:
        yield Finding(path, str(fault), code="faulty_condition")


def _check_source(source: str, scope: frozenset[str], path: Path) -> Iterator[Finding]:
    name = source.split(".", maxsplit=1)[0]
    if name not in scope:
        yield Finding(
            path,
            f"unknown fact {name!r}; declared are {', '.join(sorted(scope)) or 'none'}",
            code="unknown_fact",
        )


def _check_columns(block: TableBlock, at: Path) -> Iterator[Finding]:
    keys = [column.key for column in block.columns]
    for index, column in enumerate(block.columns):
        if column.key in keys[:index]:
            yield Finding(
                (*at, "columns", index, "key"),
                f"the column {column.key!r} is already in the table",
                code="doubled_id",
            )
        if column.total and column.type not in {"auto", "money", "number"}:
            yield Finding(
                (*at, "columns", index, "total"), "only amounts and numbers add up", code="total_of_words"
            )
