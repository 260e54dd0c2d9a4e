"""Who sees a tranche or a purchase, and how much of it; pure predicates, no queries."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from fundflow.accounts import Actor, Permission
from fundflow.applications.models import Application
from fundflow.applications.policy import CaseActor, on_case
from fundflow.workflow import CompiledMachine


@dataclass(frozen=True, slots=True)
class Reader:
    """An actor before a part of a case.

    `inside`: staff, who also see offers and names; `pays`: may see in full into which account money goes.
    """

    who: CaseActor
    allowed: bool
    inside: bool
    pays: bool


def reader_of(actor: Actor, case: Application, machine: CompiledMachine, kinds: Collection[str]) -> Reader:
    """Staff see it by permission, parties when the machine gives their kind a part in it.

    Whoever is a party to the case reads as a party, whatever roles of the office he holds.
    """
    concerned = bool(acting(machine) & set(kinds))
    place = {"programme_id": case.programme_id, "call_id": case.call_id, "application_id": case.id}
    staff = actor.may(Permission.APPLICATION_READ, **place)
    inside = staff and not concerned
    pays = inside and actor.may(Permission.PAYMENT_ACT, **place)
    return Reader(on_case(actor, case, kinds), staff or concerned, inside, pays)


def acting(machine: CompiledMachine) -> frozenset[str]:
    """The roles and kinds of party that a machine gives a move or waits for."""
    waiting = (set(stage.waits_for) for stage in machine.definition.stages.values())
    return frozenset().union(*(move.roles for move in machine.moves.values()), *waiting)
