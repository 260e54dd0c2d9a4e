"""A session ends by itself; what the person chose about this device is respected."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pages import Person, open_account

AWAY = "You were away for a while"
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def signed_in(site, person: Person) -> Person:
    open_account(site, "arta@office.example")
    person.sign_in("arta@office.example")
    person.get("/mine")
    return person


def wait(person: Person, long: timedelta) -> None:
    """Let the session grow older by so much."""
    with person.client.session_transaction() as session:
        session["began"] -= int(long.total_seconds())
        session["seen"] -= int(long.total_seconds())


def open_mine(person: Person, after: timedelta) -> int:
    wait(person, after)
    return person.get("/mine").status_code


def test_a_session_lasts_while_it_is_used(signed_in: Person):
    for _ in range(7):
        assert open_mine(signed_in, 1.5 * HOUR) == 200


def test_it_ends_after_two_hours_without_use_and_says_so_once(signed_in: Person):
    wait(signed_in, 2 * HOUR + MINUTE)
    answer = signed_in.get("/mine")
    assert (answer.status_code, answer.location) == (302, "/login?next=/mine")
    assert AWAY in signed_in.get("/login").text
    assert AWAY not in signed_in.get("/login").text


def test_it_ends_after_a_working_day_in_any_case(signed_in: Person):
    for _ in range(11):
        assert open_mine(signed_in, HOUR) == 200
    assert open_mine(signed_in, HOUR + MINUTE) == 302


def test_signing_in_again_begins_anew(signed_in: Person):
    assert open_mine(signed_in, 13 * HOUR) == 302
    signed_in.sign_in("arta@office.example")
    assert signed_in.get("/mine").status_code == 200
    assert open_mine(signed_in, HOUR) == 200


def test_a_form_that_comes_too_late_leads_to_signing_in(signed_in: Person):
    signed_in.get("/profile")
    wait(signed_in, 3 * HOUR)
    answer = signed_in.post("/profile", follow=False, name="Arta", language="en")
    assert answer.location.startswith("/login")
    assert "You were signed out meanwhile." in signed_in.get("/login").text


def test_a_device_that_is_kept_signed_in_stays_so(site, person: Person):
    open_account(site, "arta@office.example")
    person.sign_in("arta@office.example", remember="y")
    person.get("/mine")
    assert open_mine(person, 30 * HOUR) == 200
    assert AWAY not in person.get("/profile").text
