"""Files as they come: encodings, separators, broken rows, formulas, huge cells, and what a mapping may say."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date, datetime
from decimal import Decimal

import pytest
from openpyxl import Workbook

from fundflow.applications.importing import FileFault, MappingFault, default_mapping, read_mapping
from fundflow.applications.importing.sources import LONGEST_CELL, read
from fundflow.programmes import definition_of
from tests.importing.conftest import FLAT, HEAD, ROW

pytestmark = pytest.mark.usefixtures("session")


def records(path, **more):
    return list(read(path, **more))


def put(tmp_path, name, data):
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_csv_with_any_separator_and_a_byte_order_mark(tmp_path, sign, mark):
    text = f'{mark}name{sign}note\r\n"Ëmi{sign} D\'Angelo"{sign}"two\nlines"\r\n\r\nB{sign}\r\n'
    found = records(put(tmp_path, "a.csv", text))
    assert [each.cells for each in found] == [
        {"name": f"Ëmi{sign} D'Angelo", "note": "two\nlines"},
        {"name": "B", "note": ""},
    ]
    assert [each.number for each in found] == [2, 5]


def test_rows_of_a_wrong_length_are_named(tmp_path):
    found = records(put(tmp_path, "a.csv", "a,b\n1\n1,2\n1,2,3\n"))
    assert [(each.number, each.fault) for each in found] == [
        (2, "This row has 1 cells, the header has 2."),
        (3, ""),
        (4, "This row has 3 cells, the header has 2."),
    ]


def test_a_quote_that_is_never_closed_ends_the_reading(tmp_path):
    found = records(put(tmp_path, "a.csv", 'a,b\n1,2\n"3,4\n5,6\n'))
    assert [each.cells for each in found[:1]] == [{"a": "1", "b": "2"}]
    assert found[1].number == 3
    assert "nor can anything after it" in found[1].fault


@pytest.mark.parametrize("text", ["", "\n", "a,,b\n", "a,a\n1,2\n"])
def test_a_header_must_name_every_column(tmp_path, text):
    with pytest.raises(FileFault):
        records(put(tmp_path, "a.csv", text))


def test_a_wrong_encoding_is_told_with_its_line(tmp_path):
    path = put(tmp_path, "a.csv", "name\nAna\nVal\u00ebs\n".encode("cp1252"))
    with pytest.raises(FileFault, match=r"a.csv is not UTF-8: line 3 cannot be read"):
        records(path)
    assert records(path, encoding="cp1252")[1].cells == {"name": "Valës"}
    with pytest.raises(FileFault, match="no encoding named klingon"):
        records(path, encoding="klingon")


def test_lines_that_are_no_objects(tmp_path):
    deep = "[" * 100_000
    text = '{"a": 1.10}\n\n{"a": \n[1]\n{"a": NaN}\n{"a": 1, "a": 2}\n' + deep + '\n{"a": "\\u0000"}\n'
    found = records(put(tmp_path, "a.jsonl", text))
    assert found[0].cells == {"a": Decimal("1.10")}
    assert [each.number for each in found] == [1, 3, 4, 5, 6, 7, 8]
    assert all(each.fault for each in found[1:])
    assert found[2].fault == "This line is not a JSON object."


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_a_huge_cell_is_refused_and_nothing_else(tmp_path, name):
    long = "x" * (LONGEST_CELL + 1)
    text = (
        f"a\n{long}\nb\n"
        if name.endswith("csv")
        else f"{json.dumps({'a': long})}\n{json.dumps({'a': 'b'})}\n"
    )
    first, second = records(put(tmp_path, name, text))
    assert first.fault == "“a” holds more than 100,000 characters."
    assert second.cells == {"a": "b"}


def sheet(tmp_path, *rows, name="a.xlsx"):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / name)
    return tmp_path / name


def test_a_sheet_keeps_days_numbers_and_flags(tmp_path):
    noon = datetime(2026, 3, 1, 12, 30)  # noqa: DTZ001 - sheets know no time zones
    path = sheet(tmp_path, list("dnfbm"), [date(2026, 3, 1), 3.0, 0.1, True, noon], [None] * 5, ["x"])
    found = records(path)
    assert found[0].cells == {
        "d": "2026-03-01", "n": 3, "f": Decimal("0.1"), "b": True, "m": "2026-03-01 12:30:00"
    }  # fmt: skip
    assert [each.number for each in found] == [2, 4]
    assert found[1].cells["d"] == "x"


def test_formulas_without_a_value_and_errors_are_refused(tmp_path):
    path = sheet(tmp_path, ["a", "b"], [1, "=A2*2"], ["#REF!", 1], [1, 2, 3])
    found = records(path)
    assert [each.fault for each in found[:1]] == [
        "Cell B2 holds a formula without a value; save the file in a spreadsheet program."
    ]
    assert found[2].fault == "Cell C4 stands in a column without a name."


def test_what_only_claims_to_be_a_workbook(tmp_path):
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        for number in range(3):
            packed.writestr(f"{number}", b"0" * 100_000_000)
    for data in (b"not a zip", bomb.getvalue()):
        with pytest.raises(FileFault):
            records(put(tmp_path, "a.xlsx", data))
    with pytest.raises(FileFault, match="no sheet Other"):
        records(sheet(tmp_path, ["a"], ["b"]), sheet="Other")
    for name in ("missing.csv", "a.pdf"):
        with pytest.raises(FileFault):
            records(tmp_path / name if name.startswith("m") else put(tmp_path, name, b"x"))


def test_a_sheet_is_imported_as_a_table_is(imported, tmp_path):
    row = [7, date(2026, 10, 5), *ROW[2:6], 3.0, "Dig", 1000.5, "Pump", 500, 1500.5]
    report = imported(sheet(tmp_path, HEAD, row), FLAT)
    assert report.refused == []
    assert report.imported[0]["title"] == "Well"


def test_a_table_without_a_mapped_column_is_refused_whole(imported, tmp_path):
    path = put(tmp_path, "a.csv", ";".join(HEAD[:-1]) + "\n" + ";".join(ROW[:-1]) + "\n")
    with pytest.raises(FileFault, match="lacks columns that the mapping names: asked"):
        imported(path, FLAT)


def test_columns_that_are_not_used_are_told(imported, tmp_path):
    path = put(tmp_path, "a.csv", ";".join((*HEAD, "extra")) + "\n" + ";".join((*ROW, "1")) + "\n")
    assert imported(path, FLAT).unused_columns == ["extra"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("questions: {}\n", "map.yaml:1:1: key: Field required"),
        ("key: k\nquestions:\n  color: c\n", "map.yaml:3:3: questions.color: the form has no such question"),
        ("key: k\nquestions:\n  milestones: m\n", "give its columns under `rows`"),
        ("key: k\nquestions:\n  title: {rows: {a: b}}\n", "this question is not a table of rows"),
        ("key: k\nquestions:\n  milestones: {rows: {color: 'm[].c'}}\n", "the table has no such column"),
        ("key: k\nquestions:\n  milestones: {rows: {title: m}}\n", "the column needs [] in its path"),
        ("key: k\nkey: l\n", "map.yaml:2:1"),
        ("key: k\nquestions: {title: {form: x}}\n", "map.yaml:2"),
        ("key: {from: [a\n", "this is not YAML"),
    ],
)
def test_a_mapping_is_refused_with_its_place(call, text, said):
    definition = definition_of(call.version_id)
    with pytest.raises(MappingFault) as refused:
        read_mapping(text, "map.yaml", definition.forms["application"])
    assert said in str(refused.value)


def test_without_a_mapping_columns_are_named_as_the_questions(call):
    mapping = default_mapping(definition_of(call.version_id).forms["application"])
    assert mapping.questions["title"].columns == ("title",)
    assert mapping.questions["milestones"].rows["cost"].columns == ("milestones[].cost",)
