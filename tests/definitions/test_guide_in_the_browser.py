"""The guide's worked example by the pages alone: a line, a version, a call, an application, an award, both its ends."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from fundflow import forms
from fundflow.applications.jobs import fire_due
from fundflow.applications.models import Application
from fundflow.documents import Document
from fundflow.ledger import BudgetLine, balances
from fundflow.platform import clock
from fundflow.platform.db import db
from fundflow.programmes import Call, definition_of
from fundflow.programmes.parcels import pack
from tests.definitions.test_guide import worked_example
from tests.web.pages import Person, open_account, rolled_back

DAY = "%Y-%m-%dT%H:%M"
EUR = "EUR"
GROUP = {
    "group_name": "Thursday readers",
    "contact": "Ana Kola",
    "email": "reader@walk.example",
    "readers": "7",
}
BOOKS = {
    "books": [{"title": "The Siege", "copies": "7", "price": {"minor": 2200, "currency": EUR}}],
    "requested": {"minor": 15400, "currency": EUR},
}


@pytest.fixture
def house(app):
    """The application, and somebody signed in for each role and each applicant."""
    with rolled_back(app):

        def enter(name, *roles):
            address = f"{name}@walk.example"
            open_account(app, address, *roles, name=f"{name.title()} Kola")
            person = Person(app.test_client())
            assert person.sign_in(address).status_code == 302
            return person

        yield app, enter


def version_of(page):
    return re.search(r'name="seen_version" value="(\d+)"', page.text)[1]


def posted(definition, section, answers):
    """What a browser sends for a section."""
    page = forms.build(
        definition.forms["application"], section, language="en", values=definition.values, answers=answers
    )
    sent = {}
    for field in page:
        if field.question.type == "rows":
            sent[field.name] = ["", *(entry.key for entry in field.entries)]
            sent |= {cell.name: cell.value for entry in field.entries for cell in entry.cells}
        elif field.value:
            sent[field.name] = field.value
    return sent


def published(app, enter):
    """Finance opens a line, a manager publishes the programme and a call of it."""
    finance, manager = enter("finance", "finance_officer"), enter("manager", "programme_manager")
    finance.get("/funds/new-line")
    line = {"fund_code": "LIB", "fund_title": "Libraries", "donor": "A city", "currency": EUR,
            "code": "LIB-1", "title": "Books", "amount": "1,000.00"}  # fmt: skip
    assert "The budget line LIB-1 is open." in finance.post("/funds/new-line", **line).text
    manager.get("/programmes/sent-in")
    parcel = (io.BytesIO(pack("book_grant", worked_example())), "book_grant.zip")
    looked = manager.get(manager.send("/programmes/sent-in", {"parcel": parcel}).location)
    assert "There are no errors." in looked.text
    publish = re.search(r"/programmes/sent-in/[0-9a-f-]+/publish", looked.text)[0]
    seen = re.search(r'name="sha256" value="(\w+)"', looked.text)[1]
    assert "Version 1 is published." in manager.post(publish, sha256=seen).text
    form = manager.get("/office/calls/new/book_grant")
    option = re.search(r'<option value="([0-9a-f-]{36})">LIB-1', form.text)[1]
    now = clock.now()
    drafted = manager.post(
        "/office/calls/new/book_grant",
        line=option,
        opens_at=(now - timedelta(days=1)).strftime(DAY),
        closes_at=(now + timedelta(days=30)).strftime(DAY),
        **{"title-en": "Autumn books"},
    )
    with app.app_context():
        call = db.session.scalars(select(Call)).one()
    manager.post(f"/office/calls/{call.id}/moves/publish", seen_version=version_of(drafted))
    return manager, call


def case_of(app, call, name):
    with app.app_context():
        found = db.session.scalars(select(Application).where(Application.call_id == call.id)).all()
        return next(case for case in found if name in {case.applicant_name, str(case.id)})


def start(person, call):
    """From the public page to the case's own."""
    assert "Autumn books" in person.get(f"/calls/{call.slug}").text
    person.get(f"/calls/{call.slug}/apply")
    return person.post(f"/calls/{call.slug}/apply", follow=False).location


def hand_in(app, person, home, call):
    with app.app_context():
        definition = definition_of(call.version_id)
    for section, answers in (("group", GROUP), ("books", BOOKS)):
        person.get(f"{home}/{section}")
        saved = person.send(
            f"{home}/{section}", {"seen_version": "0", **posted(definition, section, answers)}
        )
        assert saved.status_code == 302
    check = person.get(f"{home}/check")
    case = home.split("/")[2]
    return person.post(f"/moves/application/{case}/submit", seen_version=version_of(check))


def test_a_programme_from_the_guide_is_walked_to_both_its_ends(house):
    app, enter = house
    manager, call = published(app, enter)
    reader, late = enter("reader"), enter("late")
    home = start(reader, call)
    case_id = home.split("/")[2]
    assert "BOK-" in hand_in(app, reader, home, call).text
    left = start(late, call).split("/")[2]

    page = manager.get(f"/moves/application/{case_id}/award")
    sent = {
        "q_amount": "150.00",
        "q_reason": "Seven readers, one good book.",
        "seen_version": version_of(page),
    }
    too_much = manager.post(f"/moves/application/{case_id}/award", **{**sent, "q_amount": "154.01"})
    assert "That is more than the group asks for." in too_much.text
    manager.post(f"/moves/application/{case_id}/award", **sent)
    with app.app_context():
        line = db.session.scalars(select(BudgetLine)).one()
        assert balances(line.id)["reserved"] == 15000
        assert [paper.letter for paper in db.session.scalars(select(Document))] == ["award"]

    overview = manager.get(f"/applications/{case_id}")
    manager.post(f"/moves/application/{case_id}/close", seen_version=version_of(overview))
    with app.app_context():
        assert (case_of(app, call, case_id).stage, balances(line.id)["reserved"]) == ("closed", 0)
    with clock.at(call.closes_at + timedelta(seconds=1)), app.app_context():
        fire_due()
    assert case_of(app, call, left).stage == "expired"
    assert "Expired" in late.get(f"/applications/{left}").text
    with app.app_context():
        finals = {name for name, each in definition_of(call.version_id).machines["application"].stages.items()
                  if each.stage.final}  # fmt: skip
    assert finals == {"closed", "expired"}
