"""Routes cannot be written, nor entered, without a rule of access."""

from __future__ import annotations

import pytest
from pages import Person, open_account

from fundflow.web import PUBLIC, SIGNED_IN, Area, access, permission


@pytest.mark.parametrize("register", ["get", "post", "route", "put", "delete"])
def test_a_route_without_access_fails_at_import(register):
    area = Area("bare", __name__)
    with pytest.raises(TypeError, match="access"):
        getattr(area, register)("/somewhere")(lambda: "")


def test_a_permission_rule_names_at_least_one():
    with pytest.raises(TypeError):
        permission()


def test_each_route_of_the_application_stands_in_the_access_table(pages):
    assert access.undeclared(pages) == set()
    table = access.table(pages)
    assert table["sample.home", "GET"] == PUBLIC
    assert table["sample.mine", "GET"] == SIGNED_IN
    assert table["sample.audit", "GET"] == permission("audit:read")
    assert table["security.login", "POST"] == PUBLIC
    assert table["security.change_password", "POST"] == SIGNED_IN


def test_nobody_is_led_to_sign_in_and_back(site, person: Person):
    open_account(site, "arta@office.example")
    led = person.get("/mine?page=2")
    assert (led.status_code, led.location) == (302, "/login?next=/mine?page%3D2")
    assert person.sign_in("arta@office.example", next="/mine?page=2").location == "/mine?page=2"
    assert person.get("/mine").text == "Arta Hoxha"


def test_without_the_permission_the_page_does_not_exist(site, person: Person):
    open_account(site, "arta@office.example", "case_worker")
    person.sign_in("arta@office.example")
    hidden, missing = person.get("/audit"), person.get("/no-such-page")
    assert (hidden.status_code, missing.status_code) == (404, 404)

    def bare(response):
        return response.text.replace("/no-such-page", "").replace("/audit", "")

    import re  # noqa: PLC0415

    def still(text):
        return re.sub(r'value="[^"]{60,}"', "", text)

    assert still(bare(hidden)) == still(bare(missing))


def test_the_permission_in_any_scope_opens_the_page(site, person: Person):
    open_account(site, "arta@office.example", "auditor")
    person.sign_in("arta@office.example")
    assert person.get("/audit").text == "the trail"


def test_a_page_that_only_shows_cannot_open_a_transaction(person: Person):
    assert person.get("/writes").status_code == 500
    assert person.get("/records").text == "noted"
    person.get("/")
    assert person.post("/acts").text == "done"
