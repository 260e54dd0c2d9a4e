"""A letter as its file defines it: title, number series, the facts it may use, and its body of blocks."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, StringConstraints, Tag

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
Text = Annotated[str, StringConstraints(min_length=1)]
Words = Annotated[dict[Language, Text], Field(min_length=1)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Path = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){0,4}$", max_length=120)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Block(_Part):
    """What all blocks share: a CEL condition over the facts, decided when the letter is issued."""

    when: str | None = None


class TextBlock(_Block):
    """Paragraphs."""

    text: Words


class HeadingBlock(_Block):
    """The title of a part."""

    heading: Words


class Column(_Part):
    """One column: the key of the row's value, and how it is written (by default, as the value is)."""

    key: Path
    label: Words
    type: Literal["auto", "text", "money", "date", "number", "percent"] = "auto"
    total: bool = False


class TableBlock(_Block):
    """A table over a list of facts; `total` columns add up money of one currency below it."""

    table: Path
    columns: Annotated[tuple[Column, ...], Field(min_length=1, max_length=10)]
    caption: Words | None = None
    empty: Words | None = None


class ListBlock(_Block):
    """A bullet for each thing of a list of facts; its text says `item`."""

    list: Path
    item: Words
    numbered: bool = False
    empty: Words | None = None


class Detail(_Part):
    """One line of a box of facts."""

    label: Words
    value: Words


class DetailsBlock(_Block):
    """A box of labelled facts, for what a reader looks for first."""

    details: Annotated[tuple[Detail, ...], Field(min_length=1, max_length=30)]


class SignaturesBlock(_Block):
    """Places to sign, side by side: who signs in which quality."""

    signatures: Annotated[tuple[Words, ...], Field(min_length=1, max_length=6)]


class PageBreakBlock(_Block):
    """What follows begins on a new page."""

    page_break: Literal[True]


KINDS = ("text", "heading", "table", "list", "details", "signatures", "page_break")


def _kind(value: Any) -> str | None:
    fields = value if isinstance(value, dict) else type(value).model_fields
    found = [kind for kind in KINDS if kind in fields]
    return found[0] if len(found) == 1 else None


Block = Annotated[
    Annotated[TextBlock, Tag("text")]
    | Annotated[HeadingBlock, Tag("heading")]
    | Annotated[TableBlock, Tag("table")]
    | Annotated[ListBlock, Tag("list")]
    | Annotated[DetailsBlock, Tag("details")]
    | Annotated[SignaturesBlock, Tag("signatures")]
    | Annotated[PageBreakBlock, Tag("page_break")],
    Discriminator(
        _kind,
        custom_error_type="letter_block",
        custom_error_message=f"a block is exactly one of {', '.join(KINDS)}",
    ),
]


class Letter(_Part):
    """A letter file. `copy_languages` are set after the binding text as courtesy translations."""

    title: Words
    prefix: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]+(-[A-Z0-9]+)*$", max_length=30)]
    facts: tuple[Name, ...] = ()
    to: Words | None = None
    copy_languages: tuple[Language, ...] = ()
    body: Annotated[tuple[Block, ...], Field(min_length=1, max_length=200)]
