"""From a record of a file to the stored answers of a form, with one sentence per answer that cannot be read."""

from __future__ import annotations

import re
from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from fundflow import forms
from fundflow.applications.importing.mapping import NUMBER, PLACEHOLDER, Mapping, Value
from fundflow.forms import BadInput, Context, Form
from fundflow.forms import definition as d
from fundflow.forms.speech import gettext as _

_STEP = re.compile(r"([^.\[\]]+)(\[\])?")
NOTHING: tuple[Any, ...] = (None, "", [], {})


@dataclass
class Shaped:
    """The answers of a record, and what is wrong with it by question (`milestones.0.cost`)."""

    answers: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)


def shape(record: Map[str, Any], mapping: Mapping, form: Form, context: Context) -> Shaped:
    """Every mapped question of a record as a stored answer; what says nothing is left out."""
    shaped = Shaped()
    for name, source in mapping.questions.items():
        question = form.question(name)
        if isinstance(question, d.Rows):
            _rows(record, source, question, context, shaped)
            continue
        try:
            stored = _answer(record, source, question, context)
        except BadInput as fault:
            shaped.faults[name] = str(fault)
        else:
            if stored not in NOTHING:
                shaped.answers[name] = stored
    return shaped


def plain_text(record: Map[str, Any], source: Value | None) -> str:
    """A value of the record that is no answer (its key, its day), as trimmed text."""
    return "" if source is None else _said(_raw(record, source, None))


def lookup(record: Map[str, Any], path: str, index: int | None = None) -> Any:
    """What stands at a path; `index` picks one of a `[]` list, without it all of them are given as a list.

    A column whose own name has dots or brackets is found by its whole name first.
    """
    if index is not None and NUMBER in path:
        path = path.replace(NUMBER, str(index + 1))
    if path in record:
        return record[path]
    found: Any = record
    for name, many in _STEP.findall(path):
        if isinstance(found, list):
            found = [item.get(name) if isinstance(item, Map) else None for item in found]
        else:
            found = found.get(name) if isinstance(found, Map) else None
        if many and index is not None:
            listed = found if isinstance(found, list) else []
            found = listed[index] if index < len(listed) else None
    return found


def _rows(record: Map[str, Any], source: Value, question: d.Rows, context: Context, shaped: Shaped) -> None:
    columns = {column.id: column for column in question.columns}
    kept: list[dict[str, Any]] = []
    for index in range(_count(record, source)):
        raw = {name: _raw(record, cell, index) for name, cell in source.rows.items()}
        variable = [raw[name] for name, cell in source.rows.items() if cell.columns]
        if all(value in NOTHING for value in variable):
            continue
        row: dict[str, Any] = {}
        for name, cell in source.rows.items():
            try:
                stored = _answer(record, cell, columns[name], context, index)
            except BadInput as fault:
                shaped.faults[f"{question.id}.{len(kept)}.{name}"] = str(fault)
            else:
                if stored not in NOTHING:
                    row[name] = stored
        kept.append(row)
    if kept:
        shaped.answers[question.id] = kept


def _count(record: Map[str, Any], source: Value) -> int:
    if source.numbered:
        return source.numbered
    heads = {path.partition("[]")[0] for path in source.paths() if "[]" in path}
    return max((len(found) for head in heads if isinstance(found := lookup(record, head), list)), default=0)


def _raw(record: Map[str, Any], source: Value, index: int | None) -> Any:
    """What the file says, before it is read as an answer."""
    if source.constant is not None:
        return source.constant
    found = _from_file(record, source, index)
    if source.values and not isinstance(found, dict | list):
        found = source.values.get(_said(found), found)
    return source.default if found in NOTHING and source.default is not None else found


def _from_file(record: Map[str, Any], source: Value, index: int | None) -> Any:
    if source.template is not None:
        said = {path: _said(lookup(record, path, index)) for path in PLACEHOLDER.findall(source.template)}
        return PLACEHOLDER.sub(lambda found: said[found[1]], source.template) if any(said.values()) else None
    found = [lookup(record, path, index) for path in source.columns]
    if source.join is None:
        return found[0] if len(found) == 1 else " ".join(filter(None, map(_said, found)))
    listed = [item for value in found for item in (value if isinstance(value, list) else [value])]
    return source.join.join(filter(None, map(_said, listed)))


def _answer(
    record: Map[str, Any], source: Value, question: Any, context: Context, index: int | None = None
) -> Any:
    if isinstance(question, d.Parts):
        parts = {name: _said(_raw(record, part, index)) for name, part in source.parts.items()}
        return forms.read_parts(question, parts, context) if any(parts.values()) else None
    raw = _raw(record, source, index)
    if raw in NOTHING:
        return None
    if isinstance(question, d.Choices | d.Codes):
        several = raw if isinstance(raw, list) else re.split(r"\s*;\s*", _said(raw))
        return forms.of(question).load(
            [_said(source.values.get(_said(each), each)) for each in several], context
        )
    if isinstance(raw, dict | list):
        raise BadInput(_("The file holds several values here; one was expected."))
    if isinstance(question, d.Money) and source.currency:
        code = _said(lookup(record, source.currency, index))
        named = str(source.values.get(code, code))
        if forms.is_chosen(question):
            return forms.of(question).load([_said(raw), named], context)
        _check_currency(named, question, context)
    return forms.of(question).load([_said(raw)], context)


def _check_currency(said: str, question: d.Money, context: Context) -> None:
    wanted = question.currency or str(context.values.get("currency"))
    if said.upper() != wanted:
        raise BadInput(
            _(
                "The currency %(found)s is not accepted here, only %(wanted)s.",
                found=said or "(none)",
                wanted=wanted,
            )
        )


def _said(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value).strip()
