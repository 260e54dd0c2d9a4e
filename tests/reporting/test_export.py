"""The list as a table: complete, safe for spreadsheets, on record, and without what is not for the reader."""

from __future__ import annotations

import csv
import io

import pytest
from sqlalchemy import select

from fundflow import forms
from fundflow.applications.models import Answers, Application
from fundflow.audit import AuditEvent
from fundflow.platform.db import db, transaction
from fundflow.programmes import definition_of
from fundflow.reporting.queries.export import FACTS, lines, safe
from tests.evaluation.panel import Panel
from tests.reporting.many import copy_case, statements


def table(panel: Panel, who: str, query: str = "") -> list[dict[str, str]]:
    answer = panel.browser(who).get(f"/applications.csv{query}")
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_no_cell_is_a_formula(cell):
    assert safe(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "a=1", "1-2", "Elira", "'"])
def test_plain_cells_stay_as_they_are(cell):
    assert safe(cell) == cell


def test_long_tables_come_in_pieces_of_whole_rows():
    pieces = list(lines([str(n)] for n in range(1201)))
    assert len(pieces) == 3
    assert "".join(pieces).removeprefix("\ufeff").split() == [str(n) for n in range(1201)]


def test_every_answer_is_a_column(panel):
    (case,) = panel.submitted("applicant")
    (row,) = table(panel, "officer")
    definition = definition_of(case.row().version_id)
    form = definition.forms[definition.programme.application_form]
    assert len({*FACTS, *forms.csv_columns(form)}) == len(FACTS) + len(forms.csv_columns(form))
    assert list(row) == [*FACTS, *forms.csv_columns(form)]
    given: dict[str, object] = {}
    for (data,) in db.session.execute(select(Answers.data)):
        given |= data
    expected = dict(zip(forms.csv_columns(form), map(safe, forms.csv_values(form, given)), strict=True))
    assert {name: row[name] for name in expected} == expected
    assert row["reference"] == case.row().reference
    assert row["stage"] == "submitted"


def test_what_applicants_write_is_never_run_by_a_spreadsheet(panel):
    (case,) = panel.submitted("applicant")
    with transaction():
        db.session.get_one(Application, case.id).title = '=HYPERLINK("http://evil.example")'
    (row,) = table(panel, "officer")
    assert row["case_title"] == '\'=HYPERLINK("http://evil.example")'


def test_the_table_holds_what_the_list_shows(panel):
    cases = panel.submitted("applicant", "applicant2")
    cases[0].play([{"move": "start_screening", "as": "officer"}])
    assert [row["reference"] for row in table(panel, "auditor", "?stage=screening")] == [
        cases[0].row().reference
    ]
    assert len(table(panel, "auditor")) == 2
    assert table(panel, "auditor", "?q=nothing") == []


def test_taking_it_along_is_on_record(panel):
    panel.submitted("applicant")
    table(panel, "officer", "?q=el&stage=submitted")
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "applications.exported")).one()
    assert event.actor_id == panel.office.people["officer"]
    assert event.data["filters"] == {"search": "el", "stage": "submitted", "order": "newest"}


def test_many_rows_take_few_statements(panel):
    (case,) = panel.submitted("applicant")
    copy_case(case.id, 300)
    assert statements(panel, "officer", "/applications.csv") <= 12
    assert len(table(panel, "officer")) == 301
