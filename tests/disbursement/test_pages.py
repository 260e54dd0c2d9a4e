"""The pages of disbursement: who gets what, each fact of a purchase, and what is kept from whose eyes."""

from __future__ import annotations

import html
import re

import pytest
from flask import g
from sqlalchemy import event, select

from fundflow.accounts import Grant, User
from fundflow.audit import AuditEvent
from fundflow.disbursement.queries import money, work
from fundflow.platform import clock
from fundflow.platform.db import db, transaction
from fundflow.web import paginate
from tests.disbursement import office
from tests.disbursement.office import IBAN, active_grant, approved_plan, person, purchases_of, tranches_of
from tests.disbursement.test_purchases import Team as Buyers
from tests.disbursement.test_tranches import Team as Payers


@pytest.fixture
def browse(app, session):
    """Opens a page as somebody; gives status and the page's text without tags."""

    def open_page(actor, path):
        for name in list(g):
            g.pop(name)
        client = app.test_client()
        user = db.session.get(User, actor.user_id)
        with client.session_transaction() as cookie:
            cookie["_user_id"], cookie["_fresh"] = user.fs_uniquifier, True
        answer = client.get(path)
        text = re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))))
        return answer.status_code, text.replace("\xa0", " ")

    with clock.at(office.MONDAY):
        yield open_page


def counted(function):
    """How many statements a call sends to the database."""
    seen = []
    connection = db.session.connection()

    def note(_connection, _cursor, statement, *_more):
        seen.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    try:
        function()
    finally:
        event.remove(connection, "before_cursor_execute", note)
    return len(seen)


def test_the_list_says_who_gets_what_for_which_case_and_whose_step_it_is(browse):
    team = Payers()
    case = active_grant(team.by["request"])
    team.take(tranches_of(case)[0], until="verify")
    status, text = browse(team.by["certify"], "/payments")
    assert status == 200
    assert f"Ana Prova Start (part 1) · {case.reference}" in text
    assert "€4,500.00" in text
    assert "Waiting for me 1" in text
    _status, text = browse(team.by["authorise"], "/payments?view=mine")
    assert "Nothing waits for you" in text
    _status, text = browse(team.by["authorise"], "/payments?view=certify")
    assert case.reference in text


def test_the_views_follow_a_payment_through_its_steps(browse):
    team = Payers()
    case = active_grant(team.by["request"])
    first = tranches_of(case)[0]
    reader = person("auditor")

    def where() -> set[str]:
        found = set()
        for view in work.VIEWS:
            rows = db.session.execute(work.payments(reader, view)).all()
            found |= {view} if any(row.id == first.id for row in rows) else set()
        return found

    seen = [where()]
    for name in ("request", "verify", "certify", "authorise", "release"):
        team.take(first, until=name) if name == "request" else office.act(
            team.by[name], first, name, office.step(name, first)
        )
        seen.append(where())
    assert seen == [
        {"open"},
        {"open"},
        {"open", "certify"},
        {"open", "authorise"},
        {"open", "release"},
        {"paid"},
    ]
    assert work.counts(reader) == {"mine": 0, "certify": 0, "authorise": 0, "release": 0, "open": 2}


def test_the_page_of_a_tranche_shows_its_steps_with_names_and_what_may_be_done(browse):
    team = Payers()
    case = active_grant(team.by["request"])
    first, second, _third = tranches_of(case)
    team.take(first, until="certify")
    status, text = browse(team.by["authorise"], f"/tranches/{first.id}")
    assert status == 200
    assert "Part 1: Start" in text
    assert f"Ana Prova gets €4,500.00 · {case.reference}, A bakery" in text
    assert "Certified Certa Fier, 2 Nov 2026, 10:00 CET" in text
    assert "Authorise Type the amount again as a check." in text
    assert "We rented the place." in text
    _status, text = browse(team.by["authorise"], f"/tranches/{second.id}")
    assert "Before it can be asked for “first_report” has not been accepted yet." in text


def test_an_account_is_masked_until_it_is_opened_and_that_is_on_record(browse):
    team = Payers()
    case = active_grant(team.by["request"])
    first = tranches_of(case)[0]
    team.take(first, until="verify")
    _status, text = browse(team.by["certify"], f"/tranches/{first.id}")
    assert IBAN not in text
    assert "AL… 8741" in text
    _status, text = browse(team.by["certify"], f"/tranches/{first.id}?account=show")
    assert IBAN in text
    read = db.session.scalar(select(AuditEvent).where(AuditEvent.action == "payment.account_read"))
    assert (read.actor_id, read.application_id) == (team.by["certify"].user_id, case.id)
    for other in (person("auditor"), team.by["request"]):
        _status, text = browse(other, f"/tranches/{first.id}?account=show")
        assert IBAN not in text


def test_the_grantee_sees_the_part_but_no_names_of_the_office(browse):
    team = Payers()
    case = active_grant(team.by["request"])
    first = tranches_of(case)[0]
    team.take(first, until="release")
    status, text = browse(team.by["request"], f"/tranches/{first.id}")
    assert status == 200
    assert "Released" in text
    assert "Rela Fier" not in text
    assert browse(team.by["request"], "/payments")[0] == 404


