"""The list of applications as a table for spreadsheets: one pass over a cursor, answers fetched per batch."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from fundflow import forms
from fundflow.accounts import Actor, Permission
from fundflow.applications.models import Answers, Application, FormEntry
from fundflow.applications.queries import visible_to
from fundflow.forms.fields import FieldType
from fundflow.platform.db import db
from fundflow.platform.money import to_decimal
from fundflow.programmes import Call, definition_of
from fundflow.reporting.policy import export_sections
from fundflow.reporting.queries.listing import ORDERS, Filters, narrowed

PIECE = 500  # rows that are sent at once
BATCH = 100  # cases whose answers are held at once: each is some 40 KB of objects
MARK = "\ufeff"  # tells spreadsheets that the text is UTF-8
FORMULA = frozenset("=+-@\t\r")
FACTS = (  # no question of a form bears these names: a heading stands for one column only
    "reference", "call", "stage", "stage_since", "due_at", "submitted_at", "case_title", "case_name",
    "case_amount", "case_currency", "case_language", "content_hash",
)  # fmt: skip


def safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in FORMULA else cell


def lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Rows as the text of a CSV file, in pieces of a few hundred rows."""
    buffer = io.StringIO()
    buffer.write(MARK)
    writer = csv.writer(buffer)
    for number, row in enumerate(rows, start=1):
        # `safe`, written out: a large table has millions of cells
        writer.writerow([f"'{cell}" if cell[:1] in FORMULA else cell for cell in row])
        if number % PIECE == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def applications(actor: Actor, filters: Filters) -> Iterator[Sequence[str]]:
    """The heading and one row per application under the filters, with every answer that the actor may read.

    Where programmes ask different things, each question is a column and a case leaves the others' empty.
    """
    columns = _columns(actor, filters)
    yield [*FACTS, *columns]
    at = {name: place for place, name in enumerate(columns)}
    for batch in _cases(actor, filters).partitions(BATCH):
        given = _answers(batch)
        for case in batch:
            roles = actor.roles_for(case.programme_id, case.call_id, case.id)
            cells = [""] * len(columns)
            _fill(cells, at, _plan(case.version_id, roles), given.get(case.id, {}))
            yield [*_facts(case), *cells]


def _columns(actor: Actor, filters: Filters) -> list[str]:
    """The columns of all application forms under the filters, each name once."""
    query = select(Application.version_id).distinct().where(_exported(actor))
    versions = sorted(db.session.scalars(narrowed(query, actor, filters)), key=str, reverse=True)
    return list(dict.fromkeys(name for version in versions for name in _form_columns(version)))


@lru_cache(maxsize=256)
def _form_columns(version_id: uuid.UUID) -> tuple[str, ...]:
    definition = definition_of(version_id)
    return tuple(forms.csv_columns(definition.forms[definition.programme.application_form]))


def _cases(actor: Actor, filters: Filters) -> Any:
    columns: Select[*tuple[Any, ...]] = (
        select(
            Application.id,
            Application.version_id,
            Application.programme_id,
            Application.call_id,
            Application.reference,
            Application.stage,
            Application.stage_since,
            Application.due_at,
            Application.submitted_at,
            Application.title,
            Application.applicant_name,
            Application.requested_minor,
            Application.currency,
            Application.language,
            Application.content_hash,
            Call.slug.label("call"),
        )
        .join(Call, Call.id == Application.call_id)
        .where(_exported(actor))
    )
    query = narrowed(columns, actor, filters).order_by(*ORDERS[filters.order])
    return db.session.execute(query.execution_options(yield_per=BATCH))


def _exported(actor: Actor) -> ColumnElement[bool]:
    """Who may list a case may not for that alone carry it away."""
    return visible_to(actor, Permission.APPLICATION_EXPORT, own=False)


