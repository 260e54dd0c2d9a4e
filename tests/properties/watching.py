"""Watches one walked case: each change of a stage against its audit row, its definition, the duties and the money."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

from sqlalchemy import func, select

from fundflow.applications.subjects import CASE, subject_kinds
from fundflow.ledger import Entry, balances
from fundflow.platform.db import db
from fundflow.simulation.trial import Trial

OWED = "agreement"
"""The one account of a line that is below zero: what the donor has promised."""


class Watch:
    """What a case must have come to by the audit rows alone; a branch of the case has a copy of its own."""

    def __init__(self, trial: Trial, known: Watch | None = None) -> None:
        self.trial, self.case = trial, trial.case
        self.definition = known.definition if known else trial.definition
        self.stages: dict[str, str] = dict(known.stages) if known else {}
        self.duties: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        self.approved: dict[tuple[str, str], set[str]] = {}
        if known:
            self.duties.update({key: set(held) for key, held in known.duties.items()})
            self.approved = {key: set(given) for key, given in known.approved.items()}
        self.steps = list(known.steps) if known else []
        self._read = known._read if known else 0
        self._staff: defaultdict[str, set[str]] = defaultdict(set)
        for role, people in trial.cast.staff.items():
            for actor in people:
                self._staff[str(actor.user_id)].add(role)

    def look(self) -> None:
        """After every act: read the new audit rows and hold them against the database."""
        db.session.flush()
        noted = db.session().info.get("pending", [])
        for event in map(json.loads, noted[self._read :]):
            if event["action"] == "move" and event["application_id"] == str(self.case.id):
                self._moved(event["actor_id"], event["data"])
        self._read = len(noted)
        rows = [(kind.name, row) for kind in subject_kinds() for row in self._rows(kind)]
        stands = {str(row.id): row.stage for _kind, row in rows}
        machines = self.definition.machines
        replayed = {
            str(row.id): self.stages.get(str(row.id), machines[kind].definition.initial) for kind, row in rows
        }
        assert stands == replayed, "a stage without its audit row"

    def _rows(self, kind: Any) -> list[Any]:
        if kind.name not in self.definition.machines:
            return []
        if kind.name == CASE:
            return [self.case]
        return list(db.session.scalars(select(kind.model).where(kind.model.application_id == self.case.id)))

    def name(self, actor: Any) -> str:
        """Who it is, in a word."""
        return self._name(str(actor.user_id))

    def _name(self, user_id: str | None) -> str:
        known = {
            str(self.trial.applicant.user_id): "applicant",
            str(self.trial.desk.partner.user_id): "beneficiary",
        }
        roles = self._staff.get(str(user_id), {"the clock"})
        return known.get(str(user_id)) or (min(roles) if len(roles) == 1 else "somebody with all roles")

    def _moved(self, actor: str | None, said: dict[str, Any]) -> None:
        machine = self.definition.machines[said["kind"]]
        move = machine.definition.moves[said["move"]]
        self.steps.append(f"{self._name(actor)}: {said['kind']} {said['move']}")
        before = self.stages.get(said["subject"], machine.definition.initial)
        assert before == said["source"], "two moves of one stage, or a stage that nobody left"
        assert before in move.from_, "a move outside the definition"
        to = move.to or before
        assert said["target"] == (to if said["moved"] else before), "a move to another stage than its own"
        self.stages[said["subject"]] = said["target"]
        assert self._roles(actor, said) & set(move.by), "a move by somebody whom it does not name"
        self._approved(actor, said, move)
        for duty in move.duties:
            exclusive = self.definition.programme.separation.get(duty.on or CASE_SCOPE, ())
            if duty.name in exclusive and actor:
                held = self.duties[said["subject"] if duty.on else CASE_SCOPE, actor]
                held.add(duty.name)
                assert len(held & set(exclusive)) == 1, "one person in two duties that exclude each other"

    def _approved(self, actor: str | None, said: dict[str, Any], move: Any) -> None:
        """Approvals are of different people, as many as are needed; whatever enters a stage begins a new count."""
        key, (given, needed) = (said["subject"], said["move"]), said["approvals"]
        if move.approvals is not None:
            people = self.approved.setdefault(key, set())
            for other in [each for each in self.approved if each[0] == key[0] and each != key]:
                self.approved[other].discard(str(actor))  # who approves another way out has changed his mind
            assert actor is not None, "an approval by nobody"
            assert actor not in people, "one person approved twice"
            people.add(actor)
            asked = max(move.approvals.count, len(move.approvals.seats))
            assert needed >= asked, "fewer approvals than the definition asks for"
            assert needed == 1 or given == len(people), "approvals that nobody gave"
            assert said["moved"] == (given >= needed), "a move without its approvals"
        else:
            assert said["moved"], "a move that needs no approval, and did not happen"
        if said["moved"] and move.to is not None:
            for other in [each for each in self.approved if each[0] == said["subject"]]:
                del self.approved[other]

    def _roles(self, actor: str | None, said: dict[str, Any]) -> set[str]:
        if actor is None:
            return {"system"}
        roles = self._staff[actor] | {"owner"} if actor in self._staff else set()
        roles |= {"applicant"} if actor == str(self.trial.applicant.user_id) else set()
        roles |= {"beneficiary"} if actor == str(self.trial.desk.partner.user_id) else set()
        return roles | ({said["on_behalf"]} if said.get("on_behalf") else set())

    def money(self) -> None:
        """No account of the line is overdrawn, and every posting's entries come to nothing."""
        line = self.trial.cast.line.id
        assert {name: minor for name, minor in balances(line).items() if minor < 0 and name != OWED} == {}
        uneven = select(Entry.posting_id).where(Entry.line_id == line).group_by(Entry.posting_id)
        assert db.session.scalars(uneven.having(func.sum(Entry.amount_minor) != 0)).all() == []


CASE_SCOPE = "case"
