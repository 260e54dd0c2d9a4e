"""The provider's link: who opens it sees what was ticked, until it expires, is withdrawn, or has done its work."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import combinations

import pytest
from sqlalchemy import select, text

from fundflow.notify.models import Message
from fundflow.notify.service import deliver
from fundflow.platform import clock
from fundflow.platform.db import db, transaction
from fundflow.platform.errors import Forbidden
from fundflow.referrals.service import links
from tests.disbursement.office import filled
from tests.referrals.house import House
from tests.web.pages import Person

REASON = {"reason": "She found work herself."}
CANARIES = {
    "need": "CANARY-need", "contact": "CANARY-contact", "name": "Ana Prova", "age": ">31<",
    "schooling": "High or vocational",
    "certificates": "CANARY-licence",
}  # fmt: skip
NEVER = ("CANARY-note", "CANARY-work", "CANARY-wishes", "CANARY-strengths", "TST-2026", "A bakery")


def path(token: str, step: str = "") -> str:
    return f"/referral/{token}" + (f"/{step}" if step else "")


def test_the_token_is_long_and_only_its_hash_is_kept(house: House) -> None:
    row, token = house.sent()
    db.session.refresh(row)
    assert (row.link_sha256, len(token)) == (links.fingerprint(token), 43)
    assert row.link_expires_at == clock.now() + timedelta(days=120)
    message = db.session.scalars(select(Message).where(Message.kind == "referral_link")).one()
    assert (message.to_address, token in message.body) == ("desk@work.example", True)
    with transaction():
        deliver(message.id)
    for table in ("message", "referral", "audit_event", "document", "procrastinate_jobs"):
        rows = db.session.execute(text(f"select row_to_json(t)::text from {table} t")).scalars().all()
        assert [row for row in rows if token in row] == [], table


def test_the_page_shows_what_was_ticked_and_notes_each_opening(house: House) -> None:
    _row, token = house.sent()
    for _time in range(2):
        page = house.anybody().get(path(token))
    assert page.status_code == 200
    assert ("CANARY-need" in page.text, "CANARY-contact" in page.text, "Test Grant Office" in page.text) == (
        True,
    ) * 3
    assert [name in page.text for name in NEVER] == [False] * len(NEVER)
    opened = house.events("referral.opened")
    assert [set(event) for event in opened] == [{"referral", "link", "actor_id"}] * 2
    assert opened[0]["actor_id"] is None


@pytest.mark.parametrize("size", [1, 2, 6])
def test_a_canary_is_seen_if_and_only_if_it_was_ticked(house: House, size: int) -> None:
    with transaction():
        skills = {"education": "upper", "certificates": "CANARY-licence", "strengths": "CANARY-strengths"}
        filled(house.case, "skills", skills)
    for ticked in combinations(CANARIES, size):
        _row, token = house.sent(*ticked)
        browser = house.anybody()
        for page in (browser.get(path(token)).text, browser.get(path(token, "refuse")).text):
            assert {name for name, canary in CANARIES.items() if canary in page} == set(ticked)
            assert [name for name in NEVER if name in page] == []


def test_the_pages_are_not_stored_nor_indexed_nor_named_to_others(house: House) -> None:
    _row, token = house.sent()
    for address in (path(token), path(token, "refuse"), path("x" * 43)):
        headers = house.anybody().get(address).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "strict-origin"
        assert headers["X-Robots-Tag"] == "noindex, nofollow, noarchive"


def strip(page: str) -> str:
    """A page without what differs from one request to the next."""
    return re.sub(r'(nonce|value)="[^"]*"', "", page)


def test_every_dead_link_looks_the_same(house: House) -> None:
    guessed = house.anybody().get(path("A" * 43))
    assert guessed.status_code == 404
    dead = {}
    row, dead["revoked"] = house.sent()
    house.act(row, "revoke", REASON)
    row, dead["refused"] = house.sent()
    house.act(row, "refuse", {"reason": "no_place"})
    row, dead["done"] = house.sent()
    house.act(row, "accept")
    house.act(row, "finish", {"result": "full"})
    row, dead["replaced"] = house.sent()
    house.act(row, "send_again")
    row, dead["expired"] = house.sent()
    house.act(row, "accept")
    clock.advance(timedelta(days=121))
    noted = len(house.events("referral.opened"))
    for why, token in dead.items():
        for address, method in (
            (path(token), "get"),
            (path(token, "accept"), "get"),
            (path(token, "accept"), "post"),
        ):
            page = getattr(house.anybody(), method)(address)
            expected = 404 if method == "get" else 400  # without the token of a form nothing is looked at
            assert page.status_code == expected, why
            if method == "get":
                assert strip(page.text).replace(token, "A" * 43) == strip(guessed.text), why
    for odd in ("short", "A" * 42 + "!", "A" * 44, "thanks/accept"):
        assert house.anybody().get(path(odd)).status_code == 404
    assert len(house.events("referral.opened")) == noted


def test_a_provider_accepts_begins_and_finishes(house: House) -> None:
    row, token = house.sent()
    browser = house.anybody()
    version = 0
    for step, stage in (("accept", "accepted"), ("begin", "in_service")):
        browser.get(path(token))
        version = house.version(row)
        page = browser.post(path(token, step), seen_version=str(version))
        assert (page.status_code, house.stage(row), "Your answer is with the office" in page.text) == (
            200,
            stage,
            True,
        )
    browser.get(path(token, "finish"))
    fields = {"seen_version": str(house.version(row)), "q_result": "part", "q_note": "Six lessons of ten."}
    page = browser.post(path(token, "finish"), **fields)
    assert (page.status_code, page.request.path, house.stage(row)) == (200, "/referral/thanks", "to_call")
    answered = house.events("referral.answered")
    assert [event["move"] for event in answered] == ["accept", "begin", "finish"]
    db.session.refresh(row)
    assert {(event["referral"], event["link"]) for event in answered} == {(str(row.id), row.link_sha256[:12])}
    moves = [event for event in house.events("move") if event["kind"] == "referral"]
    assert [event["actor_id"] for event in moves[1:]] == [None] * 3
    assert house.mails("referral_done") == [house.worker.email]
    assert browser.get(path(token)).status_code == 404


def test_a_refusal_needs_a_reason(house: House) -> None:
    row, token = house.sent()
    browser = house.anybody()
    browser.get(path(token, "refuse"))
    page = browser.post(path(token, "refuse"), seen_version=str(house.version(row)))
    assert (page.status_code, house.stage(row), "There is a problem" in page.text) == (422, "sent", True)
    page = browser.post(path(token, "refuse"), seen_version=str(house.version(row)), q_reason="no_place")
    assert (page.request.path, house.stage(row)) == ("/referral/thanks", "rejected")


def test_two_tabs_and_a_button_pressed_twice(house: House) -> None:
    row, token = house.sent()
    first, second = house.anybody(), house.anybody()
    first.get(path(token))
    second.get(path(token))
    version = str(house.version(row))
    assert "with the office" in first.post(path(token, "accept"), seen_version=version).text
    again = first.post(path(token, "accept"), seen_version=version)
    late = second.post(path(token, "refuse"), seen_version=version, q_reason="no_place")
    assert ["answered meanwhile" in page.text for page in (again, late)] == [True, True]
    assert house.stage(row) == "accepted"
    assert [event["move"] for event in house.events("referral.answered")] == ["accept"]


def test_steps_of_the_office_are_not_the_providers(house: House) -> None:
    row, token = house.sent()
    browser = house.anybody()
    browser.get(path(token))
    version = str(house.version(row))
    assert browser.get(path(token, "revoke")).status_code == 404
    assert (
        browser.post(path(token, "revoke"), seen_version=version, q_reason="No more of this.").status_code
        == 404
    )
    assert browser.post(path(token, "expire"), seen_version=version).status_code == 404
    assert browser.post(path(token, "nothing"), seen_version=version).status_code == 404
    assert browser.get(path(token, "finish")).status_code == 404
    with transaction(), pytest.raises(Forbidden):
        links.answer(
            token=token, move="revoke", form={"reason": "No more of this."}, seen_version=int(version)
        )
    assert house.stage(row) == "sent"


def test_an_answer_needs_the_token_of_the_form_and_the_right_method(house: House) -> None:
    row, token = house.sent()
    bare = Person(house.app.test_client())
    assert bare.client.post(path(token, "accept"), data={"seen_version": "3"}).status_code == 400
    assert bare.client.post(path(token)).status_code in {400, 405}
    assert bare.client.put(path(token, "accept")).status_code in {400, 405}
    assert bare.client.get(path(token, "accept")).status_code == 200
    assert house.stage(row) == "sent"


def test_a_link_of_one_referral_opens_no_other(house: House) -> None:
    row, token = house.sent()
    other, _second = house.sent("age")
    page = house.anybody().get(path(token)).text
    assert ("CANARY-need" in page, ">31<" in page) == (True, False)
    house.act(other, "revoke", REASON)
    assert house.anybody().get(path(token)).status_code == 200
    assert house.stage(row) == "sent"


def test_a_case_that_ends_takes_its_links_along(house: House) -> None:
    _row, token = house.sent()
    assert house.anybody().get(path(token)).status_code == 200
    from fundflow.applications.service.move import move  # noqa: PLC0415 - once

    with transaction():
        move(actor=house.worker, subject_id=house.case.id, move="withdraw", form=house.leaving())
    assert house.anybody().get(path(token)).status_code == 404


def test_a_consent_that_is_taken_back_closes_the_link(house: House) -> None:
    row, token = house.sent()
    house.consent(services="no")
    assert house.anybody().get(path(token)).status_code == 404
    page = house.browser(house.worker).get(f"/referrals/{row.id}").text
    assert "The consent no longer covers this provider" in page
    house.consent()
    assert house.anybody().get(path(token)).status_code == 200


def test_urgent_protection_does_not_rest_on_the_consent(house: House) -> None:
    row = house.prepared(provider=house.service(kind="social_service"))
    urgent = {"reason": "She is threatened at home and cannot sign tonight.", "told_person": "yes"}
    house.act(row, "send_urgent", urgent, actor=house.manager)
    browser, token = house.anybody(), house.token()
    assert browser.get(path(token)).status_code == 200
    browser.post(path(token, "accept"), seen_version=str(house.version(row)))
    assert house.stage(row) == "accepted"


def test_the_page_begins_in_the_language_of_the_provider(house: House) -> None:
    _row, token = house.sent("need", "schooling", provider=house.service(language="it"))
    browser = house.anybody()
    page = browser.get(path(token)).text
    assert ('<html lang="it"' in page, "Superiore o professionale" in page, "Accetta" in page) == (True,) * 3
    browser.post("/language", language="sq", next=path(token))
    page = browser.get(path(token)).text
    assert ('<html lang="sq"' in page, "E mesme ose profesionale" in page) == (True, True)


def test_too_many_guesses_are_stopped(house: House) -> None:
    from fundflow.web.setup import limiter  # noqa: PLC0415 - only here

    limiter.enabled = True
    limiter.reset()
    browser = house.anybody()
    answers = [browser.client.get(path(f"{number:043d}")).status_code for number in range(62)]
    limiter.reset()
    assert (answers[:60], answers[-1]) == ([404] * 60, 429)
