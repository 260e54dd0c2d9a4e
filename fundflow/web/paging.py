"""One page of a long list: as many rows as a screen bears, and the total from one cheap count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask import request, url_for
from sqlalchemy import Select, func, select

from fundflow.platform.db import db

Row = TypeVar("Row")
SIZE = 60
MOST = 100_000


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows of page `number` (from 1), `size` to a page, `total` in all."""

    rows: Sequence[Row]
    number: int
    size: int
    total: int

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def pages(self) -> int:
        """How many pages there are; an empty list has one."""
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        """Place of the first row shown, counted from 1; 0 when there is none."""
        return (self.number - 1) * self.size + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """Place of the last row shown."""
        return self.first + len(self.rows) - 1 if self.rows else 0

    def url(self, number: int) -> str:
        """The address of another page of the same list, filters kept."""
        arguments: dict[str, Any] = {
            **(request.view_args or {}),
            **request.args.to_dict(flat=False),
            "page": number,
        }
        return url_for(request.endpoint or "", **arguments)

    def around(self) -> list[int | None]:
        """The page numbers to offer; None stands for a gap."""
        near = {1, self.pages, *range(self.number - 1, self.number + 2)}
        shown: list[int | None] = []
        for number in sorted(n for n in near if 1 <= n <= self.pages):
            if shown and number - (shown[-1] or 0) > 1:
                shown.append(None)
            shown.append(number)
        return shown


def requested_page() -> int:
    """The page number asked for in the address; anything odd counts as 1."""
    asked = request.args.get("page", "1")
    return min(max(int(asked), 1), MOST) if asked.isdecimal() and len(asked) <= 6 else 1


def count(statement: Select[Any]) -> int:
    """Rows that a statement selects, counted without its order, columns and loading options."""
    bare = statement.order_by(None).options().with_only_columns(1, maintain_column_froms=True)
    return db.session.scalar(select(func.count()).select_from(bare.subquery())) or 0


def paginate(
    statement: Select[Any], *, number: int | None = None, size: int = SIZE, scalars: bool = True
) -> Page[Any]:
    """The requested page of an ordered select; a number past the end shows the last page.

    With `scalars` the rows are the first column (entities), else whole rows. Two queries.
    """
    total = count(statement)
    wanted = min(number or requested_page(), max(1, -(-total // size)))
    limited = statement.limit(size).offset((wanted - 1) * size)
    rows: Sequence[Any] = (db.session.scalars(limited) if scalars else db.session.execute(limited)).all()
    return Page(rows, wanted, size, total)
