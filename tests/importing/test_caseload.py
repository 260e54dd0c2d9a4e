"""A caseload taken over from a former system: each row a case with its intake handed in, or nothing at all."""

from __future__ import annotations

import csv
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from fundflow.accounts import SYSTEM
from fundflow.applications.importing import default_mapping, run
from fundflow.applications.models import Answers, Application, FormEntry
from fundflow.applications.queries import answers, latest_entry
from fundflow.applications.service.move import move
from fundflow.audit import AuditEvent
from fundflow.platform import clock
from fundflow.platform.db import db, transaction
from fundflow.platform.errors import Forbidden
from fundflow.programmes import Call, definition_of
from tests.disbursement.office import call_of, person
from tests.importing.conftest import NOW

RIGHT = {
    "key": "old-1",
    "received_at": "2026-10-20",
    "full_name": "Rinor Doda",
    "birth_date": "2004-05-19",
    "under_18": "no",
    "language": "sq",
    "phone": "+355 69 234 5678",
    "safe_channel": "message",
    "municipality": "21",
    "came_from": "IT",
    "arrived_on": "2026-10-14",
    "return_kind": "voluntary",
    "wishes": "To work beside my father in the shop.",
    "urgent": "no",
}
MINOR = RIGHT | {
    "key": "old-2",
    "full_name": "Blerta Sala",
    "birth_date": "2009-11-01",
    "under_18": "yes",
    "guardian_name": "Fatmir Sala",
    "guardian_relation": "father",
    "guardian_birth_date": "1978-02-11",
    "guardian_phone": "+355694567890",
    "guardian_language": "sq",
}


@pytest.fixture
def take_over(session, tmp_path):
    """Imports rows into one open caseload, as often as it is asked; the columns are named as the questions are."""
    del session
    with clock.at(NOW):
        call_id = call_of("reintegration_grant").id

        def do(*rows, actor=SYSTEM, **more):
            path = tmp_path / "cases.csv"
            heads = list(dict.fromkeys(name for row in (MINOR, *rows) for name in row))
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, heads)
                writer.writeheader()
                writer.writerows(rows)
            definition = definition_of(db.session.get_one(Call, call_id).version_id)
            form = definition.forms[definition.programme.application_form]
            whole = default_mapping(form)
            known = {name: source for name, source in whole.questions.items() if name in heads}
            mapping = whole.model_copy(update={"questions": known})
            return run(actor=actor, call_id=call_id, path=path, mapping=mapping, by="tester", **more)

        do.call_id = call_id
        yield do


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def told(report):
    return [(each.row, each.field) for each in report.refused]


def test_each_row_becomes_a_case_with_its_intake_handed_in(take_over):
    report = take_over(RIGHT, MINOR)
    assert (report.refused, [each["key"] for each in report.imported]) == ([], ["old-1", "old-2"])
    cases = db.session.scalars(select(Application).order_by(Application.reference)).all()
    assert [(each.stage, each.applicant_name, each.source_key, each.language) for each in cases] == [
        ("referred", "Rinor Doda", "old-1", "sq"),
        ("referred", "Blerta Sala", "old-2", "sq"),
    ]
    assert [each.reference for each in cases] == [each["reference"] for each in report.imported]
    entry = latest_entry(cases[1].id, "intake", submitted=True)
    assert (answers(entry)["guardian_name"], len(entry.content_hash)) == ("Fatmir Sala", 64)
    noted = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "application.imported")).all()
    assert [(each.data["row"], each.data["by"]) for each in noted] == [(2, "tester"), (3, "tester")]


def test_a_case_taken_over_goes_on_like_any_other(take_over):
    take_over(MINOR)
    case_id = db.session.scalars(select(Application.id)).one()
    db.session.rollback()
    worker = person("case_worker")
    with transaction():
        move(actor=worker, subject_id=case_id, move="take_in")
    kinds = [each.data["move"] for each in db.session.scalars(select(AuditEvent)) if each.action == "move"]
    assert kinds == ["take_in"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"full_name": " "}, "full_name"),
        ({"birth_date": "in May 2004"}, "birth_date"),
        ({"birth_date": "2027-01-01"}, "birth_date"),
        ({"municipality": "Atlantis"}, "municipality"),
        ({"safe_channel": "pigeon"}, "safe_channel"),
        ({"under_18": "maybe"}, "under_18"),
        ({"under_18": "yes", "birth_date": "2009-11-01"}, "guardian_name"),
        ({"arrived_on": "2026-10-21"}, "arrived_on"),
        ({"received_at": "2026-11-03"}, "received_at"),
        ({"wishes": ""}, "wishes"),
    ],
)
def test_a_dirty_row_is_named_and_leaves_nothing_behind(take_over, changes, field):
    report = take_over(RIGHT | changes | {"key": "dirty"}, RIGHT)
    assert (2, field) in told(report)  # the heads are the first row
    assert {row for row, _field in told(report)} == {2}
    assert db.session.scalars(select(Application.source_key)).all() == ["old-1"]
    assert (count(FormEntry), db.session.scalar(select(Application.reference))) == (1, "RIA-2026-0001")


def test_a_file_that_is_imported_again_doubles_nothing(take_over):
    take_over(RIGHT)
    with clock.at(NOW + timedelta(days=3)):
        again = take_over(RIGHT | {"wishes": "Something else."}, MINOR)
    assert [each["key"] for each in again.present] == ["old-1"]
    assert [each["key"] for each in again.imported] == ["old-2"]
    first = db.session.scalars(select(Application.id).where(Application.source_key == "old-1")).one()
    assert answers(latest_entry(first, "intake"))["wishes"] == RIGHT["wishes"]
    assert (count(Application), count(FormEntry)) == (2, 2)


def test_a_mended_file_brings_the_row_that_was_refused(take_over):
    take_over(RIGHT | {"municipality": "?"}, MINOR)
    report = take_over(RIGHT, MINOR)
    assert [each["key"] for each in report.imported] == ["old-1"]
    assert [each["key"] for each in report.present] == ["old-2"]


def test_a_full_caseload_takes_no_row_more(take_over):
    with transaction():
        db.session.get_one(Call, take_over.call_id).cap = 1
    report = take_over(RIGHT, MINOR)
    assert [each["key"] for each in report.imported] == ["old-1"]
    assert [(each.row, each.reason) for each in report.refused] == [
        (3, "This caseload has room for 1 cases, and all are taken.")
    ]
    assert (count(Application), count(FormEntry)) == (1, 1)


def test_a_dry_run_writes_nothing(take_over):
    report = take_over(RIGHT, MINOR | {"urgent": "?"}, dry_run=True)
    assert (len(report.imported), told(report)) == (1, [(3, "urgent")])
    assert [count(each) for each in (Application, FormEntry, Answers)] == [0, 0, 0]
    assert take_over(RIGHT).imported[0]["reference"] == "RIA-2026-0001"


def test_ages_are_those_of_the_day_of_receipt(take_over):
    """The guardian was to be of age when the paper came, whatever the day of the import."""
    young = MINOR | {"guardian_birth_date": "2008-10-25"}
    assert date(2026, 10, 25) < clock.today("Europe/Tirane")
    assert told(take_over(young)) == [(2, "guardian_birth_date")]
    assert told(take_over(young | {"received_at": "2026-10-25"})) == []


def test_who_may_not_import_does_not(take_over):
    with pytest.raises(Forbidden):
        take_over(RIGHT, actor=person("evaluator"))
    assert count(Application) == 0
