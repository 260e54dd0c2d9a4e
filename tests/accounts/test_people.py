"""Opening accounts, giving and taking roles: who may, what changes, what is kept in the trail."""

from __future__ import annotations

import uuid

import pytest
from pages import Person, open_account
from sqlalchemy import select

from fundflow import audit
from fundflow.accounts import (
    SYSTEM,
    RoleGrant,
    create_user,
    grant_role,
    load_actor,
    offer,
    revoke_role,
    scopes,
    set_active,
    set_language,
    user_by_email,
)
from fundflow.platform.db import db, transaction
from fundflow.platform.errors import Forbidden, Invalid, NotFound

CALL = uuid.uuid4()


@pytest.fixture
def inside(site):
    with site.app_context():
        yield site


def events(*actions: str) -> list[tuple[str, dict]]:
    found = (
        select(audit.AuditEvent).where(audit.AuditEvent.action.in_(actions)).order_by(audit.AuditEvent.seq)
    )
    return [(event.action, event.data) for event in db.session.scalars(found)]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"email": "ARTA@office.example"}, "email"),
        ({"email": "not an address"}, "email"),
        ({"name": "  "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"language": "tlh"}, "language"),
        ({"password": "short"}, "password"),
    ],
)
def test_a_wrong_account_is_refused_by_field(site, fields, field):
    open_account(site, "arta@office.example")
    given = {"email": "new@office.example", "name": "New", **fields}
    with site.app_context(), pytest.raises(Invalid) as caught, transaction():
        create_user(SYSTEM, **given)
    assert list(caught.value.errors) == [field]


def test_giving_and_taking_a_role_is_recorded_once(inside):
    user = open_account(inside, "arta@office.example")
    for _ in range(2):
        with transaction():
            grant = grant_role(SYSTEM, user_id=user.id, role="monitoring", scope_kind="call", scope_id=CALL)
    with transaction():
        revoke_role(SYSTEM, grant_id=grant.id)
    given = {"user_id": str(user.id), "role": "monitoring", "scope_kind": "call", "scope_id": str(CALL)}
    assert events("role.granted", "role.revoked") == [("role.granted", given), ("role.revoked", given)]
    assert db.session.scalars(select(RoleGrant).where(RoleGrant.user_id == user.id)).all() == []
    with pytest.raises(NotFound), transaction():
        revoke_role(SYSTEM, grant_id=grant.id)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"role": "emperor"}, "role"),
        ({"role": "monitoring", "scope_kind": "planet", "scope_id": CALL}, "scope"),
        ({"role": "monitoring", "scope_kind": "call"}, "scope"),
        ({"role": "monitoring", "scope_id": CALL}, "scope"),
    ],
)
def test_a_wrong_grant_is_refused(inside, fields, field):
    user = open_account(inside, "arta@office.example")
    with pytest.raises(Invalid) as caught, transaction():
        grant_role(SYSTEM, user_id=user.id, **fields)
    assert list(caught.value.errors) == [field]


def test_only_administrators_manage_people_and_never_themselves(inside):
    chief = open_account(inside, "chief@office.example", "administrator")
    clerk = open_account(inside, "clerk@office.example", "auditor")
    administrator, auditor = load_actor(chief.id), load_actor(clerk.id)
    for act in (
        lambda: create_user(auditor, email="x@office.example", name="X"),
        lambda: grant_role(auditor, user_id=chief.id, role="auditor"),
        lambda: grant_role(administrator, user_id=chief.id, role="finance_officer"),
        lambda: set_active(administrator, user_id=chief.id, active=False),
        lambda: set_active(auditor, user_id=chief.id, active=False),
    ):
        with pytest.raises(Forbidden), transaction():
            act()
    with transaction():
        grant_role(administrator, user_id=clerk.id, role="monitoring")
    assert load_actor(clerk.id).roles_for() == {"auditor", "monitoring"}


def test_closing_an_account_ends_its_sessions_at_once(site, person: Person):
    user = open_account(site, "arta@office.example", "auditor")
    person.sign_in("arta@office.example")
    assert person.get("/audit").status_code == 200
    with site.app_context(), transaction():
        set_active(SYSTEM, user_id=user.id, active=False)
    assert person.get("/audit").status_code == 302
    with site.app_context():
        with pytest.raises(NotFound):
            load_actor(user.id)
        with transaction():
            set_active(SYSTEM, user_id=user.id, active=True)
    assert person.get("/audit").status_code == 302  # the old session stays closed
    person.sign_in("arta@office.example")
    assert person.get("/audit").status_code == 200


