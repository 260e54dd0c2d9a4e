"""Importing by the services: what becomes a case, what is refused and why, and that nothing is there twice or half."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from fundflow.accounts import SYSTEM, Actor, Grant, create_user
from fundflow.applications.importing.submission import Manner
from fundflow.applications.models import Answers, Application, FormEntry, Party
from fundflow.applications.queries import answers, latest_entry
from fundflow.applications.service import receipts
from fundflow.audit import AuditEvent
from fundflow.documents import Document
from fundflow.notify.models import Message
from fundflow.people import Person
from fundflow.platform import clock
from fundflow.platform.db import db, transaction
from fundflow.platform.errors import Forbidden
from tests.importing.conftest import EXAMPLE, FLAT, HEAD, NOW, ROW, proposal


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def told(report) -> list[tuple[int, str, str]]:
    return [(each.row, each.field, each.reason) for each in report.refused]


def csv_file(tmp_path, *rows, sign=";", encoding="utf-8"):
    path = tmp_path / "paper.csv"
    quoted = [
        sign.join(f'"{cell}"' if sign in cell or "\n" in cell else cell for cell in row) for row in rows
    ]
    path.write_bytes(("\r\n".join(quoted) + "\r\n").encode(encoding))
    return path


def test_a_record_becomes_a_submitted_application(imported, lines):
    report = imported(lines(proposal("one")))
    assert (report.rows, len(report.imported), report.refused) == (1, 1, [])
    case = db.session.scalar(select(Application))
    assert (case.stage, case.title, case.applicant_name) == (
        "submitted",
        "Project one",
        "Team of Project one",
    )
    assert (case.requested_minor, case.currency, case.source_key) == (2_000_50, "USD", "old/one")
    assert case.reference == report.imported[0]["reference"] == "OPG-2026-0001"
    assert (case.submitted_at, case.is_live) == (NOW, True)
    entry = latest_entry(case.id, "application", submitted=True)
    assert answers(entry)["milestones"] == [
        {
            "title": "Draft",
            "months": "1.5",
            "deliverables": "Code\nTests",
            "cost": {"minor": 150050, "currency": "USD"},
        },
        {
            "title": "Release",
            "months": "1",
            "deliverables": None,
            "cost": {"minor": 50000, "currency": "USD"},
        },
    ]
    assert case.content_hash == entry.content_hash
    assert hashlib.sha256(receipts.content(case)).hexdigest() == case.content_hash
    assert db.session.scalar(select(Party.kind).where(Party.application_id == case.id)) == "applicant"
    assert db.session.scalar(select(Person.full_name)) == "Team of Project one"


def test_the_trail_says_from_which_file_and_by_whom(imported, lines):
    path = lines(proposal("one"))
    report = imported(path)
    events = db.session.scalars(select(AuditEvent).order_by(AuditEvent.seq)).all()
    noted = next(event.data for event in events if event.action == "application.imported")
    assert noted == {
        "call": "open-2026", "file": "proposals.jsonl", "sha256": report.sha256, "row": 1, "by": "tester"
    }  # fmt: skip
    moved = next(event.data for event in events if event.action == "move")
    assert (moved["move"], moved["on_behalf"], moved["mails"]) == ("submit", "applicant", "none")


def test_mails_and_receipts_as_asked(imported, lines):
    given = {"checked": True}
    imported(lines(proposal("one", email="a@b.example")), manner=Manner(submission=given))
    assert (count(Message), count(Document)) == (0, 1)
    imported(lines(proposal("two")), manner=Manner(letters=False, submission=given))
    assert (count(Message), count(Document)) == (0, 1)


def test_a_second_import_finds_what_is_there(imported, lines):
    imported(lines(proposal("one")))
    report = imported(lines(proposal("one"), proposal("two")))
    assert [each["key"] for each in report.present] == ["old/one"]
    assert [each["key"] for each in report.imported] == ["old/two"]
    assert count(Application) == 2


def test_a_dry_run_tries_everything_and_writes_nothing(imported, lines):
    before = [count(each) for each in (Application, FormEntry, Answers, Person, Party, Document, AuditEvent)]
    report = imported(lines(proposal("one"), proposal("two", currency="BTC")), dry_run=True)
    assert (len(report.imported), report.refused_rows) == (1, 1)
    assert report.imported[0]["reference"] is None
    assert before == [
        count(each) for each in (Application, FormEntry, Answers, Person, Party, Document, AuditEvent)
    ]
    assert imported(lines(proposal("one"))).imported[0]["reference"] == "OPG-2026-0001"


def test_a_refused_row_leaves_nothing_and_its_neighbours_stay(imported, lines):
    report = imported(lines(proposal("bad", total_cost="9"), proposal("good")))
    assert told(report) == [
        (1, "requested", "This must be $1,000.00 or more."),
        (1, "milestones", "The milestones cost $2,000.50 together, but $9.00 is asked for."),
    ]
    assert db.session.scalars(select(Application.reference)).all() == ["OPG-2026-0001"]
    assert count(FormEntry) == 2  # the application and the move's form


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"currency": "BTC"}, "requested", "The currency BTC is not accepted here, only USD."),
        ({"currency": None}, "requested", "The currency (none) is not accepted here, only USD."),
        ({"total_cost": "much"}, "requested", "Enter an amount in USD, like 1,234.50."),
        ({"total_cost": "2000.505"}, "requested", "Enter an amount in USD, like 1,234.50."),
        ({"total_cost": ["1", "2"]}, "requested", "The file holds several values here; one was expected."),
        ({"duration_months": None}, "months", "Enter a number."),
        ({"title": " "}, "title", "Enter an answer."),
        ({"team_size": "two"}, "team_size", "Enter a number, like 12."),
        ({"milestones": []}, "milestones", "Add at least one row."),
        ({"milestones": "none"}, "milestones", "Add at least one row."),
    ],
)
def test_what_cannot_be_read_is_named_by_question(imported, lines, changes, field, reason):
    report = imported(lines(proposal("one", **changes)))
    assert next(said for _row, name, said in told(report) if name == field) == reason
    assert count(Application) == 0


def test_rows_without_a_key_and_keys_that_disagree(imported, lines):
    report = imported(
        lines(proposal("one"), proposal("one"), proposal("one", summary="Other"), proposal("two", source=""))
    )
    assert [each["row"] for each in report.imported] == [1]
    assert [each["row"] for each in report.present] == [2]
    assert told(report) == [
        (3, "", "Row 1 has the same key and says something else."),
        (4, "", "The row has no key, so it could not be recognised when the file is imported again."),
    ]


def test_one_applicant_has_one_live_application(imported, lines):
    mapping = "applicant_key: owner\n" + EXAMPLE.read_text(encoding="utf-8")
    report = imported(lines(proposal("one", owner="x"), proposal("two", owner="x")), mapping)
    assert [each["row"] for each in report.imported] == [1]
    assert told(report) == [(2, "", "The same applicant has another live application in this call.")]


def test_the_day_of_receipt_counts_for_the_deadline(imported, tmp_path, call):
    late, early, unclear, coming = (
        ("8", "2026-12-05", *ROW[2:]),
        ("9", "2026-07-01", *ROW[2:]),
        ("10", "yesterday", *ROW[2:]),
        ("11", "2026-11-20", *ROW[2:]),
    )
    path = csv_file(tmp_path, HEAD, ROW, late, early, unclear, coming)
    with clock.at(call.closes_at + timedelta(days=20)):
        report = imported(path, FLAT)
    received = db.session.scalars(select(Application.submitted_at).order_by(Application.submitted_at)).all()
    assert [moment.astimezone(UTC) for moment in received] == [
        datetime(2026, 10, 5, 21, 59, 59, tzinfo=UTC),
        datetime(2026, 11, 20, 22, 59, 59, tzinfo=UTC),
    ]
    assert told(report) == [
        (3, "", "The call is not open now."),
        (4, "", "The call is not open now."),
        (5, "received_at", "yesterday is no day or moment, like 2026-03-31."),
    ]


def test_paper_of_the_calls_last_day_is_in_time_whenever_it_is_imported(imported, tmp_path, call):
    """The call closes at ten in the morning in Tirana; the stamp on paper knows the day alone."""
    last_day, day_after = ("8", "2026-12-02", *ROW[2:]), ("9", "2026-12-03", *ROW[2:])
    moment = ("10", "2026-12-02T10:00:01", *ROW[2:])
    with clock.at(call.closes_at + timedelta(days=40)):
        report = imported(csv_file(tmp_path, HEAD, last_day, day_after, moment), FLAT)
    assert db.session.scalars(select(Application.submitted_at)).all() == [call.closes_at]
    assert told(report) == [(3, "", "The call is not open now."), (4, "", "The call is not open now.")]


class TestAProgrammeThatAsksForADayAhead:
    """Its form asks when the project begins, which must not have been before the application came."""

    @pytest.fixture
    def files(self, files):
        months = next(line for line in files["forms/application.yaml"].splitlines() if "{id: months," in line)
        begins = (
            "      - {id: begins_on, type: date, min: today, label: {en: Begins, sq: Fillon, it: Inizio}}"
        )
        changed = files["forms/application.yaml"].replace(months, f"{months}\n{begins}")
        return files | {"forms/application.yaml": changed}

    def test_answers_are_checked_as_of_the_day_of_receipt(self, imported, tmp_path, call):
        """What was to begin ten days after the paper came has begun by the day of the import."""
        mapping = FLAT.replace("  months: months\n", "  months: months\n  begins_on: begins\n")
        head, row = (*HEAD, "begins"), (*ROW, "2026-10-15")
        with clock.at(call.closes_at + timedelta(days=40)):
            report = imported(csv_file(tmp_path, head, row, ("8", *ROW[1:], "2026-10-04")), mapping)
        assert [each["key"] for each in report.imported] == ["paper 7"]
        assert [(line, name) for line, name, _reason in told(report)] == [(3, "begins_on")]
        events = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "move")).all()
        assert [event.data["received_on"] for event in events] == ["2026-10-05"]
        case = db.session.scalar(select(Application))
        assert hashlib.sha256(receipts.content(case)).hexdigest() == case.content_hash


class TestAProgrammeThatLetsPeopleChooseACurrency:
    """Its form asks what an offer costs, in the currency of the offer."""

    @pytest.fixture
    def files(self, files):
        months = next(line for line in files["forms/application.yaml"].splitlines() if "{id: months," in line)
        offer = "      - {id: offer, type: money, currencies: [EUR, ALL], label: {en: Offer, sq: Oferta, it: Offerta}}"
        changed = files["forms/application.yaml"].replace(months, f"{months}\n{offer}")
        return files | {"forms/application.yaml": changed}

    def told_of(self, source, *columns):
        """The mapping of the question, and a file with these columns behind the others."""
        names, cells = zip(*columns, strict=True)
        mapping = FLAT.replace("  months: months\n", f"  months: months\n  offer: {source}\n")
        return mapping, (*HEAD, *names), (*ROW, *cells)

    @pytest.mark.parametrize(
        "given",
        [
            ("{from: price, currency: money}", ("price", "1.250,50"), ("money", "ALL")),
            ("{from: price, currency: money}", ("price", "1.250,50 ALL")),
            ("price", ("price", "ALL 1.250,50")),
        ],
    )
    def test_a_file_says_it_in_a_column_or_beside_the_amount(self, imported, tmp_path, given):
        mapping, *table = self.told_of(*given)
        assert imported(csv_file(tmp_path, *table), mapping).refused == []
        case = db.session.scalar(select(Application))
        found = answers(latest_entry(case.id, "application"))
        assert found["offer"] == {"minor": 125_050, "currency": "ALL"}

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            (("price", ("price", "1.250,50")), "Choose the currency of this amount."),
            (("{from: price, currency: m}", ("price", "5"), ("m", "USD")), "Choose a currency of the list."),
        ],
    )
    def test_another_currency_or_none_is_refused(self, imported, tmp_path, given, said):
        mapping, *table = self.told_of(*given)
        report = imported(csv_file(tmp_path, *table), mapping)
        assert [(name, reason) for _row, name, reason in told(report)] == [("offer", said)]


def test_tomorrow_has_not_come_and_comes_with_all_other_faults(imported, tmp_path):
    row = ("8", "2026-11-03", *ROW[2:5], "", *ROW[6:])
    with clock.at(NOW.replace(hour=22, minute=30)):  # half past eleven in Tirana
        report = imported(csv_file(tmp_path, HEAD, row), FLAT)
    assert ("received_at", "This day has not come yet.") in [each[1:] for each in told(report)]
    assert "summary" in [name for _row, name, _reason in told(report)]


def test_paper_forms_from_a_table(imported, tmp_path):
    report = imported(csv_file(tmp_path, HEAD, ROW), FLAT)
    assert report.refused == []
    case = db.session.scalar(select(Application))
    given = answers(latest_entry(case.id, "application"))
    assert (case.source_key, case.applicant_name, case.requested_minor) == ("paper 7", "Ana Prova", 1_500_50)
    assert [row["title"] for row in given["milestones"]] == ["Dig", "Pump"]
    assert given["solution"] == "See the paper"


def test_only_who_may_imports(imported, lines, call):
    with transaction():
        user = create_user(SYSTEM, email="officer@office.example", name="Olta Fier")
        user_id = user.id
    nobody = Actor(user_id, "Olta Fier", "officer@office.example")
    with pytest.raises(Forbidden):
        imported(lines(proposal("one")), actor=nobody)
    officer = replace(nobody, grants=(Grant("programme_officer"),))
    imported(lines(proposal("one")), actor=officer)
    assert db.session.scalar(select(Application.created_by)) == user_id
    with pytest.raises(Forbidden):
        imported(
            lines(proposal("two")),
            actor=replace(nobody, grants=(Grant("programme_officer", "call", call.version_id),)),
        )
