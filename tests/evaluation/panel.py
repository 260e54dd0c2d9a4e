"""A call of the real start-up fund with its people, and cases carried to any stage by the services."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import event, select
from werkzeug.test import TestResponse

from fundflow.accounts import SYSTEM, Actor, User, create_user, grant_role
from fundflow.demo.office import Office, open_calls
from fundflow.demo.script import Case, Step
from fundflow.demo.story import data
from fundflow.evaluation.models import Review, Score
from fundflow.evaluation.service import submit_review
from fundflow.platform import clock
from fundflow.platform.db import db, transaction
from fundflow.programmes import Call, definition_of, folders, publish, read_folder
from tests.web.pages import Person, rolled_back

CALL = "panel-call"
PEOPLE = {
    "applicant": "base",
    "applicant2": "rejected",
    "applicant3": "ineligible",
    "applicant4": "withdrawn",
}
STAFF = (
    "officer",
    "officer2",
    "evaluator1",
    "evaluator2",
    "evaluator3",
    "evaluator4",
    "chair",
    "manager",
    "chief",
    "board1",
    "board2",
    "board3",
    "finance",
    "monitoring",
    "auditor",
)
PASSWORD = "panel-password-7c31"
MONEY = 1_000_000


class Browser(Person):
    """A browser whose requests know nothing of the services' context in which the test itself runs."""

    def _fresh(self) -> None:
        for name in list(g):
            g.pop(name)
        db.session.expire_all()

    def get(self, path: str, **options: Any) -> TestResponse:
        self._fresh()
        return super().get(path, **options)

    def post(self, path: str, follow: bool = True, **fields: str) -> TestResponse:
        self._fresh()
        return super().post(path, follow=follow, **fields)

    def send(self, path: str, fields: Mapping[str, Any]) -> TestResponse:
        self._fresh()
        return super().send(path, fields)


class Quiet(Case):
    """A case of the demo's script without the worker's jobs: no letter is rendered, no mail leaves."""

    def _one(self, step: Step) -> None:
        verb = next(iter(set(step) - {"as", "form", "on", "with"}))
        getattr(self, f"_do_{verb}")(step[verb], step)


@dataclass
class Panel:
    """The office of a test; everything runs in one rolled-back transaction, on a held clock."""

    app: Flask
    office: Office
    story: Mapping[str, Any]
    cases: dict[str, Quiet] = field(default_factory=dict)

    def actor(self, who: str) -> Actor:
        return self.office.actor(who)

    @property
    def call_id(self) -> uuid.UUID:
        return self.office.calls[CALL]

    def submitted(self, *who: str) -> list[Quiet]:
        """Applications of these people, handed in; the call is then closed."""
        made = []
        for name in who:
            case = Quiet(self.office, name, CALL, {"who": name}, self.story)
            answers = ["base"] if PEOPLE[name] == "base" else ["base", "small", PEOPLE[name]]
            case.play([{"run": "applied", "with": {"answers": answers}}])
            made.append(case)
        made[-1].play([{"wait": "call_closed"}])
        self.cases.update({case.key: case for case in made})
        return made

    def eligible(self, *who: str) -> list[Quiet]:
        """Applications that passed screening."""
        cases = self.submitted(*who)
        for case in cases:
            case.play([{"run": "screened"}])
        return cases

    def in_evaluation(self, *who: str) -> list[Quiet]:
        """Applications with three open reviews each."""
        cases = self.eligible(*who)
        for case in cases:
            case.play(
                [
                    {"assign": ["evaluator1", "evaluator2", "evaluator3"], "as": "chair"},
                    {"move": "start_evaluation", "as": "chair"},
                ]
            )
        return cases

    def review(self, case: Quiet, who: str) -> Review:
        """The review of a person that counts."""
        reviewer = self.office.people[who]
        return db.session.scalars(
            select(Review).where(
                Review.application_id == case.id, Review.reviewer_id == reviewer, Review.recused_at.is_(None)
            )
        ).one()

    def hand_in(self, case: Quiet, who: str, scores: Mapping[str, int] | int) -> None:
        """A complete review with a comment at each criterion."""
        ids = [each.id for each in definition_of(case.row().version_id).criteria.criteria]
        given = dict.fromkeys(ids, scores) if isinstance(scores, int) else scores
        review_id = self.review(case, who).id
        with transaction():
            submit_review(
                actor=self.actor(who),
                review_id=review_id,
                scores={name: {"score": score, "comment": "Because."} for name, score in given.items()},
                comment="",
                move_name="submit",
            )

    def score(self, case: Quiet, *scores: Mapping[str, int] | int) -> Score:
        """All three reviews handed in; the case has its score."""
        for who, given in zip(("evaluator1", "evaluator2", "evaluator3"), scores, strict=True):
            self.hand_in(case, who, given)
        return db.session.get_one(Score, case.id, populate_existing=True)

    def browser(self, who: str) -> Browser:
        """A person who has signed in."""
        client: FlaskClient = self.app.test_client()
        with self.app.app_context():
            user = db.session.scalars(select(User).where(User.id == self.office.people[who])).one()
            known = user.fs_uniquifier
        with client.session_transaction() as session:
            session["_user_id"] = known
            session["_fresh"] = True
        return Browser(client)


def account(row: Mapping[str, Any]) -> uuid.UUID:
    """An account with the roles of a person of the demo; nobody needs its password."""
    user = create_user(SYSTEM, email=row["email"], name=row["name"], language="en", password=None)
    for role in row.get("roles", ()):
        grant_role(SYSTEM, user_id=user.id, role=role)
    return user.id


@contextmanager
def panel_of(app: Flask, *, money: int = MONEY) -> Iterator[Panel]:
    """The office of one test, in an open application context for its services."""
    from fundflow.web.setup import limiter  # noqa: PLC0415 - only here

    office_data = data("office")
    people = {name: row for name, row in office_data["people"].items() if name in {*STAFF, *PEOPLE}}
    line = {"code": "P-1", "title": "Grants", "amount_minor": money}
    fund = {
        "code": "P-FUND",
        "title": "Fund of the test",
        "donor": "A donor",
        "currency": "EUR",
        "lines": [line],
    }
    call = office_data["calls"]["startup-first-call"] | {"line": "P-1"}
    began = clock.now() - timedelta(days=60)
    with rolled_back(app), clock.at(began):
        with app.app_context():
            office = Office(PASSWORD, began)
            with transaction():
                publish(actor_id=None, files=read_folder(folders()["startup_fund"]))
                office.people.update({name: account(row) for name, row in people.items()})
            open_calls(office, [fund], {CALL: call})
            yield Panel(app, office, data("startup"))
        with app.app_context():
            limiter.reset()


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The statements that run meanwhile, without savepoints."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not re.match(r"\s*(SAVEPOINT|RELEASE|ROLLBACK)", statement, re.IGNORECASE):
            found.append(statement)

    with app.app_context():
        connection = db.engines[None]
    event.listen(connection, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(connection, "before_cursor_execute", note)


def call_row(panel: Panel) -> Call:
    """The call with what its ranking page reads."""
    from fundflow.evaluation.policy import READERS  # noqa: PLC0415 - after the application is made
    from fundflow.evaluation.queries import call_of  # noqa: PLC0415

    return call_of(panel.actor("chair"), panel.call_id, READERS)