def test_a_taken_role_closes_its_pages_at_once(site, person: Person):
    user = open_account(site, "arta@office.example", "auditor")
    person.sign_in("arta@office.example")
    with site.app_context(), transaction():
        grant = db.session.scalars(select(RoleGrant).where(RoleGrant.user_id == user.id)).one()
        revoke_role(SYSTEM, grant_id=grant.id)
    assert person.get("/audit").status_code == 404


def test_the_language_is_kept_and_checked(inside):
    user = open_account(inside, "arta@office.example")
    with transaction():
        set_language(load_actor(user.id), language="el")
    assert load_actor(user.id).language == "el"
    with pytest.raises(Invalid), transaction():
        set_language(load_actor(user.id), language="tlh")


@pytest.fixture
def offered(monkeypatch):
    monkeypatch.setattr(scopes, "_offers", {})
    offer("call", "Calls", lambda: [(CALL, "Start-up fund 2026")])


def test_an_administrator_opens_an_account_and_gives_roles(site, person: Person, offered):
    open_account(site, "chief@office.example", "administrator")
    person.sign_in("chief@office.example")
    person.get("/people/new")
    wrong = person.post("/people/new", name="", email="no")
    assert wrong.status_code == 422
    assert "Enter an e-mail address like name@example.org." in wrong.text
    page = person.post("/people/new", name="Blerta Kola", email="blerta@office.example", language="sq")
    assert "The account is open. Now choose what Blerta Kola may do." in page.text
    assert "Start-up fund 2026" in page.text
    with site.app_context():
        user_id = user_by_email("blerta@office.example").id
    given = person.post(f"/people/{user_id}/roles", role="evaluator", scope=f"call:{CALL}")
    assert "The role is given." in given.text
    assert person.post(f"/people/{user_id}/roles", role="evaluator", scope="call:x").status_code == 422
    assert person.post(f"/people/{user_id}/roles", role="emperor", scope="platform").status_code == 422
    listed = person.get("/people?q=blerta&role=evaluator").text
    assert "blerta<wbr>@office.example" in listed
    assert "chief<wbr>@office.example" not in listed
    with site.app_context():
        grant_id = db.session.scalars(select(RoleGrant.id).where(RoleGrant.user_id == user_id)).one()
    assert "The role is taken away." in person.post(f"/people/{user_id}/roles/{grant_id}/revoke").text
    assert "The account is closed." in person.post(f"/people/{user_id}/active", active="no").text
    assert "The account is open again." in person.post(f"/people/{user_id}/active", active="yes").text


def test_an_administrator_is_told_why_not_to_promote_themselves(site, person: Person):
    chief = open_account(site, "chief@office.example", "administrator")
    person.sign_in("chief@office.example")
    person.get("/people")
    refused = person.post(f"/people/{chief.id}/roles", role="finance_officer", scope="platform")
    assert refused.status_code == 403
    assert "Nobody changes their own roles." in refused.text


@pytest.mark.parametrize("path", ["/people", "/people/new", "/people/0192f3a1-0000-7000-8000-000000000001"])
def test_others_do_not_know_that_there_are_people_pages(site, person: Person, path):
    open_account(site, "arta@office.example", "programme_manager")
    person.sign_in("arta@office.example")
    assert person.get(path).status_code == 404


def test_an_unknown_person_is_not_found(site, person: Person):
    open_account(site, "chief@office.example", "administrator")
    person.sign_in("chief@office.example")
    assert person.get(f"/people/{uuid.uuid4()}").status_code == 404


def test_people_change_their_own_name_and_language(site, person: Person):
    open_account(site, "arta@office.example", "auditor")
    person.sign_in("arta@office.example")
    assert "Auditor" in person.get("/profile").text
    saved = person.post("/profile", name="Arta  Gjoni", language="sq")
    assert "Profili juaj u ruajt." in saved.text
    assert "Arta Gjoni" in saved.text
    wrong = person.post("/profile", name="", language="sq")
    assert wrong.status_code == 422
    assert "Shkruani emrin e plotë" in wrong.text
