"""Where amounts whose currency people choose do not fit: sums, and conditions that take them for one figure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from fundflow.forms import definition as d

_TEXT = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"")
_PARTS = ("minor", "currency")


def is_chosen(question: d.Base | None) -> bool:
    """Whether it is an amount whose currency the person chooses."""
    return isinstance(question, d.Money) and question.currencies is not None


def chosen(questions: Iterable[d.Base]) -> frozenset[str]:
    """The ids of those among questions, or columns."""
    return frozenset(question.id for question in questions if is_chosen(question))


def named(form_def: d.Form, path: str) -> d.Base | None:
    """The question of a path, `price` or `lines.price` for a column of rows; None for no such."""
    name, _dot, column = path.partition(".")
    try:
        question = form_def.question(name)
    except KeyError:
        return None
    if not column:
        return question
    columns = question.columns if isinstance(question, d.Rows) else ()
    return next((each for each in columns if each.id == column), None)


def misread(text: str, name: str, amounts: Iterable[str]) -> Iterator[str]:
    """What is wrong with a condition that reads `<name>.<amount>` (name: a pattern) without saying which part of it."""
    bare = _TEXT.sub("''", text)
    among = "|".join(map(re.escape, sorted(amounts)))
    if not among:
        return
    read = re.compile(rf"(?<![\w.]){name}\s*\.\s*({among})\b(?!\s*\.\s*(?:{'|'.join(_PARTS)})\b)")
    for found in read.finditer(bare):
        said = "".join(found[0].split())
        yield (
            f"{text}: {said} is an amount in a currency that the person chooses: "
            f"read {said}.minor and {said}.currency"
        )
