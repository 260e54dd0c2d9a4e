"""The office's pages: a referral for those who may read it, and the register of providers."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from fundflow.documents import Document
from fundflow.documents.service import render
from fundflow.platform.db import db, transaction
from fundflow.referrals.models import Provider
from tests.disbursement.office import person
from tests.evaluation.panel import counted
from tests.referrals.house import SERVICE, House

MOST = 12


def test_the_page_shows_exactly_what_the_provider_sees(house: House) -> None:
    row = house.prepared("need", "age")
    browser = house.browser(house.worker)
    page = browser.get(f"/referrals/{row.id}")
    assert page.status_code == 200
    preview = page.text.partition("What the provider will see")[2].partition("</section>")[0]
    assert ("CANARY-need" in preview, ">31<" in preview, "CANARY-contact" in preview) == (True, True, False)
    house.act(row, "send")
    lines = house.anybody().get(f"/referral/{house.token()}").text
    office = browser.get(f"/referrals/{row.id}").text
    told = office.partition("What the provider sees")[2].partition('<p class="soft')[0]
    assert "".join(told.partition("<dl")[1:]).partition("</dl>")[0] in lines
    assert ("Opened once" in browser.get(f"/referrals/{row.id}").text, "/moves/referral/" in office) == (
        True,
        True,
    )


def test_ticks_and_provider_are_kept_by_the_page(house: House) -> None:
    row = house.opened()
    browser = house.browser(house.worker)
    browser.get(f"/referrals/{row.id}")
    fields = {"seen_version": "1", "provider": str(house.provider.id), "shared": ["need", "schooling"]}
    assert browser.send(f"/referrals/{row.id}", fields).status_code == 302
    db.session.refresh(row)
    assert (row.provider_id, row.shared) == (house.provider.id, ["need", "schooling"])
    assert browser.send(f"/referrals/{row.id}", fields).status_code == 409
    wrong = browser.send(f"/referrals/{row.id}", fields | {"seen_version": "2", "provider": "no provider"})
    assert (wrong.status_code, "Choose one of the list." in wrong.text) == (422, True)


@pytest.mark.parametrize(
    ("role", "opens"),
    [
        ("case_worker", True), ("programme_manager", True), ("programme_officer", True), ("protection_officer", True),
        ("auditor", True), ("finance_officer", False), ("monitoring", False), ("chief_of_mission", False),
        ("administrator", False), ("evaluator", False),
    ],
)  # fmt: skip
def test_who_reads_a_referral(house: House, role: str, opens: bool) -> None:
    row, _token = house.sent()
    browser = house.browser(person(role))
    assert browser.get(f"/referrals/{row.id}").status_code == (200 if opens else 404)
    case = browser.get(f"/applications/{house.case.id}?view=referrals").text
    assert (f"/referrals/{row.id}" in case, "Zyra e Punës" in case) == (opens, opens)
    paper = db.session.scalars(select(Document).where(Document.letter == "referral")).one()
    with transaction():
        render(paper.id)
    assert browser.client.get(f"/documents/{paper.id}.pdf").status_code == (200 if opens else 404)
    listed = browser.get(f"/applications/{house.case.id}?view=documents").text
    assert (paper.number in listed) == opens


def test_the_auditor_sees_the_way_but_not_the_need(house: House) -> None:
    row, _token = house.sent("need", "age")
    page = house.browser(person("auditor")).get(f"/referrals/{row.id}").text
    assert ("CANARY-need" in page, ">31<" in page, "kept for other roles" in page) == (False, True, True)


def test_the_people_of_a_case_are_not_told_of_referrals(house: House) -> None:
    row, _token = house.sent()
    house.act(row, "accept")
    browser = house.browser(house.people["owner"])
    assert browser.get(f"/referrals/{row.id}").status_code == 404
    for view in ("overview", "referrals", "history", "documents", "answers"):
        page = browser.get(f"/applications/{house.case.id}?view={view}")
        assert (page.status_code, "Referral" in page.text, "Zyra e Punës" in page.text) == (
            200,
            False,
            False,
        ), view


def test_a_colleague_who_is_a_party_reads_nothing(house: House) -> None:
    from fundflow.applications.models import Party  # noqa: PLC0415 - once

    row, _token = house.sent()
    cousin = person("case_worker")
    with transaction():
        db.session.add(
            Party(application_id=house.case.id, kind="guardian", user_id=cousin.user_id, name="Cousin")
        )
    assert house.browser(cousin).get(f"/referrals/{row.id}").status_code == 404


def test_it_waits_in_the_queue_of_the_case_worker(house: House) -> None:
    row = house.prepared()
    browser = house.browser(house.worker)
    assert f"/referrals/{row.id}" in browser.get("/work").text
    house.act(row, "send")
    assert f"/referrals/{row.id}" not in browser.get("/work").text
    house.act(row, "accept")
    house.act(row, "finish", {"result": "full"})
    assert f"/referrals/{row.id}" in browser.get("/work").text
    assert f"/referrals/{row.id}" not in house.browser(house.manager).get("/work").text


def test_answers_and_history_stand_on_the_page(house: House) -> None:
    row, token = house.sent()
    provider = house.anybody()
    provider.get(f"/referral/{token}/refuse")
    provider.post(f"/referral/{token}/refuse", seen_version=str(house.version(row)), q_reason="too_far")
    page = house.browser(house.worker).get(f"/referrals/{row.id}").text
    told = ("Too far for the person", "The provider, by the link", "Not possible: now Not accepted")
    assert [name in page for name in told] == [True] * 3
    history = house.browser(house.worker).get(f"/applications/{house.case.id}?view=history").text
    assert (
        "Referral 1: Not possible, now Not accepted" in history,
        "Referral opened by its link" in history,
    ) == (True, True)
    assert "Zyra e Punës" not in history


def test_the_page_asks_little(house: House) -> None:
    row, _token = house.sent()
    browser = house.browser(house.worker)
    browser.get(f"/referrals/{row.id}")
    with counted(house.app) as statements:
        browser.get(f"/referrals/{row.id}")
    assert len(statements) <= MOST, "\n".join(" ".join(each.split())[:300] for each in statements)


def test_the_letter_says_what_was_ticked_and_no_more(house: House) -> None:
    house.minor()
    from tests.referrals.house import CHILD  # noqa: PLC0415 - once

    house.consent(**CHILD)
    house.sent("need", "name")
    paper = db.session.scalars(select(Document).where(Document.letter == "referral")).one()
    facts = paper.snapshot["facts"]
    assert [line["text"] for line in facts["referral"]["shared"]] == ["CANARY-need", "A. P."]
    assert ("Ana Prova" in str(paper.snapshot), "CANARY-contact" in str(paper.snapshot)) == (False, False)
    assert ("link" in facts["referral"], "CANARY-work" in str(paper.snapshot)) == (False, False)
    with transaction():
        render(paper.id)
    assert db.session.get_one(Document, paper.id, populate_existing=True).state == "rendered"


def test_a_manager_keeps_the_register(house: House) -> None:
    browser = house.browser(house.manager)
    assert "Zyra e Punës Fier" in browser.get("/office/providers").text
    browser.get("/office/providers/new")
    wrong = SERVICE | {
        "name": "",
        "kind": "bank",
        "country": "XX",
        "email": "nobody",
        "agreement_from": "tomorrow",
    }
    page = browser.send("/office/providers/new", wrong)
    said = ("This is needed.", "Choose one of the list.", "This is no e-mail address.", "This is no date.")
    assert (page.status_code, [words in page.text for words in said]) == (422, [True] * 4)
    assert browser.send("/office/providers/new", SERVICE).status_code == 422  # its name is known
    order = browser.send("/office/providers/new", SERVICE | {"name": "B", "agreement_until": "2025-01-01"})
    assert (order.status_code, "The last day lies before the first." in order.text) == (422, True)
    page = browser.send("/office/providers/new", SERVICE | {"name": "Drita", "email": ""})
    assert page.status_code == 302
    row = db.session.scalars(select(Provider).where(Provider.name == "Drita")).one()
    assert (row.email, row.active, row.row_version) == (None, True, 1)


def test_two_managers_do_not_overwrite_each_other(house: House) -> None:
    browser = house.browser(house.manager)
    address = f"/office/providers/{house.provider.id}"
    assert 'value="Zyra e Punës Fier"' in browser.get(address).text
    changed = SERVICE | {"phone": "1234", "seen_version": "1"}
    assert (
        browser.send(
            address, {name: value for name, value in changed.items() if name != "active"}
        ).status_code
        == 302
    )
    db.session.refresh(house.provider)
    assert (house.provider.phone, house.provider.active, house.provider.row_version) == ("1234", False, 2)
    browser.send(address, changed | {"phone": "5678"})
    db.session.refresh(house.provider)
    assert house.provider.phone == "1234"


@pytest.mark.parametrize("role", ["case_worker", "auditor", "administrator"])
def test_others_do_not_keep_the_register(house: House, role: str) -> None:
    browser = house.browser(person(role))
    for address in ("/office/providers", "/office/providers/new", f"/office/providers/{house.provider.id}"):
        assert browser.get(address).status_code == 404
