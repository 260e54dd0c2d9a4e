"""A whole file, row by row: each imported, found again, or refused with its reasons; for commands and jobs."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from fundflow import forms
from fundflow.accounts import Actor
from fundflow.applications.importing.mapping import NUMBER, Mapping
from fundflow.applications.importing.shaping import plain_text, shape
from fundflow.applications.importing.sources import FileFault, Record, read
from fundflow.applications.importing.submission import (
    LONGEST_KEY,
    Arrival,
    Manner,
    Origin,
    hand_in,
    known_case,
    require_may_import,
)
from fundflow.forms import Context, Form
from fundflow.forms.speech import gettext as _
from fundflow.platform import clock
from fundflow.platform.db import db, transaction
from fundflow.platform.errors import FundflowError, Invalid, NotFound, Refused
from fundflow.platform.wording import pick
from fundflow.programmes import Call, Definition, definition_of


@dataclass(frozen=True)
class Refusal:
    """One reason why a row was not imported; `field` is a question's id (and place in a table), or empty."""

    row: int
    key: str
    field: str
    label: str
    reason: str

    def __str__(self) -> str:
        where = f"{self.field} ({self.label}): " if self.label else f"{self.field}: " if self.field else ""
        return f"row {self.row}: {where}{self.reason}"


@dataclass
class Report:
    """What became of every row; a dry run lists under `imported` what would be, without references."""

    file: str
    sha256: str
    dry_run: bool
    rows: int = 0
    imported: list[dict[str, Any]] = field(default_factory=list)
    present: list[dict[str, Any]] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    unused_columns: list[str] = field(default_factory=list)

    @property
    def refused_rows(self) -> int:
        """How many rows were refused; one may have several reasons."""
        return len({refusal.row for refusal in self.refused})

    def plain(self) -> dict[str, Any]:
        """The report as JSON."""
        return asdict(self) | {"refused_rows": self.refused_rows}


class _DryRun(Exception):
    """Ends a row's transaction after everything was tried; carries what would have been imported."""

    def __init__(self, done: dict[str, Any]) -> None:
        super().__init__()
        self.done = done


@dataclass
class _Import:
    actor: Actor
    call_id: uuid.UUID
    definition: Definition
    mapping: Mapping
    manner: Manner
    by: str
    report: Report
    seen: dict[str, tuple[int, str]] = field(default_factory=dict)

    @property
    def form(self) -> Form:
        return self.definition.forms[self.definition.programme.application_form]


def run(
    *,
    actor: Actor,
    call_id: uuid.UUID,
    path: Path,
    mapping: Mapping,
    manner: Manner | None = None,
    dry_run: bool = False,
    by: str = "",
    progress: Callable[[int], None] = lambda _count: None,
) -> Report:
    """Import a file into a call, one transaction per row, so that a row is there whole or not at all.

    A row whose key was imported before is found again and left as it is. Raises FileFault when the file as a whole
    cannot be read or lacks a column of the mapping, Forbidden when the actor may not import here, NotFound for an
    unknown call.
    """
    call = _call(call_id)
    require_may_import(actor, call)
    definition = definition_of(call.version_id)
    if mapping.programme and mapping.programme != definition.programme.slug:
        raise FileFault(
            _("The mapping is for the programme %(slug)s, the call is not.", slug=mapping.programme)
        )
    records = read(path, encoding=mapping.encoding, delimiter=mapping.delimiter, sheet=mapping.sheet)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    report = Report(path.name, digest, dry_run)
    work = _Import(actor, call_id, definition, mapping, manner or Manner(), by, report)
    db.session.rollback()
    for record in _with_columns(records, work, flat=path.suffix.lower() not in {".jsonl", ".ndjson"}):
        report.rows += 1
        _take(work, record)
        db.session.expunge_all()
        progress(report.rows)
    return report


def _call(call_id: uuid.UUID) -> Call:
    call = db.session.scalar(select(Call).where(Call.id == call_id).options(joinedload(Call.programme)))
    if call is None:
        raise NotFound
    return call


def _with_columns(records: Iterator[Record], work: _Import, *, flat: bool) -> Iterator[Record]:
    """Before the first row of a table: whether it has the columns that the mapping names."""
    checked = False
    unused: set[str] = set()
    for record in records:
        heads = {path.partition(".")[0].partition("[")[0] for path in work.mapping.columns()}
        if flat and not checked and record.cells:
            checked = True
            _require_columns(work, set(record.cells))
        numbered = {path.replace(NUMBER, "") for path in work.mapping.columns() if NUMBER in path}
        unused |= {
            name
            for name in record.cells
            if name not in heads | work.mapping.columns()
            and not any(name.startswith(each) for each in numbered)
        }
        yield record
    work.report.unused_columns = sorted(unused)


def _require_columns(work: _Import, present: set[str]) -> None:
    optional = set(work.mapping.received_at.paths()) if work.mapping.received_at else set()
    optional |= {  # an amount may name its currency itself
        source.currency
        for name, source in work.mapping.questions.items()
        if source.currency and forms.is_chosen(forms.named(work.form, name))
    }
    wanted = {path for path in work.mapping.columns() if NUMBER not in path and "[]" not in path} - optional
    missing = sorted(path for path in wanted if path not in present and path.partition(".")[0] not in present)
    if missing:
        raise FileFault(
            _("The file lacks columns that the mapping names: %(names)s.", names=", ".join(missing))
        )


