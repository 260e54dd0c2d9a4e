"""Readers of the three kinds of files: JSON Lines, CSV and XLSX, each as numbered records or faults."""

from __future__ import annotations

import csv
import io
import json
import math
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from fundflow.forms.speech import gettext as _

LARGEST = 50_000_000  # bytes of a file, and 4 times as many inside an XLSX, which is a zip
LONGEST_CELL = 100_000  # characters; the longest answer of a form is far shorter
DELIMITERS = ",;\t|"


class FileFault(ValueError):
    """The file as a whole cannot be read; the message is one sentence, and nothing was imported."""


@dataclass(frozen=True)
class Record:
    """One row of a file with its number there; `fault` says why it cannot be used."""

    number: int
    cells: dict[str, Any] = field(default_factory=dict)
    fault: str = ""


def read(
    path: Path, *, encoding: str = "utf-8", delimiter: str | None = None, sheet: str | None = None
) -> Iterator[Record]:
    """The records of a file by its ending (.jsonl, .ndjson, .csv, .xlsx); raises FileFault.

    Numbers are those that people see: the line of a text file, the row of a sheet.
    """
    ending = path.suffix.lower()
    if not path.is_file():
        raise FileFault(_("There is no file %(name)s.", name=path.name))
    if path.stat().st_size > LARGEST:
        raise FileFault(_("%(name)s is larger than %(most)s MB.", name=path.name, most=LARGEST // 1_000_000))
    if ending == ".xlsx":
        return _xlsx(path, sheet)
    if ending in {".jsonl", ".ndjson"}:
        return _json_lines(_text(path, encoding))
    if ending in {".csv", ".tsv", ".txt"}:
        return _csv(_text(path, encoding), delimiter)
    raise FileFault(_("%(name)s is neither .jsonl, .csv nor .xlsx.", name=path.name))


def _text(path: Path, encoding: str) -> str:
    data = path.read_bytes()
    try:
        text = data.decode(
            "utf-8-sig" if encoding.lower().replace("_", "-") in {"utf-8", "utf8"} else encoding
        )
    except LookupError as fault:
        raise FileFault(_("There is no encoding named %(name)s.", name=encoding)) from fault
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        raise FileFault(
            _(
                "%(name)s is not %(encoding)s: line %(line)s cannot be read. Save it as UTF-8, or name its encoding "
                "in the mapping.",
                name=path.name, encoding=encoding.upper(), line=line,
            )
        ) from fault  # fmt: skip
    if "\0" in text:
        raise FileFault(_("%(name)s is not a text file.", name=path.name))
    return text


# ------------------------------------------------------------------------------------------ JSON Lines
def _json_lines(text: str) -> Iterator[Record]:
    for number, line in enumerate(io.StringIO(text), start=1):
        if line.strip():
            yield _json_record(number, line)


def _json_record(number: int, line: str) -> Record:
    try:
        data = json.loads(
            line, parse_float=Decimal, parse_constant=_refuse_constant, object_pairs_hook=_object
        )
    except RecursionError:
        return Record(number, fault=_("This line is nested too deeply."))
    except ValueError as fault:
        return Record(number, fault=_("This line is not JSON: %(why)s.", why=str(fault).rstrip(".")))
    if not isinstance(data, dict):
        return Record(number, fault=_("This line is not a JSON object."))
    return Record(number, data, _too_long(_strings(data)))


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return made


def _strings(data: Any) -> Iterator[tuple[str, str]]:
    for name, value in data.items() if isinstance(data, dict) else enumerate(data):
        if isinstance(value, str):
            yield str(name), value
        elif isinstance(value, dict | list):
            yield from _strings(value)


def _too_long(cells: Iterator[tuple[str, str]]) -> str:
    for name, value in cells:
        if len(value) > LONGEST_CELL:
            return _(
                "“%(column)s” holds more than %(most)s characters.", column=name, most=f"{LONGEST_CELL:,}"
            )
        if "\0" in value:
            return _("“%(column)s” holds a character that is no text.", column=name)
    return ""


# ------------------------------------------------------------------------------------------------- CSV
def _csv(text: str, delimiter: str | None) -> Iterator[Record]:
    csv.field_size_limit(
        max(LARGEST, csv.field_size_limit())
    )  # cells that are too long get a sentence of their own
    head = text.partition("\n")[0]
    sign = delimiter or max(DELIMITERS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True)
    try:
        names = _header(next(reader, []))
    except csv.Error as fault:
        raise FileFault(_("The header cannot be read: %(why)s.", why=fault)) from fault
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as fault:
            why = _("This row cannot be read (%(why)s), nor can anything after it.", why=fault)
            yield Record(number, fault=why)
            return
        if any(cell.strip() for cell in cells):
            yield _csv_record(number, names, cells)


def _csv_record(number: int, names: Sequence[str], cells: Sequence[str]) -> Record:
    if len(cells) != len(names):
        why = _(
            "This row has %(found)s cells, the header has %(wanted)s.", found=len(cells), wanted=len(names)
        )
        return Record(number, fault=why)
    found = dict(zip(names, cells, strict=True))
    return Record(number, found, _too_long(iter(found.items())))


def _header(cells: Sequence[Any]) -> list[str]:
    names = [str(cell or "").strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    if not names or not all(names):
        raise FileFault(_("The first row must hold the name of every column."))
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise FileFault(_("Columns of the same name: %(names)s.", names=", ".join(twice)))
    return names


# ------------------------------------------------------------------------------------------------ XLSX
def _xlsx(path: Path, sheet: str | None) -> Iterator[Record]:
    """Twice the same sheet: once the values that were stored, once the formulas behind them."""
    values, formulas = _workbook(path, stored=True), _workbook(path, stored=False)
    try:
        if sheet and sheet not in values.sheetnames:
            raise FileFault(_("The workbook has no sheet %(name)s.", name=sheet))
        name = sheet or values.sheetnames[0]
        yield from _sheet(values[name], formulas[name])
    finally:
        values.close()
        formulas.close()


def _workbook(path: Path, *, stored: bool) -> Any:
    from openpyxl import load_workbook  # noqa: PLC0415 - 12 MB that only an import of a sheet pays for

    try:
        unpacked = sum(item.file_size for item in zipfile.ZipFile(path).infolist())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions that carry no values
            book = load_workbook(path, read_only=True, data_only=stored) if unpacked <= 4 * LARGEST else None
    except Exception as fault:  # openpyxl raises whatever the broken part of the archive makes of it
        raise FileFault(_("%(name)s is not an XLSX workbook.", name=path.name)) from fault
    if book is None:
        raise FileFault(_("%(name)s is too large when unpacked.", name=path.name))
    return book


def _sheet(values: Any, formulas: Any) -> Iterator[Record]:
    names: list[str] = []
    for number, (row, behind) in enumerate(
        zip(values.iter_rows(), formulas.iter_rows(), strict=True), start=1
    ):
        if number == 1:
            names = _header([cell.value for cell in row])
        elif any(cell.value not in (None, "") for cell in behind):
            yield _sheet_record(number, names, row, behind)


def _sheet_record(number: int, names: Sequence[str], row: Sequence[Any], behind: Sequence[Any]) -> Record:
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - see _workbook

    cells: dict[str, Any] = {}
    for index, (cell, source) in enumerate(zip(row, behind, strict=True)):
        place = f"{get_column_letter(index + 1)}{number}"
        if cell.value is None and source.data_type == "f":
            why = _(
                "Cell %(cell)s holds a formula without a value; save the file in a spreadsheet program.",
                cell=place,
            )
            return Record(number, fault=why)
        if cell.data_type == "e":
            return Record(
                number, fault=_("Cell %(cell)s holds the error %(error)s.", cell=place, error=cell.value)
            )
        if index < len(names):
            cells[names[index]] = _plain(cell.value)
        elif cell.value is not None:
            return Record(number, fault=_("Cell %(cell)s stands in a column without a name.", cell=place))
    return Record(number, cells, _too_long(_strings(cells)))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return (
            int(value)
            if value.is_integer()
            else (Decimal(repr(value)) if math.isfinite(value) else str(value))
        )
    return value
