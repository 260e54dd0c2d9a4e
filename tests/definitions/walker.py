"""Carries cases of any programme through the services as a file of paths tells, each to the end that it names."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from fundflow.accounts import SYSTEM, create_user, grant_role, role_names, user_by_email
from fundflow.approval.queries import money_of_case
from fundflow.demo.office import Office, open_calls
from fundflow.demo.script import Case
from fundflow.documents import Document, DocumentState, file
from fundflow.platform import clock
from fundflow.platform.db import db, transaction
from fundflow.platform.strict_yaml import load
from fundflow.programmes import definition_of, publish, read_folder

PATHS = Path(__file__).parent / "paths"
SECONDS = ("evaluator", "programme_manager")
"""Roles of which two people are needed: two read, two approve."""


@dataclass
class Walked:
    """What became of one case: its stages in order, its papers with their first bytes, and its money."""

    case: Case
    stages: list[str]
    papers: dict[str, bytes]
    money: dict[str, int]


@dataclass
class Walk:
    """A programme's folder and the story of its paths."""

    folder: Path
    story: dict[str, Any]
    walked: dict[str, Walked] = field(default_factory=dict)

    def run(self) -> dict[str, Walked]:
        """Publish the folder, open a call, and play every case; the clock is held and moves as the story says."""
        with clock.at(clock.now()):
            office = self._office()
            for key, told in self.story["cases"].items():
                case = Case(office, key, "call", told.get("cast", {}), self.story, say=lambda _line: None)
                case.play(told["steps"])
                self.walked[key] = Walked(case, case.stages, papers_of(case), money_of_case(case.id))
                db.session.rollback()
        return self.walked

    def _office(self) -> Office:
        office = Office("a-word-for-the-walkers", told_at=clock.now())
        with transaction():
            version = publish(actor_id=None, files=read_folder(self.folder))
            slug = definition_of(version.id).programme.slug
        for role in sorted(role_names()):
            for key in (role, f"{role}2") if role in SECONDS else (role,):
                office.people[key] = somebody(key, role)
        for key in self.story["people"]:
            office.people[key] = somebody(key)
        line = {"code": f"{slug}-line", "title": "Line", "amount_minor": self.story["line_minor"]}
        fund = {"code": slug, "title": "Fund", "donor": "Donor", "currency": self.story["currency"]}
        call = {
            "programme": slug, "line": line["code"], "title": {"en": "A call"}, "summary": {"en": "A call"},
            "opens_in_days": -1, "closes_in_days": self.story.get("closes_in_days"),
        }  # fmt: skip
        open_calls(office, [fund | {"lines": [line]}], {f"{slug}-walk": call})
        office.calls["call"] = office.calls[f"{slug}-walk"]
        return office


def somebody(key: str, *roles: str) -> Any:
    """An account with a confirmed address `<key>@walk.example` and these roles; found again by the next walk."""
    address = f"{key}@walk.example"
    with transaction():
        known = user_by_email(address)
        if known is None:
            known = create_user(SYSTEM, email=address, name=key.capitalize(), password="a-word-to-walk")
            for role in roles:
                grant_role(SYSTEM, user_id=known.id, role=role)
        return known.id


def papers_of(case: Case) -> dict[str, bytes]:
    """The first bytes of each PDF of a case by letter; a paper that was not rendered has none."""
    rows = db.session.scalars(
        select(Document).where(Document.application_id == case.id).order_by(Document.requested_at)
    ).all()
    return {row.letter: file(row.id).data[:5] if row.state == DocumentState.rendered else b"" for row in rows}


def story(slug: str) -> dict[str, Any]:
    """The paths of a programme."""
    told: dict[str, Any] = load((PATHS / f"{slug}.yaml").read_text("utf-8"), f"{slug}.yaml")
    return told