def test_who_may_not_see_the_case_finds_nothing(browse):
    case = active_grant(person(name="Ana Prova"))
    plan = approved_plan(person(name="Ardit Prova"))
    for path in (f"/tranches/{tranches_of(case)[0].id}", f"/purchases/{purchases_of(plan)[0].id}"):
        assert browse(person(), path)[0] == 404
        assert browse(person("evaluator"), path)[0] == 404


def test_the_page_of_a_purchase_tells_everything_to_staff(browse):
    team = Buyers()
    case = approved_plan(team.owner)
    purchase = team.take(case, until="release")
    status, text = browse(team.by["monitoring"], f"/purchases/{purchase.id}")
    assert status == 200
    for words in (
        "Greenhouse frame",
        "Goes to Serra Prova (Mother or father)",
        "RIA-PO-2026-0001",
        "Steel arch",
        "lowest",
        "chosen",
        "Line 1: 10 received; Line 2: 12.5 received",
        "Received by Mira Prova (The owner of the family's business)",
        "Witness Vera",
        "Verify on the spot",
        "Release the payment: now Paid",
    ):
        assert words in text


def test_the_family_sees_its_goods_but_no_offers(browse):
    team = Buyers()
    case = approved_plan(team.owner)
    purchase = team.take(case, until="complete_delivery")
    status, text = browse(team.owner, f"/purchases/{purchase.id}")
    assert status == 200
    assert "Steel arch" in text
    assert "Metal 1" not in text
    assert "Record the offers" not in text
    assert "Sign the handover" in text


def test_purchases_are_found_by_words_and_stage(browse):
    team = Buyers()
    case = approved_plan(team.owner)
    team.take(case, until="order")
    status, text = browse(team.by["procurement"], "/purchases?q=agro")
    assert status == 200
    assert "Greenhouse frame" in text
    assert "Seed" not in text
    _status, text = browse(team.by["procurement"], "/purchases?stage=planned")
    assert "Seed" in text
    assert "Greenhouse frame" not in text
    _status, text = browse(team.by["receiving_officer"], "/purchases?mine=yes")
    assert "Greenhouse frame" in text
    _status, text = browse(team.by["procurement"], "/purchases?q=nothing-like-it")
    assert "No purchase found" in text


def test_roles_within_one_call_list_that_calls_payments_only(browse):
    team = Payers()
    here, there = office.call_of("startup_fund"), office.call_of("startup_fund")
    mine = active_grant(team.by["request"], call=here)
    other = active_grant(person(name="Bea"), call=there)
    for case in (mine, other):
        with transaction():
            tranches_of(case)
    local = person()
    scoped = type(local)(
        local.user_id, local.name, local.email, "en", (Grant("programme_officer", "call", here.id),)
    )
    team.take(tranches_of(mine)[0], until="request")
    rows = db.session.execute(work.payments(scoped, "open")).all()
    assert {row.reference for row in rows} == {mine.reference}
    assert [row.number for row in db.session.execute(work.payments(scoped, "mine"))] == [1]


def test_a_list_takes_as_many_queries_for_many_rows_as_for_one(browse, app):
    owner, reader = person(name="Ana Prova"), person("auditor")
    call = office.call_of("startup_fund")

    def queries() -> int:
        with app.test_request_context("/payments"):
            pass
        return counted(lambda: paginate(work.payments(reader, "open"), number=1, scalars=False))

    active_grant(owner, call=call)
    one = queries()
    for _ in range(4):
        active_grant(person(name="Ana Prova"), call=call)
    assert queries() == one <= 6


def test_the_money_of_a_case_in_one_look(browse):
    team = Payers()
    case = active_grant(team.by["request"])
    team.take(tranches_of(case)[0], until="release")
    found = money.summary(case.id)
    assert found.award.amount_minor == 15_000_00
    assert [found.account(name) for name in ("reserved", "obligated", "spent")] == [0, 10_500_00, 4_500_00]
    assert [row.stage for row in found.tranches] == ["paid", "planned", "planned"]
    assert [step.who for step in found.payments[0].steps] == ["Certa Fier", "Auta Fier", "Rela Fier"]
    hidden = money.summary(case.id, names=False)
    assert [step.who for step in hidden.payments[0].steps] == ["", "", ""]


def test_a_held_payment_is_marked_in_the_list(browse):
    team = Payers()
    cases = [active_grant(team.by["request"], amount=10_000_00) for _each in range(2)]
    first, second = (tranches_of(case)[0] for case in cases)
    team.take(first, until="certify")
    _status, text = browse(team.by["certify"], "/payments?view=certify")
    assert "Held: paid twice?" not in text
    team.take(second, until="verify")
    _status, text = browse(team.by["certify"], "/payments?view=certify")
    assert text.count("Held: paid twice?") == 1
    _status, text = browse(team.by["authorise"], "/payments?view=authorise")
    assert "Held: paid twice?" not in text


def test_a_request_that_came_on_paper_is_recorded_by_who_may(browse):
    team = Payers()
    case = active_grant(team.by["request"])
    first = tranches_of(case)[0]
    path = f"/tranches/{first.id}"
    words = "Recorded on behalf of Ana Prova (paper)"
    for reader, offered in (
        (person("programme_officer"), True),
        (person("auditor"), False),
        (team.by["request"], False),
    ):
        status, text = browse(reader, path)
        assert (status, words in text) == (200, offered)
    status, text = browse(
        person("programme_officer"), f"/moves/tranche/{first.id}/request?on_behalf=applicant"
    )
    assert (status, "Scan of the signed paper" in text) == (200, True)
