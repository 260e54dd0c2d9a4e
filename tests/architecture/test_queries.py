"""Pages ask the database a few questions, and as few for sixty cases as for one."""

from collections import Counter
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event

from fundflow.accounts import Actor, role_names
from fundflow.platform.strict_yaml import load
from fundflow.programmes import definition_of, folders, read_folder
from tests.architecture.test_routes import enter
from tests.disbursement.office import call_of, case_in
from tests.web.pages import rolled_back

MOST = 12
# Stages whose many moves ask of plan, money, visits, reports and purchases at once; seen by who holds every role.
MORE = {"plan_review": 13, "monitoring": 16}
PLUMBING = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")
PAGES = {
    "list of cases": ("/applications", "programme_manager"),
    "list, searched": ("/applications?q=bakery", "programme_manager"),
    "queue": ("/work", "programme_officer"),
    "payments": ("/payments", "finance_officer"),
    "purchases": ("/purchases", "procurement"),
    "visits": ("/visits", "monitoring"),
    "reports": ("/reports", "programme_officer"),
    "rankings": ("/rankings", "committee_chair"),
    "ranking": ("/calls/{call}/ranking", "committee_chair"),
    "case": ("/applications/{case}", "programme_manager"),
    "trail": ("/audit", "auditor"),
}


@contextmanager
def counted():
    asked = []

    def note(_connection, _cursor, statement, *_rest):
        if not statement.startswith(PLUMBING):
            asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def shortly(asked):
    """The questions with how often each was asked."""
    return "\n".join(f"{count}x {statement[:160]}" for statement, count in Counter(asked).most_common())


@pytest.fixture
def house(app):
    with rolled_back(app):
        yield app


def fill(app, count, call=None):
    """So many submitted cases in one call; the last one's id."""
    from fundflow.platform.db import db, transaction  # noqa: PLC0415 - beside the application

    with app.app_context():
        call = call or call_of("startup_fund")
        with transaction():
            call = db.session.merge(call)
            nobody = Actor(None, "nobody")
            ids = [case_in(call, "submitted", owner=nobody, kind="applicant").id for _ in range(count)]
        return call, ids[-1]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_asks_little_however_much_there_is(house, page):
    path, role = PAGES[page]
    call, case_id = fill(house, 1)
    person = enter(house, role)
    person.client.get(path.format(case=case_id, call=call.id))  # what is read once per process is read now
    with counted() as few:
        answer = person.client.get(path.format(case=case_id, call=call.id))
    assert answer.status_code == 200
    call, case_id = fill(house, 59, call)
    with counted() as many:
        answer = person.client.get(path.format(case=case_id, call=call.id))
    assert answer.status_code == 200
    assert len(many) <= MOST, shortly(many)
    assert len(many) <= len(few) + 1, shortly(many)


def euro_programmes():
    """The programmes whose calls can be paid from a line in euros."""
    texts = {slug: read_folder(path)["programme.yaml"] for slug, path in folders().items()}
    return sorted(slug for slug, text in texts.items() if load(text, slug)["currency"] == "EUR")


@pytest.mark.parametrize("slug", euro_programmes())
def test_a_case_asks_little_in_every_stage(house, slug):
    from fundflow.platform.db import db, transaction  # noqa: PLC0415 - beside the application

    person = enter(house, *role_names())
    with house.app_context():
        call = call_of(slug)
        stages = definition_of(call.version_id).machines["application"].stages
        with transaction():
            call = db.session.merge(call)
            nobody = Actor(None, "nobody")
            cases = {name: case_in(call, name, owner=nobody, kind="beneficiary").id for name in stages}
    for stage, case_id in cases.items():
        with counted() as asked:
            answer = person.client.get(f"/applications/{case_id}")
        assert answer.status_code == 200
        assert len(asked) <= MORE.get(stage, MOST), f"{stage}: {shortly(asked)}"


def test_the_count_counts(house):
    with counted() as asked:
        enter(house)
    assert asked
