"""Who may see a case and in which roles somebody stands towards it; pure predicates, no queries."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fundflow.accounts import Actor, Permission, role_names
from fundflow.applications.models import Application
from fundflow.forms import Section
from fundflow.programmes import Definition

SYSTEM_ROLE = "system"
# The kinds of party whose own case it is; an evaluator is a party too, but reads about others.
PERSONS = frozenset({"applicant", "beneficiary", "guardian"})


@dataclass(frozen=True)
class CaseActor:
    """An actor as seen from one case: the roles that hold here, party kinds included.

    `paper`: he records what another person did on paper. `duties` are those he holds here, by scope, or None when
    nobody has looked.
    """

    user_id: uuid.UUID | None
    name: str
    language: str
    roles: frozenset[str]
    is_system: bool
    paper: bool = False
    duties: Mapping[uuid.UUID, str] | None = None


def on_case(
    actor: Actor,
    case: Application,
    party_kinds: Iterable[str],
    *,
    on_behalf: str | None = None,
    duties: Mapping[uuid.UUID, str] | None = None,
) -> CaseActor:
    """The actor's roles on this case: grants whose scope covers it, and the kinds of party that he is.

    Whose own case it is stands there as that and as nothing else: nobody screens, decides or pays himself. With
    `on_behalf` staff record what a person sent on paper, and stand there as that kind of party and as nothing else, so
    that no step of the office is made in a party's name. Their duties stay their own.
    """
    kinds = frozenset(party_kinds)
    if on_behalf:
        roles = frozenset({on_behalf})
    elif actor.is_system:
        roles = frozenset({SYSTEM_ROLE})
    elif kinds & PERSONS:
        roles = kinds
    else:
        granted = actor.roles_for(
            programme_id=case.programme_id, call_id=case.call_id, application_id=case.id
        )
        roles = granted | kinds
    return CaseActor(
        actor.user_id, actor.name, actor.language, roles, actor.is_system, bool(on_behalf), duties
    )


def may_read_section(section: Section, who: CaseActor, *, fills: bool) -> bool:
    """Whether a section of a form is for these eyes: `read_by` narrows it, but never for whoever fills the form in."""
    return fills or who.is_system or not section.read_by or bool(who.roles & set(section.read_by))


def is_inside(actor: Actor, case: Application, kinds: Iterable[str], *permissions: str) -> bool:
    """Whether the actor looks at a case as staff: one of the permissions over it, and in no way a party to it."""
    over = {"programme_id": case.programme_id, "call_id": case.call_id, "application_id": case.id}
    return not set(kinds) and any(actor.may(each, **over) for each in permissions)


def records_paper(actor: Actor, case: Application, kinds: Iterable[str]) -> bool:
    """Whether the actor may record on this case what its people did on paper; never who is a party to it."""
    return is_inside(actor, case, kinds, Permission.APPLICATION_RECORD_PAPER)


def letters_to_parties(definition: Definition) -> frozenset[str]:
    """The letters that some move issues; they are addressed to the people of the case unless `to` says staff."""
    found = set()
    for machine in definition.machines.values():
        for move in machine.definition.moves.values():
            for effect in move.effects:
                letter = effect.params.get("letter")
                if letter and effect.params.get("to", "") not in role_names():
                    found.add(str(letter))
    return frozenset(found)