def _take(work: _Import, record: Record) -> None:
    """One row, in a transaction of its own."""
    key = "" if record.fault else plain_text(record.cells, work.mapping.key)
    try:
        _require_usable(work, record, key)
        with transaction():
            done = _import(work, record, key)
        (work.report.imported if "title" in done else work.report.present).append(done)
    except _DryRun as tried:
        work.report.imported.append(tried.done)
    except Invalid as fault:
        _refuse(work, record, key, fault.errors)
    except Refused as fault:
        _refuse(work, record, key, {"": " ".join(str(reason) for reason in fault.reasons)})
    except IntegrityError as fault:
        _refuse(work, record, key, {"": _constraint(fault)})
    except FundflowError as fault:
        _refuse(work, record, key, {"": str(fault)})


def _require_usable(work: _Import, record: Record, key: str) -> None:
    if record.fault:
        raise Refused([record.fault])
    if not key:
        raise Refused(
            [_("The row has no key, so it could not be recognised when the file is imported again.")]
        )
    if len(key) > LONGEST_KEY:
        raise Refused([_("The key is longer than %(most)s characters.", most=LONGEST_KEY)])
    content = json.dumps(record.cells, sort_keys=True, default=str)
    number, before = work.seen.setdefault(key, (record.number, content))
    if number != record.number and before != content:
        raise Refused([_("Row %(row)s has the same key and says something else.", row=number)])


def _import(work: _Import, record: Record, key: str) -> dict[str, Any]:
    """What the report says of a row: with a title for a new case, without one for a case that was there."""
    known = known_case(work.call_id, key)
    first = work.seen[key][0]
    if known is not None or first != record.number:
        return {"row": record.number, "key": key, "reference": known.reference if known else None}
    call = _call(work.call_id)
    arrival, answers = _checked(work, record, call)
    case = hand_in(
        actor=work.actor,
        call=call,
        answers=answers,
        origin=Origin(work.report.file, work.report.sha256, record.number, key, work.by),
        manner=work.manner,
        arrival=arrival,
    )
    done = {"row": record.number, "key": key, "reference": case.reference, "title": case.title}
    if work.report.dry_run:
        raise _DryRun(done | {"reference": None})
    return done


def _checked(work: _Import, record: Record, call: Call) -> tuple[Arrival, dict[str, Any]]:
    """When a row was received, and its answers as of that day; Invalid with everything that is wrong.

    Rules over several answers are asked only when each of them could be read.
    """
    late: dict[str, Any] = {}
    received = clock.now()
    try:
        received = _received(plain_text(record.cells, work.mapping.received_at), call)
    except Invalid as fault:
        late = dict(fault.errors)
    arrival = Arrival(
        received,
        plain_text(record.cells, work.mapping.applicant_key)[:120] or None,
        plain_text(record.cells, work.mapping.language) or None,
    )
    values, today = work.definition.values, arrival.day(work.definition)
    signer = (str(work.actor.user_id or ""), work.by or work.actor.name)
    shaped = shape(
        record.cells, work.mapping, work.form, Context(values, today, work.mapping.numbers, signer)
    )
    partial = bool(shaped.faults)
    problems = forms.validate(work.form, shaped.answers, values=values, today=today, partial=partial)
    if late or shaped.faults or problems:
        raise Invalid(problems | shaped.faults | late)
    return arrival, shaped.answers


def _received(said: str, call: Call) -> datetime:
    """When a row was received: a moment, or a day, or now where the file says nothing; never later than now.

    A day counts to its last second in the call's time zone; the day on which the call closes counts to its closing,
    because what lies on the table with that day's stamp was in time.
    """
    if not said:
        return clock.now()
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        raise Invalid(
            {"received_at": _("%(said)s is no day or moment, like 2026-03-31.", said=said[:40])}
        ) from None
    zone = ZoneInfo(call.timezone)
    if len(said) == len("2026-03-31"):
        moment = _end_of(moment.date(), call)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    if moment.astimezone(zone).date() > clock.today(call.timezone):
        raise Invalid({"received_at": _("This day has not come yet.")})
    return min(moment, clock.now())


def _end_of(day: date, call: Call) -> datetime:
    """The last moment of a day that still counts for the call."""
    zone = ZoneInfo(call.timezone)
    last = datetime.combine(day, time(23, 59, 59), tzinfo=zone)
    closes_at = call.closes_at.astimezone(zone) if call.closes_at else last
    return min(last, closes_at) if closes_at.date() == day else last


def _refuse(work: _Import, record: Record, key: str, errors: dict[str, Any]) -> None:
    for name, reason in errors.items():
        refusal = Refusal(record.number, key, name, _label(work.form, name), str(reason))
        work.report.refused.append(refusal)


def _label(form: Form, path: str) -> str:
    name, _dot, rest = path.partition(".")
    try:
        label = pick(form.question(name).label, "en")
    except KeyError:
        return ""
    index, _dot, _column = rest.partition(".")
    return f"{label}, {int(index) + 1}" if index.isdigit() else label


def _constraint(fault: IntegrityError) -> str:
    name = getattr(getattr(fault.orig, "diag", None), "constraint_name", "") or ""
    if name == "uq_application_live":
        return _("The same applicant has another live application in this call.")
    return _("The database refused the row (%(rule)s).", rule=name or "constraint")
