"""What an actor may do follows from grants and their scope."""

from __future__ import annotations

import uuid

import pytest
from pages import open_account

from fundflow.accounts import SYSTEM, Actor, Grant, Permission, holders, load_actor
from fundflow.accounts.roles import roles
from fundflow.platform.db import transaction
from fundflow.platform.errors import NotFound

PROGRAMME, CALL, CASE, OTHER = (uuid.uuid4() for _ in range(4))


def actor(*grants: Grant) -> Actor:
    return Actor(uuid.uuid4(), "Arta", grants=grants)


@pytest.mark.parametrize(
    ("grant", "held"),
    [
        (Grant("auditor"), True),
        (Grant("auditor", "programme", PROGRAMME), True),
        (Grant("auditor", "call", CALL), True),
        (Grant("auditor", "application", CASE), True),
        (Grant("auditor", "programme", OTHER), False),
        (Grant("auditor", "call", PROGRAMME), False),
        (Grant("auditor", "application", OTHER), False),
        (Grant("auditor", "organisation", CASE), False),
    ],
)
def test_a_role_holds_within_its_scope_only(grant, held):
    someone = actor(grant)
    assert someone.roles_for(PROGRAMME, CALL, CASE) == (frozenset({"auditor"}) if held else frozenset())
    place = {"programme_id": PROGRAMME, "call_id": CALL, "application_id": CASE}
    assert someone.may(Permission.AUDIT_READ, **place) is held
    assert someone.has(Permission.AUDIT_READ)


def test_a_scoped_role_does_not_hold_where_the_scope_is_unknown():
    assert actor(Grant("auditor", "call", CALL)).roles_for() == frozenset()
    assert actor(Grant("auditor", "call", None)).roles_for(PROGRAMME) == frozenset()


def test_scopes_are_told_apart_for_filters():
    someone = actor(Grant("auditor", "call", CALL), Grant("monitoring", "programme", PROGRAMME))
    reads = someone.scopes(Permission.APPLICATION_LIST)
    assert (reads.everywhere, reads.calls, reads.programmes) == (False, {CALL}, {PROGRAMME})
    audits = someone.scopes(Permission.AUDIT_READ)
    assert (audits.calls, audits.programmes) == ({CALL}, frozenset())
    assert not someone.scopes(Permission.USER_MANAGE)
    assert actor(Grant("auditor")).scopes(Permission.AUDIT_READ).everywhere


def test_the_system_may_open_everything_and_holds_no_role():
    assert all(SYSTEM.has(permission) for permission in Permission)
    assert SYSTEM.scopes(Permission.FUND_MANAGE).everywhere
    assert SYSTEM.roles_for(PROGRAMME, CALL, CASE) == frozenset()
    assert not any(actor().has(permission) for permission in Permission)


def test_an_actor_is_loaded_with_grants(site):
    user = open_account(site, "arta@office.example", "auditor", language="sq")
    with site.app_context():
        loaded = load_actor(user.id)
        assert (loaded.name, loaded.email, loaded.language) == ("Arta Hoxha", "arta@office.example", "sq")
        assert loaded.grants == (Grant("auditor"),)
        with pytest.raises(NotFound):
            load_actor(uuid.uuid4())


def test_the_holders_of_a_role_over_a_case(site):
    from fundflow.accounts import SYSTEM, grant_role  # noqa: PLC0415

    everywhere = open_account(site, "a@office.example", "monitoring", name="A")
    here = open_account(site, "b@office.example", name="B")
    there = open_account(site, "c@office.example", name="C")
    with site.app_context():
        with transaction():
            for user, call in ((here, CALL), (there, OTHER)):
                grant_role(SYSTEM, user_id=user.id, role="monitoring", scope_kind="call", scope_id=call)
        found = holders(role="monitoring", programme_id=PROGRAMME, call_id=CALL)
        assert [user.id for user in found] == [everywhere.id, here.id]
        assert [user.id for user in holders(role="monitoring")] == [everywhere.id]


def test_every_permission_is_given_by_some_role():
    given = {permission for role in roles().values() for permission in role.permissions}
    assert given == set(Permission)