def _answers(batch: Sequence[Row[Any]]) -> dict[uuid.UUID, dict[str, Any]]:
    """The answers of the newest application form of each case of a batch, in one query a form; "" is its state."""
    by_form: dict[str, list[uuid.UUID]] = {}
    for case in batch:
        form = definition_of(case.version_id).programme.application_form
        by_form.setdefault(form, []).append(case.id)
    found: dict[uuid.UUID, dict[str, Any]] = {}
    for form, ids in by_form.items():
        newest = (
            select(FormEntry.id, FormEntry.application_id, FormEntry.state)
            .where(FormEntry.application_id.in_(ids), FormEntry.form == form, FormEntry.state != "superseded")
            .ext(distinct_on(FormEntry.application_id))
            .order_by(FormEntry.application_id, FormEntry.number.desc())
            .subquery()
        )
        rows = db.session.execute(
            select(newest.c.application_id, newest.c.state, func.jsonb_agg(Answers.data))
            .join(newest, newest.c.id == Answers.entry_id)
            .group_by(newest.c.application_id, newest.c.state)
        )
        for application_id, state, sections in rows:
            found[application_id] = merged = {"": state}
            for data in sections:
                merged.update(data)
    return found


def _facts(case: Row[Any]) -> list[str]:
    requested = case.requested_minor
    return [
        case.reference,
        case.call,
        case.stage,
        _moment(case.stage_since),
        _moment(case.due_at),
        _moment(case.submitted_at),
        case.title,
        case.applicant_name,
        "" if requested is None else f"{to_decimal(requested, case.currency):f}",
        case.currency,
        case.language,
        case.content_hash or "",
    ]


def _moment(value: datetime | None) -> str:
    return value.isoformat(timespec="seconds") if value else ""


@dataclass(frozen=True, slots=True)
class _Column:
    """How a question fills its cells; `sums` are those that a submission has worked out beside its rows."""

    names: tuple[str, ...]
    plain: bool
    write: Callable[[Any], list[str]]
    write_rows: Callable[[Any, Mapping[str, Any]], list[str]] | None
    sums: tuple[str, ...]


@lru_cache(maxsize=512)
def _plan(version_id: uuid.UUID, roles: frozenset[str]) -> Mapping[str, _Column]:
    """The readable questions of a version's application form for holders of roles, looked up once for all rows."""
    definition = definition_of(version_id)
    form = definition.forms[definition.programme.application_form]
    shown = export_sections(roles, form)
    found = {}
    for question in (each for section in form.sections if section.id in shown for each in section.questions):
        answer = forms.of(question)
        found[question.id] = _Column(
            names=tuple(answer.csv_columns()),
            plain=type(answer).csv_values is FieldType.csv_values and len(answer.csv_columns()) == 1,
            write=answer.csv_values,
            write_rows=getattr(answer, "csv_cells", None),
            sums=tuple(f"{question.id}_{name}" for name in getattr(question, "sums", ())),
        )
    return found


def _fill(
    cells: list[str], at: Mapping[str, int], plan: Mapping[str, _Column], given: Mapping[str, Any]
) -> None:
    """Write the answers into the cells of their columns; an answer that is not there leaves its cells empty."""
    for name, stored in given.items():
        column = plan.get(name)
        if column is None or stored is None or stored == "":
            continue
        if column.plain and type(stored) is str:
            cells[at[name]] = stored
            continue
        written = _rows(column, stored, given) if column.write_rows else column.write(stored)
        for heading, cell in zip(column.names, written, strict=True):
            cells[at[heading]] = cell


def _rows(column: _Column, stored: Any, given: Mapping[str, Any]) -> list[str]:
    """Repeating rows with their sums: those of the submission, else worked out now."""
    sums = {name: given.get(name) for name in column.sums}
    if column.write_rows is None or None in sums.values() or given[""] != "submitted":
        return column.write(stored)
    return column.write_rows(stored, {name.removeprefix(f"{column.names[0]}_"): sums[name] for name in sums})
