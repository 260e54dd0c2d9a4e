"""Checks of one stage that is written twice: two spellings of its name, or two names with the same label."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from fundflow.workflow.checks.report import Report
from fundflow.workflow.definition import Stage

LEAST_LETTERS = 6
"""Shorter names differ by one letter by right (`paid`, `said`)."""
WHY_SPLIT = "Two spellings of one stage split its cases in two."


def check_spellings(report: Report) -> None:
    """Names that differ by a slip are errors; those that may be meant are warnings, unless labels agree too."""
    for (first, one), (second, other) in combinations(report.machine.stages.items(), 2):
        alike, same = _alike(first, second), _languages_of_same_label(one, other)
        if alike:
            certain = alike != "perhaps" or len(same) == len(one.label)
            report.add(
                ("stages", second),
                f"the stages '{first}' and '{second}' are spelled alike",
                code="stage_in_two_spellings",
                hint="Keep one of them."
                if certain
                else "Keep one of them, or give them names further apart.",
                why=WHY_SPLIT,
                severity="error" if certain else "warning",
            )
        elif same:
            report.add(
                ("stages", second, "label", same[0]),
                f"the stages '{first}' and '{second}' have the same label in {', '.join(same)}",
                code="stages_of_one_label",
                hint="Give each stage words of its own.",
                why="Readers could not tell where a case stands.",
                severity="warning",
            )


def _languages_of_same_label(one: Stage, other: Stage) -> list[str]:
    return [
        language
        for language, words in one.label.items()
        if " ".join(words.casefold().split()) == " ".join(other.label.get(language, "").casefold().split())
    ]


def _alike(first: str, second: str) -> str:
    """Whether two names are spellings of one: "surely", "perhaps", or not at all ("")."""
    if _plain(first) == _plain(second):
        return "surely"
    if sorted(first.split("_")) == sorted(second.split("_")):
        return "perhaps"
    short, long = sorted((first, second), key=len)
    if len(long.replace("_", "")) < LEAST_LETTERS:
        return ""
    return _swapped(short, long) if len(short) == len(long) else _one_more(short, long)


def _plain(name: str) -> str:
    """A name without what people write now this way, now that: `_`, capitals, -ise and -ize."""
    return name.replace("_", "").lower().replace("iz", "is")


def _swapped(one: str, other: str) -> str:
    """Two neighbouring letters that changed places."""
    differing = [at for at, pair in enumerate(zip(one, other, strict=True)) if len(set(pair)) > 1]
    match differing:
        case [at, after] if after == at + 1 and one[at] + one[after] == other[after] + other[at]:
            return "surely" if (one[at] + one[after]).isalpha() else ""
    return ""


def _one_more(short: str, long: str) -> str:
    """A letter too many: inside a word or written twice a slip, at its end another word (`report`, `reports`)."""
    if len(long) != len(short) + 1:
        return ""
    at = next(_differences(short, long))
    if long[at + 1 :] != short[at:] or not long[at].isalpha():
        return ""
    before, after = f"_{long}"[at], f"{long}_"[at + 1]
    inside = "_" not in (before, after)
    return "surely" if inside or before == long[at] else "perhaps"


def _differences(short: str, long: str) -> Iterator[int]:
    """The places at which the longer name goes its own way; its last one when it only goes further."""
    yield from (at for at, letter in enumerate(short) if letter != long[at])
    yield len(short)
