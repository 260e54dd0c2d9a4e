"""The office of a simulation: a published version, a call with money, and people for every role."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from fundflow.accounts import SYSTEM, Actor, create_user, grant_role, load_actor, role_names
from fundflow.ledger import BudgetLine, fund_line, open_fund
from fundflow.platform import clock
from fundflow.platform.ids import new_id
from fundflow.programmes import Call, Definition, ProgrammeVersion, definition_of, open_call, publish

EACH = 5
"""So many people for each role, and one more who has them all: small offices have such, and duties bar them."""
MONEY_MINOR = 100_000_000_000
OPEN_DAYS = 60


@dataclass
class Cast:
    """Everybody and everything that cases need; each case gets a call of its own."""

    version: ProgrammeVersion
    definition: Definition
    line: BudgetLine
    staff: Mapping[str, list[Actor]]
    lots: Random
    taken: dict[tuple[str, str], int] = field(default_factory=dict)
    kept: dict[tuple[Any, ...], list[dict[str, Any]]] = field(default_factory=dict)
    """Answers that a form accepted, by form and what they had to fit."""

    def call(self) -> Call:
        """A call that is open from now on."""
        name = f"trial-{new_id()}"
        return open_call(
            actor_id=None,
            version=self.version,
            slug=name,
            title={"en": "A trial call"},
            summary={"en": "A trial call."},
            opens_at=clock.now() - timedelta(minutes=1),
            closes_at=clock.now() + timedelta(days=OPEN_DAYS)
            if self.definition.programme.kind == "call"
            else None,
            line=self.line,
        )

    def somebody(self, roles: frozenset[str]) -> list[Actor]:
        """All who hold one of the roles, in an order by lot."""
        found = [actor for role in sorted(roles) for actor in self.staff.get(role, ())]
        self.lots.shuffle(found)
        return found


def gather(files: Mapping[str, str], lots: Random) -> Cast:
    """Publish the files, fund a line, and hire; in the caller's transaction. Raises Invalid for files with errors."""
    version = publish(actor_id=None, files=files)
    definition = definition_of(version.id)
    fund = open_fund(
        code=f"trial-{new_id().hex}", title="Trial", donor="Trial", currency=definition.programme.currency
    )
    line = fund_line(
        actor_id=None, fund=fund, code=f"trial-{new_id().hex}", title="Trial", amount_minor=MONEY_MINOR
    )
    roles = sorted(role_names())
    everything = person(*roles)
    staff = {role: [*(person(role) for _number in range(EACH)), everything] for role in roles}
    return Cast(version, definition, line, staff, lots)


def person(*roles: str) -> Actor:
    """Somebody with an account and these roles everywhere."""
    user = create_user(SYSTEM, email=f"trial-{new_id()}@trial.example", name="Trial Person")
    for role in roles:
        grant_role(SYSTEM, user_id=user.id, role=role)
    return load_actor(user.id)
