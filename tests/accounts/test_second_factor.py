"""The optional second step of signing in, and the codes for a lost phone."""

from __future__ import annotations

import re
import time

import pytest
from pages import PASSWORD, Person, open_account
from passlib.totp import TOTP

from fundflow.accounts import user_by_email


def code_for(key: str, *, ahead: int = 0) -> str:
    """The code that the app shows, or will show so many seconds later."""
    moment = int(time.time()) + ahead
    return TOTP(key=key.replace("-", "").replace(" ", "")).generate(moment).token


@pytest.fixture
def key(site, person: Person) -> str:
    """Arta, signed in, has just set up a second step."""
    open_account(site, "arta@office.example", "auditor")
    person.sign_in("arta@office.example")
    assert "Set it up" in person.get("/tf-setup").text
    page = person.post("/tf-setup", setup="authenticator")
    assert 'src="data:image/svg+xml;base64,' in page.text
    shown = re.search(r"<code>([^<]+)</code>", page.text)[1]
    target = re.search(r'action="(/tf-setup/[^"]+)"', page.text)[1]
    done = person.post(target, code=code_for(shown))
    assert "From now on signing in asks for a code of your app." in done.text
    return shown


def test_signing_in_then_asks_for_the_code(site, key, another):
    elsewhere = another()
    asked = elsewhere.sign_in("arta@office.example", next="/mine")
    assert asked.location.startswith("/tf-validate")
    assert elsewhere.get("/mine").status_code == 302
    elsewhere.get(asked.location)
    wrong = elsewhere.post("/tf-validate", code="000000")
    assert "This code is wrong, too old or was used already." in wrong.text
    assert elsewhere.get("/mine").status_code == 302
    elsewhere.post("/tf-validate", code=code_for(key, ahead=30))
    assert elsewhere.get("/mine").text == "Arta Hoxha"


def test_a_code_is_taken_once(site, key, another):
    seen = code_for(key, ahead=30)
    for arrived in (True, False):
        elsewhere = another()
        elsewhere.get(elsewhere.sign_in("arta@office.example").location)
        elsewhere.post("/tf-validate", code=seen)
        assert (elsewhere.get("/mine").status_code == 200) is arrived


def test_the_code_that_set_the_second_step_up_signs_nobody_in(site, key, another):
    elsewhere = another()
    elsewhere.get(elsewhere.sign_in("arta@office.example").location)
    elsewhere.post("/tf-validate", code=code_for(key))
    assert elsewhere.get("/mine").status_code == 302


def test_secret_and_recovery_codes_are_sealed_in_the_database(site, key, person):
    person.get("/mf-recovery-codes")
    codes = re.findall(r"<code>([^<]+)</code>", person.post("/mf-recovery-codes").text)
    assert len(codes) == 8
    with site.app_context():
        user = user_by_email("arta@office.example")
        assert key.replace("-", "") not in user.tf_totp_secret
        assert not any(code in sealed for code in codes for sealed in user.mf_recovery_codes)


def test_a_recovery_code_works_once(site, key, person, another):
    person.get("/mf-recovery-codes")
    codes = re.findall(r"<code>([^<]+)</code>", person.post("/mf-recovery-codes").text)
    for arrived in (True, False):
        elsewhere = another()
        elsewhere.sign_in("arta@office.example")
        elsewhere.get("/mf-recovery")
        elsewhere.post("/mf-recovery", code=codes[0])
        assert (elsewhere.get("/mine").status_code == 200) is arrived


def test_codes_cannot_be_guessed_at_pace(site, key, another):
    elsewhere = another()
    elsewhere.sign_in("arta@office.example")
    elsewhere.get("/tf-validate")
    statuses = [elsewhere.post("/tf-validate", code=f"{n:06}").status_code for n in range(11)]
    assert statuses == [200] * 10 + [429]


def test_the_second_step_is_removed_again(site, key, person, another):
    person.get("/tf-setup")
    assert "your password is enough" in person.post("/tf-setup", setup="disable").text
    assert another().sign_in("arta@office.example", PASSWORD).location == "/start"


def test_the_pages_of_the_second_step_need_the_first(person: Person):
    for path in ("/tf-setup", "/tf-validate", "/mf-recovery", "/mf-recovery-codes"):
        refused = person.get(path)
        assert (refused.status_code, refused.location.partition("?")[0]) == (302, "/login")


def test_the_office_removes_the_step_of_someone_who_lost_the_phone(site, key, person, another):
    open_account(site, "chief@office.example", "administrator", name="Chief")
    with site.app_context():
        user_id = user_by_email("arta@office.example").id
    chief = another()
    chief.sign_in("chief@office.example")
    assert "Remove the second step" in chief.get(f"/people/{user_id}").text
    assert "The second step is removed." in chief.post(f"/people/{user_id}/second-step/remove").text
    assert person.get("/mine").status_code == 302
    assert another().sign_in("arta@office.example", PASSWORD).location == "/start"


def test_no_mail_opens_what_the_second_step_closes(site, key, another):
    elsewhere = another()
    elsewhere.sign_in("arta@office.example")
    elsewhere.get("/tf-validate")
    assert elsewhere.post("/tf-rescue", help_setup="help").status_code == 404
