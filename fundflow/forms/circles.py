"""Questions that wait for each other: conditions of a form that lead back to where they began."""

from __future__ import annotations

from collections.abc import Iterator

from fundflow.forms import definition as d
from fundflow.forms.reading import NAMES
from fundflow.platform import cel


def circles(form_def: d.Form) -> Iterator[tuple[str, list[str]]]:
    """Each question whose `show_if` waits, over others, for its own answer: its path, and the way round."""
    waits = {question.id: _waits_for(form_def, section, question) for section, question in _all(form_def)}
    for section, question in _all(form_def):
        if way := _way_back(question.id, waits):
            yield f"sections.{section.id}.questions.{question.id}.show_if", way


def _all(form_def: d.Form) -> Iterator[tuple[d.Section, d.AnyQuestion]]:
    for section in form_def.sections:
        for question in section.questions:
            yield section, question


def _waits_for(form_def: d.Form, section: d.Section, question: d.AnyQuestion) -> set[str]:
    """The questions that decide whether this one is shown; a sum stands for its rows."""
    homes = {
        f"{rows.id}_{name}": rows.id
        for rows in form_def.questions()
        if isinstance(rows, d.Rows)
        for name in rows.sums
    }
    read: set[str] = set()
    for text in filter(None, (section.show_if, question.show_if)):
        try:
            read |= {member for name, member in cel.compile(text, NAMES).members if name == "a"}
        except cel.CelFault:
            continue
    return {homes.get(name, name) for name in read}


def _way_back(start: str, waits: dict[str, set[str]]) -> list[str]:
    """The questions from `start` over what it waits for back to `start`; empty when there is no such way."""
    ahead, seen = [[start]], set[str]()
    while ahead:
        way = ahead.pop()
        for name in sorted(waits.get(way[-1], ())):
            if name == start:
                return [*way, start]
            if name not in seen:
                seen.add(name)
                ahead.append([*way, name])
    return []
