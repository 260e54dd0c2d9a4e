"""The pages of calls, as a manager uses them and as others meet them."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from fundflow.platform import clock
from fundflow.platform.db import db, transaction
from fundflow.programmes import Call, folders, publish, read_folder
from fundflow.programmes.models import Corrigendum
from tests.calls.test_calls import line_of
from tests.web.pages import Person, open_account, rolled_back

DAY = "%Y-%m-%dT%H:%M"


@pytest.fixture
def office(app):
    with rolled_back(app):
        with app.app_context(), transaction():
            publish(actor_id=None, files=read_folder(folders()["startup_fund"]))
            line = str(line_of(code="L-pages").id)
        open_account(app, "manager@office.example", "programme_manager")
        manager = Person(app.test_client())
        manager.sign_in("manager@office.example")
        yield app, manager, line


def given(line, **changed):
    now = clock.now()
    return {
        "title-en": "Young founders",
        "summary-en": "Grants for young founders.",
        "opens_at": (now - timedelta(days=1)).strftime(DAY),
        "closes_at": (now + timedelta(days=20)).strftime(DAY),
        "line": line,
    } | changed


def call_id(app):
    with app.app_context():
        return db.session.scalars(select(Call.id)).one()


def version(page):
    return re.search(r'name="seen_version" value="(\d+)"', page.text)[1]


def test_a_call_from_the_draft_to_a_corrigendum(office):
    app, manager, line = office
    manager.get("/office/calls/new/startup_fund")
    page = manager.post("/office/calls/new/startup_fund", **given(line))
    assert "Nobody outside sees it before it is published." in page.text
    path = f"/office/calls/{call_id(app)}"
    nobody = app.test_client()
    public = f"/calls/young-founders-{clock.now().year}"
    assert nobody.get(public).status_code == 404
    assert "Done." in manager.post(f"{path}/moves/publish", seen_version=version(page)).text
    assert nobody.get(public).status_code == 200
    page = manager.get(path)
    later = (clock.now() + timedelta(days=25)).strftime(DAY)
    page = manager.post(
        f"{path}/corrigenda",
        seen_version=version(page),
        closes_at=later,
        **{"words-en": "More time for all."},
    )
    assert "The corrigendum is issued" in page.text
    assert "More time for all." in nobody.get(public).text
    with app.app_context():
        assert [row.number for row in db.session.scalars(select(Corrigendum))] == [1]


def test_a_wrong_field_is_said_at_its_place_and_nothing_is_lost(office):
    app, manager, _line = office
    manager.get("/office/calls/new/startup_fund")
    wrong = given("", **{"title-en": "", "closes_at": "soon"})
    page = manager.post("/office/calls/new/startup_fund", **wrong)
    assert page.status_code == 422
    for field in ("title-en", "closes_at", "line"):
        assert f'id="{field}-error"' in page.text
    assert "Grants for young founders." in page.text
    with app.app_context():
        assert db.session.scalars(select(Call)).all() == []


def test_a_stale_page_does_not_move_a_call(office):
    app, manager, line = office
    manager.get("/office/calls/new/startup_fund")
    page = manager.post("/office/calls/new/startup_fund", **given(line))
    path = f"/office/calls/{call_id(app)}"
    manager.post(f"{path}/edit", seen_version=version(page), **given(line))
    stale = manager.post(f"{path}/moves/publish", seen_version="1")
    assert "This has changed since you opened the page." in stale.text
    with app.app_context():
        assert db.session.scalars(select(Call.stage)).one() == "draft"


def test_others_read_or_see_nothing(office):
    app, manager, line = office
    manager.get("/office/calls/new/startup_fund")
    manager.post("/office/calls/new/startup_fund", **given(line))
    path = f"/office/calls/{call_id(app)}"
    for role, status in (("auditor", 200), ("evaluator", 404)):
        open_account(app, f"{role}@office.example", role)
        other = Person(app.test_client())
        other.sign_in(f"{role}@office.example")
        assert other.get(path).status_code == status
        assert other.get("/office/calls").status_code == status
        assert other.post(f"{path}/moves/publish", seen_version="1").status_code == 404


@pytest.fixture
def opened(office):
    app, manager, line = office
    manager.get("/office/calls/new/startup_fund")
    page = manager.post("/office/calls/new/startup_fund", **given(line))
    path = f"/office/calls/{call_id(app)}"
    return manager, path, manager.post(f"{path}/moves/publish", seen_version=version(page))


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"opens_at": "0001-01-01T00:00"}, "opens_at"),
        ({"closes_at": "9999-12-31T23:59"}, "closes_at"),
        ({"closes_at": "2027-02-30T10:00"}, "closes_at"),
        ({"title-en": "x" * 121}, "title-en"),
    ],
)
def test_a_moment_or_a_text_that_cannot_be(office, changed, field):
    app, manager, line = office
    manager.get("/office/calls/new/startup_fund")
    page = manager.post("/office/calls/new/startup_fund", **given(line, **changed))
    assert (page.status_code, f'id="{field}-error"' in page.text) == (422, True)
    with app.app_context():
        assert db.session.scalars(select(Call)).all() == []


@pytest.mark.parametrize(
    ("step", "sent", "said"),
    [
        (
            "corrigenda",
            {"closes_at": "2099-01-01T00:00", "words-en": "x" * 2001},
            "Use at most 2000 characters.",
        ),
        ("corrigenda", {"closes_at": "soon", "words-en": "More time."}, "Write a day and a time"),
        (
            "corrigenda",
            {"closes_at": "2026-01-01T00:00", "words-en": "Less."},
            "nobody gets less time than before",
        ),
        (
            "more-time",
            {"email": "x@y.example", "until": "2099-01-01T00:00", "reason": "ill"},
            "at least 20 characters",
        ),
        ("moves/cancel", {"reason": "No money."}, "at least 30 characters"),
    ],
)
def test_what_is_wrong_is_said_on_the_page_of_the_call(opened, step, sent, said):
    manager, path, page = opened
    answer = manager.post(f"{path}/{step}", seen_version=version(page), **sent)
    assert answer.status_code == 422
    assert said in answer.text
    assert next(iter(sent.values())) in answer.text or step.startswith("moves")


def test_a_value_that_no_database_holds_is_refused_everywhere(office):
    _app, manager, line = office
    manager.get("/office/calls/new/startup_fund")
    wrong = given(line, **{"title-en": "a\x00b"})
    assert manager.post("/office/calls/new/startup_fund", **wrong).status_code == 400
    assert manager.get("/applications?q=%00").status_code == 400
