"""Rows, people, small machines and hooks that remember; no database."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from fundflow.workflow import CompiledMachine, Decision, Machine, MoveContext, deadline_at

WORDS = {"en": "words"}
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@dataclass
class Row:
    """A staged row in memory."""

    stage: str = ""
    row_version: int = 1
    stage_since: Any = None
    due_at: Any = None
    overdue_at: Any = None
    waits_for: list[str] = field(default_factory=list)
    approvals_needed: dict[str, int] = field(default_factory=dict)
    clock_left: dict[str, object] | None = None


@dataclass(frozen=True)
class Person:
    user_id: Any
    roles: frozenset[str]
    is_system: bool = False


def person(user_id, *roles):
    return Person(user_id, frozenset(roles))


SYSTEM = Person(None, frozenset({"system"}), is_system=True)


class Office:
    """Hooks of an owning room, kept in memory; one person holds one duty on a row."""

    def __init__(self):
        self.duties = {}
        self.approvals = []
        self.events = []

    def role_label(self, role):
        return role.replace("_", " ")

    def check_duty(self, ctx, duty):
        held = self.duties.get((id(ctx.subject), ctx.actor.user_id), duty.name)
        return Decision(held == duty.name, f"You already did '{held}' here.")

    def record_duty(self, ctx, duty):
        self.duties[id(ctx.subject), ctx.actor.user_id] = duty.name

    def approvals_given(self, ctx):
        row = ctx.subject
        return {
            u: roles
            for r, m, since, u, roles in self.approvals
            if (r, m, since) == (id(row), ctx.move, row.stage_since)
        }

    def record_approval(self, ctx):
        row = ctx.subject
        self.approvals.append((id(row), ctx.move, row.stage_since, ctx.actor.user_id, ctx.actor.roles))

    def due_at(self, ctx, deadline):
        entered = ctx.subject.stage_since
        return deadline_at(deadline, entered=entered, facts=ctx.facts, country="AL", timezone="Europe/Tirane")

    def audit(self, ctx, fired):
        self.events.append((ctx.move, fired))


def stage(**more):
    return {"label": WORDS, "phase": "test", **more}


def move(from_, to=None, by="officer", **more):
    told = {"to": to} if to else {}
    return {"from": from_, "by": by, "label": WORDS, **told, **more}


def machine(stages, moves, initial=None):
    return Machine.model_validate(
        {"initial": initial or next(iter(stages)), "stages": stages, "moves": moves}
    )


def compiled(rules, stages, moves):
    return CompiledMachine(machine(stages, moves), rules)


def attempt(rules, row, actor, name="", **more):
    return MoveContext(actor=actor, subject=row, move=name, registry=rules, **more)
