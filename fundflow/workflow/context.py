"""What a move knows and needs: the actor, the row, the answers, the facts, and the owning room's hooks."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from fundflow.platform import clock
from fundflow.workflow.conditions import Condition, Scope
from fundflow.workflow.definition import Deadline, Duty, Move
from fundflow.workflow.registry import Decision, Facts, Registry, default_registry


class Actor(Protocol):
    """Who acts; `roles` are those that hold on this case, kinds of party included."""

    @property
    def user_id(self) -> Any: ...
    @property
    def roles(self) -> AbstractSet[str]: ...
    @property
    def is_system(self) -> bool: ...
    @property
    def language(self) -> str: ...


@dataclass(slots=True)
class MoveContext:
    """One attempt at a move; guards, effects and facts receive it.

    `subject` is the staged row that moves, `kind` its kind, `case` the application it belongs to (the same
    row when the case itself moves), `form` the answers of the move's form as stored, `answers` the same as
    conditions see them (money in minor units; `form` when not given), `values` those of the programme,
    `seen_version` the `row_version` that the actor looked at, `notes` what rules tell the audit event.
    """

    actor: Actor
    subject: Any
    kind: str = "application"
    case: Any = None
    definition: Any = None
    move: str = ""
    form: Mapping[str, Any] = field(default_factory=dict)
    seen_version: int | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    answers: Mapping[str, Any] | None = None
    today: date | None = None
    registry: Registry = default_registry
    notes: dict[str, Any] = field(default_factory=dict)
    shared_facts: Facts | None = field(default=None, repr=False)

    @property
    def facts(self) -> Facts:
        """The facts of the case, each computed once, when first read."""
        if self.shared_facts is None:
            self.shared_facts = Facts(self.registry, self)
        return self.shared_facts

    def changed(self) -> None:
        """The case is not what it was: facts read from now on are fresh."""
        if self.shared_facts is not None:
            self.shared_facts.forget()

    def for_move(self, move: str) -> MoveContext:
        """The same attempt at another move, sharing the facts."""
        return replace(self, move=move, shared_facts=self.facts)

    def asks(self, condition: Condition) -> dict[str, Any]:
        """The values that a condition of a move reads, and no fact beyond them."""
        facts = {path[1] for path in condition.paths if path[0] == "f" and len(path) > 1}
        heads = {path[0] for path in condition.paths}
        values: dict[str, Any] = {name: self.facts[name] for name in heads if name in self.registry.facts}
        if "f" in heads:
            values["f"] = {name: self.facts[name] for name in facts}
        if "v" in heads:
            values["v"] = self.values
        if "m" in heads:
            values["m"] = self.form if self.answers is None else self.answers
        if "today" in heads:
            values["today"] = self.today or clock.today()
        return values


def move_scope(registry: Registry, values: Scope | None = None, form: Scope | None = None) -> dict[str, Any]:
    """The names in scope of a move's conditions: each fact, `f` (all facts), `v`, `m` and `today`."""
    facts = registry.fact_scope()
    return {**facts, "f": facts, "v": values, "m": form, "today": None}


@lru_cache(maxsize=2048)
def move_condition(text: str) -> Condition:
    """A condition of a move over the default registry, compiled once; raises ConditionFault."""
    return Condition(text, move_scope(default_registry))


class Fired(NamedTuple):
    """What a move did; `moved` is False while further approvals are awaited."""

    from_stage: str
    to_stage: str
    moved: bool
    approvals_given: int
    approvals_needed: int


class MoveState(NamedTuple):
    """A move from the present stage: allowed, or why not; `mine` says that the actor holds a role for it."""

    name: str
    move: Move
    allowed: bool
    reasons: tuple[Any, ...]
    needs_form: bool
    mine: bool


class Hooks(Protocol):
    """What the owning room does around a move; none of it commits."""

    def check_duty(self, ctx: MoveContext, duty: Duty) -> Decision:
        """Whether what the actor did on this case before lets him take on this duty."""

    def record_duty(self, ctx: MoveContext, duty: Duty) -> None:
        """Remember that the actor took on this duty."""

    def approvals_given(self, ctx: MoveContext) -> Mapping[Any, Collection[str]]:
        """User ids of those who approved this move since the row entered its stage, with the roles they held."""

    def record_approval(self, ctx: MoveContext) -> None:
        """Remember the actor's approval, for this stay in the stage."""

    def due_at(self, ctx: MoveContext, deadline: Deadline) -> datetime | None:
        """When the deadline of the stage just entered passes (UTC), or None while that cannot be known."""

    def role_label(self, role: str) -> str:
        """What people call a role, in the reader's language."""

    def audit(self, ctx: MoveContext, fired: Fired) -> None:
        """Record the one event of this move; called last, after the effects."""
