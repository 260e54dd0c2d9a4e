"""Sets up the demo office from data: people with roles, funds with lines, and calls."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from fundflow.accounts import SYSTEM, Actor, create_user, grant_role, load_actor, user_by_email
from fundflow.ledger import BudgetLine, Fund, fund_line, open_fund
from fundflow.platform import clock
from fundflow.platform.db import db, transaction
from fundflow.programmes import Call, folders, latest_version, open_call, publish, read_folder
from fundflow.referrals.models import Provider
from fundflow.referrals.service.providers import add as add_provider


@dataclass
class Office:
    """The people and calls of the demo by their keys."""

    password: str
    told_at: datetime
    people: dict[str, uuid.UUID] = field(default_factory=dict)
    calls: dict[str, uuid.UUID] = field(default_factory=dict)
    providers: dict[str, uuid.UUID] = field(default_factory=dict)

    def actor(self, key: str) -> Actor:
        """A person of the demo as services know them."""
        return load_actor(self.people[key])


def set_up(office: Office, data: dict[str, Any]) -> None:
    """People, programmes, funds and the calls of long ago; what exists already is found and kept."""
    for key, person in data["people"].items():
        with transaction():
            office.people[key] = _person(person, office.password)
    for path in folders().values():
        with transaction():
            publish(actor_id=None, files=read_folder(path))
    for key, provider in data["providers"].items():
        with transaction():
            office.providers[key] = _provider(provider)
    open_calls(office, data["funds"], data["calls"])


def open_calls(office: Office, funds: list[dict[str, Any]], calls: dict[str, Any]) -> None:
    """Funds with their lines, and calls on them; days count from the present moment."""
    with transaction():
        lines = {code: line for fund in funds for code, line in _fund(fund).items()}
    for key, call in calls.items():
        with transaction():
            office.calls[key] = _call(key, call, lines)


def _person(person: dict[str, Any], password: str) -> uuid.UUID:
    known = user_by_email(person["email"])
    if known is None:
        known = create_user(
            SYSTEM,
            email=person["email"],
            name=person["name"],
            language=person.get("language", "en"),
            password=password,
        )
        for role in person.get("roles", ()):
            grant_role(SYSTEM, user_id=known.id, role=role)
    return known.id


def _provider(given: dict[str, str]) -> uuid.UUID:
    known = db.session.scalar(select(Provider).where(Provider.name == given["name"]))
    return (known or add_provider(actor=SYSTEM, given=given)).id


def _fund(fund: dict[str, Any]) -> dict[str, BudgetLine]:
    known = db.session.scalar(select(Fund).where(Fund.code == fund["code"]))
    if known is None:
        known = open_fund(
            code=fund["code"], title=fund["title"], donor=fund["donor"], currency=fund["currency"]
        )
        for line in fund["lines"]:
            fund_line(
                actor_id=None,
                fund=known,
                code=line["code"],
                title=line["title"],
                amount_minor=line["amount_minor"],
            )
    return {
        line.code: line
        for line in db.session.scalars(select(BudgetLine).where(BudgetLine.fund_id == known.id))
    }


def _call(key: str, call: dict[str, Any], lines: dict[str, BudgetLine]) -> uuid.UUID:
    known = db.session.scalar(select(Call).where(Call.slug == key))
    if known is None:
        known = open_call(
            actor_id=None,
            version=latest_version(call["programme"]),
            slug=key,
            title=call["title"],
            summary=call["summary"],
            opens_at=_moment(call["opens_in_days"]),
            closes_at=_moment(call["closes_in_days"]) if call["closes_in_days"] is not None else None,
            line=lines[call["line"]],
            cap=call.get("cap"),
        )
    return known.id


def _moment(days: int) -> datetime:
    return (clock.now() + timedelta(days=days)).replace(hour=21, minute=59, second=59, microsecond=0)
