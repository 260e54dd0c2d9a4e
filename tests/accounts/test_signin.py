"""Signing in, registering and passwords, and what a stranger can learn from them: nothing."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from pages import PASSWORD, Person, open_account
from sqlalchemy import event, select

from fundflow.accounts import User, user_by_email
from fundflow.audit import AuditEvent
from fundflow.notify.models import Message
from fundflow.platform.db import db

NEW = "seven quiet mountains"


def sent_to(site, email: str) -> list[Message]:
    with site.app_context():
        found = select(Message).where(Message.to_address == email).order_by(Message.created_at, Message.id)
        return list(db.session.scalars(found))


def link_in(message: Message) -> str:
    return re.search(r"http://localhost(/\S+)", message.body)[1]


def bare(page) -> str:
    return re.sub(r'value="[^"]{40,}"', "", page.text)


def test_the_right_password_opens_the_first_page_and_is_noted(site, person: Person):
    user = open_account(site, "arta@office.example")
    answer = person.sign_in("Arta@Office.Example ")
    assert (answer.status_code, answer.location) == (302, "/start")
    assert person.get("/mine").text == "Arta Hoxha"
    with site.app_context():
        acts = db.session.scalars(select(AuditEvent.action).where(AuditEvent.actor_id == user.id)).all()
    assert acts == ["user.signed_in"]


def test_a_wrong_password_and_an_unknown_address_look_the_same(site, person: Person, another):
    open_account(site, "arta@office.example")
    wrong = person.sign_in("arta@office.example", "not the password")
    unknown = another().sign_in("nobody@office.example", "not the password")
    assert (wrong.status_code, unknown.status_code) == (200, 200)
    assert "Address and password do not match" in wrong.text
    assert bare(wrong) == bare(unknown).replace("nobody@office.example", "arta@office.example")
    assert person.get("/mine").status_code == 302


def test_an_empty_sign_in_asks_for_what_is_missing(site, person: Person):
    empty = person.sign_in("", "")
    assert "Enter your e-mail address." in empty.text
    assert "Enter your password." in empty.text
    assert "do not match" not in empty.text


@pytest.mark.parametrize(
    "after", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_sign_in_never_leads_off_the_site(site, person: Person, after):
    open_account(site, "arta@office.example")
    answer = person.sign_in("arta@office.example", next=after)
    assert urlsplit(answer.headers.get("Location", "/")).netloc == ""
    assert answer.headers.get("Location", "/").startswith("/")
    assert not answer.headers.get("Location", "/").startswith(("//", "/\\"))


def test_a_closed_account_cannot_sign_in(site, person: Person):
    user = open_account(site, "arta@office.example")
    with site.app_context():
        from fundflow.accounts import SYSTEM, set_active  # noqa: PLC0415
        from fundflow.platform.db import transaction  # noqa: PLC0415

        with transaction():
            set_active(SYSTEM, user_id=user.id, active=False)
    person.sign_in("arta@office.example")
    assert person.get("/mine").status_code == 302


def test_signing_out_ends_the_session(site, person: Person):
    open_account(site, "arta@office.example")
    person.sign_in("arta@office.example")
    person.get("/profile")
    person.post("/logout")
    assert person.get("/mine").status_code == 302
    assert person.get("/logout").status_code == 405


def test_guessing_is_slowed_down_for_the_one_address_only(site, person: Person):
    open_account(site, "arta@office.example")
    open_account(site, "blerta@office.example")
    for _ in range(10):
        assert person.sign_in("arta@office.example", "guess").status_code == 200
    stopped = person.sign_in("arta@office.example", "guess")
    assert stopped.status_code == 429
    assert "Too many attempts" in stopped.text
    assert person.sign_in("blerta@office.example").status_code == 302


def register(person: Person, **fields: str):
    given = {"name": "Era Marku", "email": "era@mail.example", "language": "en", "password": NEW}
    person.get("/register")
    return person.post("/register", **given | fields)


def test_an_applicant_registers_confirms_and_signs_in(site, person: Person):
    page = register(person, language="it", name="  Era   Marku ")
    assert "Nearly done: open the link we have sent to era@mail.example." in page.text
    refused = person.sign_in("era@mail.example", NEW)
    assert refused.status_code == 200
    assert person.get("/mine").status_code == 302
    (mail,) = sent_to(site, "era@mail.example")
    assert (mail.kind, mail.keep_body) == ("welcome", False)
    confirmed = person.get(link_in(mail))
    assert (confirmed.status_code, confirmed.location) == (302, "/login")
    assert person.sign_in("era@mail.example", NEW).location == "/start"
    assert person.get("/mine").text == "Era Marku"
    with site.app_context():
        user = user_by_email("era@mail.example")
        assert (user.name, user.language, user.is_confirmed, user.active) == ("Era Marku", "it", True, True)
        assert user.password.startswith("$argon2")


def test_who_comes_from_an_open_call_lands_there_again_by_the_link_of_the_mail(site, person: Person, another):
    """The mail may be opened on another device, so the way onward is in its link."""
    assert 'name="next" value="/calls/green/apply"' in person.get("/register?next=/calls/green/apply").text
    sent = person.post(
        "/register?next=/calls/green/apply", follow=False,
        name="Era Marku", email="era@mail.example", language="en", password=NEW, next="/calls/green/apply",
    )  # fmt: skip
    assert sent.location == "/login?next=%2Fcalls%2Fgreen%2Fapply"
    (mail,) = sent_to(site, "era@mail.example")
    phone = another()
    confirmed = phone.get(link_in(mail))
    assert (confirmed.status_code, confirmed.location) == (302, "/login?next=%2Fcalls%2Fgreen%2Fapply")
    assert 'name="next" value="/calls/green/apply"' in phone.get(confirmed.location).text
    assert phone.sign_in("era@mail.example", NEW, next="/calls/green/apply").location == "/calls/green/apply"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "evil",
        "javascript:alert(1)",
        "/x\n/y",
        "/" + "x" * 400,
    ],
)
def test_the_way_onward_never_leaves_the_site(site, person: Person, target):
    person.get("/register")
    given = {"name": "Era Marku", "email": "era@mail.example", "language": "en", "password": NEW}
    answer = person.post("/register", follow=False, next=target, **given)
    assert answer.headers.get("Location", "/login") == "/login"
    for mail in sent_to(site, "era@mail.example"):
        assert "next=" not in mail.body
        assert person.get(link_in(mail)).location == "/login"


def test_the_link_that_is_sent_again_leads_onward_too(site, person: Person):
    open_account(site, "waits@mail.example", confirmed=False)
    person.get("/confirm")
    person.post("/confirm", email="waits@mail.example", next="/calls/green/apply")
    (mail,) = sent_to(site, "waits@mail.example")
    assert person.get(link_in(mail)).location == "/login?next=%2Fcalls%2Fgreen%2Fapply"


def test_registering_a_known_address_looks_the_same_and_tells_its_owner(site, person: Person, another):
    open_account(site, "era@mail.example", name="Era Marku")
    known = register(person)
    fresh = register(another(), email="new@mail.example")
    assert bare(known) == bare(fresh).replace("new@mail.example", "era@mail.example")
    (mail,) = sent_to(site, "era@mail.example")
    assert mail.kind == "welcome_existing"
    with site.app_context():
        assert db.session.scalars(select(User.name).where(User.email == "era@mail.example")).all() == [
            "Era Marku"
        ]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": ""}, "Enter your full name."),
        ({"email": "nothing"}, "Enter an e-mail address like name@example.org."),
        ({"password": "short"}, "A password needs at least 12 characters."),
        ({"password": "aaaaaaaaaaaaaa"}, "This password is easy to guess."),
        (
            {"email": "mountaineer@mail.example", "password": "mountaineer-1990"},
            "This password is easy to guess.",
        ),
        ({"language": "tlh"}, "Not a valid choice"),
    ],
)
def test_what_is_wrong_is_said_at_the_field(site, person: Person, fields, words):
    page = register(person, **fields)
    assert words in page.text
    assert 'aria-invalid="true"' in page.text
    assert page.text.count("<title>Error: ") == 1
    assert sent_to(site, fields.get("email", "era@mail.example")) == []


def test_nobody_registers_into_fields_that_are_not_theirs(site, person: Person):
    register(person, active="", confirmed_at="2020-01-01", fs_uniquifier="x", id="1")
    with site.app_context():
        user = user_by_email("era@mail.example")
        assert (user.active, user.confirmed_at) == (True, None)
        assert user.fs_uniquifier != "x"


def test_a_forgotten_password_is_replaced_by_the_link(site, person: Person, another):
    open_account(site, "arta@office.example")
    other_session = another()
    other_session.sign_in("arta@office.example")
    person.get("/reset")
    known = person.post("/reset", email="arta@office.example")
    stranger = another()
    stranger.get("/reset")
    unknown = stranger.post("/reset", email="nobody@office.example")
    assert "If there is an account for this address, a link is on its way." in known.text
    assert bare(known) == bare(unknown).replace("nobody@office.example", "arta@office.example")
    assert sent_to(site, "nobody@office.example") == []
    (mail,) = sent_to(site, "arta@office.example")
    link = link_in(mail)
    assert person.get(link).status_code == 200
    assert "Your new password is set." in person.post(link, password=NEW).text
    assert other_session.get("/mine").status_code == 302
    assert person.sign_in("arta@office.example", PASSWORD).status_code == 200
    assert person.sign_in("arta@office.example", NEW).status_code == 302
    assert another().get(link).location == "/reset"


def test_the_password_is_changed_with_the_present_one(site, person: Person):
    open_account(site, "arta@office.example")
    person.sign_in("arta@office.example")
    person.get("/change")
    refused = person.post("/change", password="wrong", new_password=NEW)
    assert "This is not your present password." in refused.text
    assert "Your password is changed." in person.post("/change", password=PASSWORD, new_password=NEW).text
    assert person.get("/mine").text == "Arta Hoxha"
    assert [mail.kind for mail in sent_to(site, "arta@office.example")] == ["change_notice"]


def test_the_confirmation_link_is_sent_again_without_telling_who_waits(site, person: Person, another):
    open_account(site, "waits@mail.example", confirmed=False)
    person.get("/confirm")
    waiting = person.post("/confirm", email="waits@mail.example")
    stranger = another()
    stranger.get("/confirm")
    unknown = stranger.post("/confirm", email="nobody@mail.example")
    assert bare(waiting) == bare(unknown).replace("nobody@mail.example", "waits@mail.example")
    assert [mail.kind for mail in sent_to(site, "waits@mail.example")] == ["confirmation_instructions"]


def test_a_page_of_a_signed_in_person_asks_for_user_and_grants_once(site, person: Person):
    open_account(site, "arta@office.example", "auditor", "monitoring")
    person.sign_in("arta@office.example")
    asked: list[str] = []

    def count(_connection, _cursor, statement, *_):
        if "SAVEPOINT" not in statement:
            asked.append(statement)

    with site.app_context():
        connection = db.engines[None]
    event.listen(connection, "before_cursor_execute", count)
    assert person.get("/audit").status_code == 200
    assert len(asked) == 1
