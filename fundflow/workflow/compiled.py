"""A machine compiled once for all rows: rules bound, thresholds compiled, one shared state machine."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import transitions
from flask_babel import lazy_gettext as _l

from fundflow.platform.errors import NotFound
from fundflow.workflow.conditions import Condition
from fundflow.workflow.context import Actor, MoveContext, move_scope
from fundflow.workflow.definition import ENTERED, SYSTEM, Deadline, Machine, Move, Stage
from fundflow.workflow.registry import BoundEffect, BoundGuard, Registry, default_registry


class MachineFault(ValueError):
    """A machine that names a stage it does not have."""


@dataclass(frozen=True, slots=True)
class Needed:
    """How many distinct persons must make a move, and the seats among them that only certain roles fill."""

    count: int
    seats: tuple[tuple[str, ...], ...] = ()

    def frozen(self) -> int | dict[str, Any]:
        """As it is kept beside the row: a plain number while no seat is named."""
        return (
            {"count": self.count, "from": [list(seat) for seat in self.seats]} if self.seats else self.count
        )

    @classmethod
    def thawed(cls, kept: int | Mapping[str, Any]) -> Needed:
        """What `frozen` wrote."""
        if isinstance(kept, Mapping):
            return cls(int(kept["count"]), tuple(tuple(seat) for seat in kept["from"]))
        return cls(int(kept))

    def empty_seats(self, approvers: Sequence[Collection[str]]) -> list[tuple[str, ...]]:
        """The seats that these persons, given by their roles, leave empty when each sits where it helps most."""
        taken: dict[int, int] = {}
        for person in range(len(approvers)):
            self._sit(person, approvers, taken, set())
        return [seat for place, seat in enumerate(self.seats) if place not in taken]

    def _sit(
        self, person: int, approvers: Sequence[Collection[str]], taken: dict[int, int], tried: set[int]
    ) -> bool:
        """Give a person a seat, asking those who sit there to move on if they can."""
        for place, seat in enumerate(self.seats):
            if place in tried or not set(seat) & set(approvers[person]):
                continue
            tried.add(place)
            if place not in taken or self._sit(taken[place], approvers, taken, tried):
                taken[place] = person
                return True
        return False


class Subject:
    """What the shared machine moves in place of the row, which is never attached to it."""

    __slots__ = ("_stage",)

    def __init__(self, stage: str) -> None:
        self._stage = stage


@dataclass(frozen=True, slots=True)
class CompiledMove:
    """A move with its rules bound and its thresholds compiled."""

    name: str
    move: Move
    sources: frozenset[str]
    roles: frozenset[str]
    guards: tuple[BoundGuard, ...]
    effects: tuple[BoundEffect, ...]
    thresholds: tuple[tuple[Condition, Needed], ...]
    trigger: Callable[[Subject], bool]

    def permits(self, actor: Actor) -> bool:
        """Whether the actor holds a role that may make this move."""
        return not self.roles.isdisjoint(actor.roles) or (actor.is_system and SYSTEM in self.roles)

    def approvals(self, ctx: MoveContext) -> Needed:
        """How many distinct persons this move needs, as things stand now; none when it asks for no approvals.

        The highest number counts, and the seats of the last threshold that holds and names any.
        """
        usual = self.move.approvals
        if usual is None:
            return Needed(0)
        found = Needed(max(usual.count, len(usual.seats)), usual.seats)
        for condition, above in self.thresholds:
            if condition.holds(ctx.asks(condition)):
                found = Needed(max(found.count, above.count), above.seats or found.seats)
        return found


@dataclass(frozen=True, slots=True)
class CompiledStage:
    """A stage with the moves made in it; its deadline is known early, on entering, or late, from a fact.

    `roles` is everybody it may wait for; only when it `asks` do conditions narrow that down. It `settles` when
    something of it is known only after the effects.
    """

    stage: Stage
    leaving: tuple[CompiledMove, ...]
    approved: tuple[CompiledMove, ...]
    early_deadline: Deadline | None
    late_deadline: Deadline | None
    waiting: tuple[tuple[str, Condition | None], ...]
    roles: tuple[str, ...]
    asks: bool
    stops_clock: bool
    settles: bool

    def waits_for(self, ctx: MoveContext) -> list[str]:
        """In whose queues the row stands, as things are now; a condition that cannot be answered yet waits."""
        return [
            role
            for role, condition in self.waiting
            if condition is None or condition.holds(ctx.asks(condition), unanswered=True)
        ]


class CompiledMachine:
    """One machine, compiled once for every row; raises MachineFault, RuleFault or ConditionFault."""

    def __init__(self, machine: Machine, registry: Registry = default_registry) -> None:
        self.definition = machine
        self.registry = registry
        _check_stages(machine)
        shared = transitions.Machine(
            model=None,
            states=list(machine.stages),
            initial=machine.initial,
            transitions=[
                {"trigger": name, "source": list(dict.fromkeys(move.from_)), "dest": move.to}
                for name, move in machine.moves.items()
            ],
            auto_transitions=False,
            model_attribute="_stage",
        )
        self.moves = {
            name: self._compile(name, move, shared.events[name].trigger)
            for name, move in machine.moves.items()
        }
        self.stages = {name: self._step(name, stage) for name, stage in machine.stages.items()}

    def move(self, name: str) -> CompiledMove:
        """The move of that name; raises NotFound."""
        move = self.moves.get(name)
        if move is None:
            raise NotFound(_l("There is no such step."))
        return move

    def leaving(self, stage: str) -> tuple[CompiledMove, ...]:
        """The moves that can be made in a stage."""
        return self.stages[stage].leaving if stage in self.stages else ()

    def _step(self, name: str, stage: Stage) -> CompiledStage:
        leaving = tuple(move for move in self.moves.values() if name in move.sources)
        deadline = stage.deadline
        counts_from_fact = deadline is not None and (deadline.at is not None or deadline.from_ != ENTERED)
        approved = tuple(move for move in leaving if move.move.approvals is not None)
        asks = any(each.when is not None for each in stage.waiting)
        return CompiledStage(
            stage=stage,
            leaving=leaving,
            approved=approved,
            early_deadline=None if counts_from_fact else deadline,
            late_deadline=deadline if counts_from_fact else None,
            waiting=tuple((each.role, self._condition(each.when)) for each in stage.waiting),
            roles=stage.waits_for,
            asks=asks,
            stops_clock=stage.stops_clock,
            settles=bool(approved or asks or counts_from_fact),
        )

    def _condition(self, when: str | None) -> Condition | None:
        return None if when is None else Condition(when, move_scope(self.registry))

    def _compile(self, name: str, move: Move, trigger: Any) -> CompiledMove:
        above = move.approvals.above if move.approvals else ()
        scope = move_scope(self.registry) if above else {}
        return CompiledMove(
            name=name,
            move=move,
            sources=frozenset(move.from_),
            roles=frozenset(move.by),
            guards=tuple(self.registry.bind_guard(ref) for ref in move.guards),
            effects=tuple(self.registry.bind_effect(ref) for ref in move.effects),
            thresholds=tuple(
                (Condition(each.when, scope), Needed(max(each.count, len(each.seats)), each.seats))
                for each in above
            ),
            trigger=trigger,
        )


def _check_stages(machine: Machine) -> None:
    named = {machine.initial}.union(*(move.from_ for move in machine.moves.values()))
    named |= {move.to for move in machine.moves.values() if move.to is not None}
    unknown = named - set(machine.stages)
    if unknown:
        raise MachineFault(f"unknown stages: {', '.join(sorted(unknown))}")
