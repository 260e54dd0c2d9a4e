"""Every refusal is a page in plain words, with a way on."""

from __future__ import annotations

import pytest
from pages import Person

EXPECTED = [
    ("invalid", 422, "Enter an amount of at most 30,000.00 EUR."),
    ("forbidden", 403, "You screened this case, so someone else decides."),
    ("missing", 404, "There is nothing here"),
    ("conflict", 409, "Recommended"),
    ("refused", 422, "The budget is above the ceiling."),
    ("crash", 500, "The fault is ours"),
]


@pytest.mark.parametrize(("name", "status", "words"), EXPECTED)
def test_a_fault_becomes_a_page(person: Person, name, status, words):
    page = person.get(f"/fault/{name}")
    assert page.status_code == status
    assert words in page.text
    assert 'class="skip"' in page.text
    assert "secret detail" not in page.text


@pytest.mark.parametrize(("name", "status", "words"), EXPECTED)
def test_a_fault_becomes_json_for_who_asks(person: Person, name, status, words):
    answer = person.get(f"/fault/{name}", headers={"Accept": "application/json"})
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert answer.json is not None
    assert answer.json["status"] == status
    assert words in answer.text


def test_the_reasons_of_a_refusal_are_a_list(person: Person):
    answer = person.get("/fault/refused", headers={"Accept": "application/json"}).json
    assert answer == {
        "type": "about:blank",
        "title": "This is not possible now",
        "status": 422,
        "detail": "Nothing was changed. What stands in the way:",
        "reasons": ["The call closed on 12 May.", "The budget is above the ceiling."],
    }


def test_the_way_back_stays_on_this_site(person: Person):
    inside = person.get("/fault/refused", headers={"Referer": "http://localhost/people?page=2"})
    assert 'href="/people?page=2"' in inside.text
    outside = person.get("/fault/refused", headers={"Referer": "https://evil.example/people"})
    assert "evil.example" not in outside.text


def test_a_form_without_its_token_is_refused(person: Person):
    page = person.client.post("/acts")
    assert page.status_code == 400
    assert "This form is out of date" in page.text


def test_a_wrong_method_has_a_page(person: Person):
    person.get("/")
    page = person.post("/mine")
    assert page.status_code == 405
    assert "Go back and use the buttons of the page." in page.text


def test_too_large_a_body_has_a_page(site, person: Person, monkeypatch):
    person.get("/")
    monkeypatch.setitem(site.config, "MAX_CONTENT_LENGTH", 1000)
    page = person.post("/login", email="x" * 1000)
    assert page.status_code == 413
    assert "That is too large" in page.text
