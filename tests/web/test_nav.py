"""The top bar shows each person the pages they may enter."""

from __future__ import annotations

import pytest
from pages import Person, open_account

from fundflow.accounts import Actor, Grant
from fundflow.web.nav import Nav


def test_entries_follow_permission_and_order(site):
    nav = Nav()
    nav.add("People", "accounts.users", "user:manage", order=90)
    nav.add("Mine", "sample.mine", order=1)
    nav.add("Home", "sample.home", order=0, public=True)
    nav.add("Of a room that is not here", "nowhere.page")
    administrator = Actor(None, "A", grants=(Grant("administrator"),))
    with site.test_request_context("/people/new"):
        assert [link.label for link in nav.links(None)] == ["Home"]
        assert [link.label for link in nav.links(Actor(None, "B"))] == ["Home", "Mine"]
        assert [(link.label, link.href, link.current) for link in nav.links(administrator)] == [
            ("Home", "/", False),
            ("Mine", "/mine", False),
            ("People", "/people", True),
        ]


def test_an_entry_may_ask_more_of_the_person(site):
    nav = Nav()
    nav.add("Mine", "sample.mine", when=lambda actor: actor.name == "B")
    with site.test_request_context("/"):
        assert nav.links(Actor(None, "A")) == []
        assert [link.label for link in nav.links(Actor(None, "B"))] == ["Mine"]


@pytest.mark.parametrize(("many", "direct"), [(0, 0), (1, 1), (5, 5), (6, 4), (10, 4)])
def test_many_entries_stand_behind_more(site, many, direct):
    nav = Nav()
    pages = ["sample.home", "sample.mine", "sample.audit", "sample.writes", "sample.records"]
    pages += ["accounts.profile", "accounts.users", "accounts.new_user", "security.login", "health.alive"]
    for number, endpoint in enumerate(pages[:many]):
        nav.add(f"Entry {number}", endpoint, order=number, public=True)
    with site.test_request_context("/"):
        bar = nav.bar(None)
    assert (len(bar.direct), len(bar.more)) == (direct, many - direct)
    assert [link.label for link in bar.links] == [f"Entry {number}" for number in range(many)]


@pytest.mark.parametrize(("role", "shown"), [("administrator", True), ("auditor", False)])
def test_the_bar_of_a_real_page(site, person: Person, role, shown):
    open_account(site, "arta@office.example", role)
    person.sign_in("arta@office.example")
    assert ('href="/people"' in person.get("/").text) is shown
