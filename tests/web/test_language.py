"""The language of a page follows the person, then the browser's choice, then what the browser asks for."""

from __future__ import annotations

import pytest
from babel.messages.pofile import read_po
from pages import Person, open_account

from fundflow.web.i18n import CATALOGUES, LANGUAGES

SIGN_IN = {"en": "Sign in", "sq": "Hyni", "it": "Accedi", "el": "Σύνδεση"}


@pytest.mark.parametrize(("language", "words"), SIGN_IN.items())
def test_the_browser_is_answered_in_its_language(person: Person, language, words):
    page = person.get("/login", headers={"Accept-Language": f"{language},en;q=0.3"})
    assert f'<html lang="{language}"' in page.text
    assert f">{words}<" in page.text


def test_an_unknown_language_is_answered_in_english(person: Person):
    assert '<html lang="en"' in person.get("/", headers={"Accept-Language": "xx"}).text


def test_the_switch_is_remembered_in_the_browser(person: Person):
    person.get("/login")
    switched = person.post("/language", follow=False, language="sq", next="/login")
    assert switched.location == "/login"
    assert '<html lang="sq"' in person.get("/login").text


def test_the_switch_is_remembered_with_the_account(site, person: Person, another):
    open_account(site, "arta@office.example")
    person.sign_in("arta@office.example")
    person.get("/profile")
    person.post("/language", language="it", next="/profile")
    elsewhere = another()
    elsewhere.sign_in("arta@office.example")
    assert '<html lang="it"' in elsewhere.get("/profile").text


@pytest.mark.parametrize("after", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_the_switch_never_leads_off_the_site(person: Person, after):
    person.get("/")
    answer = person.post("/language", follow=False, language="it", next=after)
    assert answer.location == "/"


def test_an_unknown_choice_changes_nothing(person: Person):
    person.get("/")
    person.post("/language", language="tlh")
    assert '<html lang="en"' in person.get("/").text


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_placeholders_survive_translation(language):
    with (CATALOGUES / language / "LC_MESSAGES" / "messages.po").open("rb") as stream:
        catalogue = read_po(stream, locale=language)
    wrong = [message.id for message in catalogue for error in message.check(catalogue)]
    assert wrong == []
