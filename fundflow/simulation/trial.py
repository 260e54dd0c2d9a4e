"""One random case: what somebody could do to it now, done by lot, and time that passes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import Uuid, select
from sqlalchemy.orm import joinedload

from fundflow.accounts import Actor
from fundflow.applications import queries
from fundflow.applications.models import Application
from fundflow.applications.service import cases, deadlines, of_age
from fundflow.applications.service.move import move
from fundflow.applications.subjects import CASE, SubjectKind, subject_kinds
from fundflow.platform import clock
from fundflow.platform.db import db, savepoint
from fundflow.platform.errors import FundflowError, Invalid, Refused
from fundflow.simulation.cast import Cast, person
from fundflow.simulation.desk import Desk
from fundflow.simulation.tally import Step, Tally
from fundflow.workflow import CompiledMove

PARTIES = frozenset({"applicant", "beneficiary", "guardian"})
PATIENCE, PAUSE = 24, timedelta(days=31)
TRIES = 3
NEGLECT = 20
END_WEIGHS = 6
WEIGHS = {"primary": 1, "plain": 2, "danger": END_WEIGHS}
AGAIN = 20
WAITS = 3


def _order(kind: SubjectKind, row: Any) -> list[str]:
    """What a row says of itself: rows of one moment have their ids by chance, and one seed is to walk one way."""
    said = [
        getattr(row, each.key) for each in kind.model.__table__.columns if not isinstance(each.type, Uuid)
    ]
    return [str(kind.owner(row)), *map(str, said)]


class Trial:
    """A case on its way."""

    def __init__(self, cast: Cast, tally: Tally) -> None:
        self.cast, self.tally = cast, tally
        self.definition = cast.definition
        self.applicant: Actor = person()
        self.case: Application
        self.waited = 0
        self._seen: dict[Any, str] = {}
        self._refusals: list[str] = []
        self._taken: Counter[Step] = Counter()
        self._noted = len(db.session().info.get("pending", []))

    def begin(self) -> None:
        """Somebody applies, or staff open the case."""
        call = self.cast.call()
        if self.definition.programme.kind == "call":
            case = cases.start(actor=self.applicant, call_id=call.id)
        else:
            case = self._opened(call.id)
        self.case = db.session.scalars(
            select(Application).where(Application.id == case.id).options(joinedload(Application.call))
        ).one()
        self.desk = Desk(self.cast, self.case, self.applicant)
        self._look()

    def _opened(self, call_id: Any) -> Application:
        for actor in self.cast.somebody(frozenset(self.cast.staff)):
            try:
                with savepoint():
                    return cases.open_case(actor=actor, call_id=call_id)
            except FundflowError:
                continue
        raise Refused(["nobody may open a case"])

    def ended(self) -> bool:
        """Whether the case stands in a final stage."""
        return self.definition.machines[CASE].stages[self.case.stage].stage.final

    def standing(self) -> str:
        """Where the case stands, and what was said last when somebody tried to go on."""
        words = "; ".join(dict.fromkeys(self._refusals[-4:]))
        return f"{CASE} in '{self.case.stage}'" + (f": {words}" if words else "")

    def act(self) -> bool:
        """Somebody does what was done least until now; False when nobody can do anything."""
        self._refusals = []
        self.desk.prepare()
        options = [(row, kind, each) for kind, row in self.rows() for each in self._moves(kind, row)]
        self.cast.lots.shuffle(options)
        options.sort(key=lambda option: self._worn(option[1], option[2]))
        for row, kind, each in options:
            if self._ends(kind, each) and self.tally.moves[kind, each.name] and self._patient():
                continue
            if self._try(row, kind, each):
                self.waited = 0
                self._pass_some_time(row)
                self._look()
                return True
        return False

    def _worn(self, kind: str, each: CompiledMove) -> int:
        """How often a move was made; ways out and ways back weigh more, above all a second time."""
        step, tone = (kind, each.name), each.move.tone
        again = 0 if tone == "primary" or each.move.approvals else AGAIN * self._taken[step]
        return self.cast.taken.get(step, 0) * WEIGHS[tone] + again

    def _ends(self, kind: str, each: CompiledMove) -> bool:
        """Whether a move ends the case by giving up what others could still do."""
        to, stages = each.move.to, self.definition.machines[kind].stages
        return kind == CASE and each.move.tone == "danger" and to is not None and stages[to].stage.final

    def _patient(self) -> bool:
        """Mostly people wait a while for what is not possible yet before they give up."""
        return self.waited < WAITS and self.cast.lots.randint(1, END_WEIGHS) > 1

    def neglected(self) -> bool:
        """Now and then nobody does what has a deadline."""
        return self.case.due_at is not None and self.cast.lots.randint(1, NEGLECT) == 1

    def rows(self, *, ended: bool = False) -> Iterator[tuple[str, Any]]:
        """The case and its parts that have not ended, or whose end can be questioned; with `ended` all of them."""
        for kind in subject_kinds():
            if kind.name not in self.definition.machines:
                continue
            found = [self.case]
            if kind.name != CASE:
                query = select(kind.model).where(kind.model.application_id == self.case.id)
                found = sorted(db.session.scalars(query), key=partial(_order, kind))
            for row in found:
                machine = self.definition.machines[kind.name]
                if ended or not machine.stages[row.stage].stage.final or machine.leaving(row.stage):
                    yield kind.name, row

    def _moves(self, kind: str, row: Any) -> list[CompiledMove]:
        return [
            each for each in self.definition.machines[kind].leaving(row.stage) if each.roles != {"system"}
        ]

    def _try(self, row: Any, kind: str, each: CompiledMove) -> bool:
        step = (kind, each.name)
        for actor, behalf in self._people(row, each.roles)[:TRIES]:
            try:
                with savepoint():
                    self.desk.before(each, kind, row, actor)
                    form = self.desk.answers(each.move.form, row, kind, each) if each.move.form else None
                    move(
                        actor=actor, subject_id=row.id, kind=kind, move=each.name, form=form,
                        on_behalf=behalf, paper=self.desk.scanned() if behalf else None,
                    )  # fmt: skip
            except FundflowError as refusal:
                self._note(step, refusal)
            else:
                self.cast.taken[step] = self.cast.taken.get(step, 0) + 1
                self.tally.moves[step] += 1
                self._taken[step] += 1
                return True
        return False

    def _people(self, row: Any, roles: frozenset[str]) -> list[tuple[Actor, str | None]]:
        """Who could make a move: the owner, the applicant, staff, or staff for a party without an account."""
        found: list[tuple[Actor, str | None]] = []
        if "owner" in roles:
            everybody = [actor for people in self.cast.staff.values() for actor in people]
            found += [
                (actor, None) for actor in everybody if actor.user_id == getattr(row, "reviewer_id", None)
            ]
        if "applicant" in roles and self.definition.programme.kind == "call":
            found.append((self.applicant, None))
        if "beneficiary" in roles and self.definition.programme.kind == "call":
            found.append((self.desk.partner, None))
        found += [(actor, None) for actor in self.cast.somebody(roles - PARTIES)]
        if roles & PARTIES and not found:
            helper = self.cast.somebody(frozenset({"case_worker", "programme_officer"}))
            tied = sorted(roles & {party.kind for party in queries.parties(self.case.id)})
            found += [(actor, kind) for kind in tied[:1] for actor in helper]
        return found

    def _note(self, step: Step, refusal: FundflowError) -> None:
        reasons = getattr(refusal, "reasons", None)
        if isinstance(refusal, Invalid):
            reasons = [f"{path}: {words}" for path, words in refusal.errors.items()]
        words = [str(each) for each in reasons or [str(refusal) or type(refusal).__name__]]
        self.tally.refuse(step, words)
        self._refusals += words

    def _pass_some_time(self, row: Any) -> None:
        """People take some part of the time they have, and an hour where nothing presses."""
        due = getattr(row, "due_at", None)
        left = due - clock.now() if due is not None else timedelta(hours=2)
        if left > timedelta(0):
            clock.advance(min(left, timedelta(days=20)) * (self.cast.lots.randint(1, 80) / 100))

    def _come_of_age(self) -> None:
        """What the clock does for the young, in a programme that says when they decide alone."""
        if self.definition.programme.of_age.move is None:
            return
        for step in of_age.due():
            if step.application_id == self.case.id:
                of_age.act(step)
                if step.what == "ended":
                    self.desk.grow_up()

    def wait(self) -> bool:
        """Nobody can act: let the next deadline pass, or a month; False when patience is over."""
        self.waited += 1
        if self.waited > PATIENCE:
            return False
        due = [row.due_at for _kind, row in self.rows() if row.due_at is not None and row.overdue_at is None]
        ahead = min(due, default=None)
        if ahead is not None and ahead >= clock.now():
            clock.advance(ahead - clock.now() + timedelta(seconds=1))
        else:
            clock.advance(PAUSE)
        for kind, row in list(self.rows()):
            if row.due_at is not None and row.due_at < clock.now() and row.overdue_at is None:
                deadlines.act(kind=kind, subject_id=row.id)
        self._look()
        return True

    def _look(self) -> None:
        """Count stages that were entered, and moves that the system made, since the last look."""
        self._come_of_age()
        db.session.flush()
        noted = db.session().info.get("pending", [])
        for event in map(json.loads, noted[self._noted :]):
            if event["action"] == "move" and event["actor_id"] is None:
                self.tally.moves[event["data"]["kind"], event["data"]["move"]] += 1
        self._noted = len(noted)
        for kind in subject_kinds():
            if kind.name in self.definition.machines:
                rows = [self.case]
                if kind.name != CASE:
                    query = select(kind.model).where(kind.model.application_id == self.case.id)
                    rows = list(db.session.scalars(query))
                for row in rows:
                    if self._seen.get(row.id) != row.stage:
                        self._seen[row.id] = row.stage
                        self.tally.stages[kind.name, row.stage] += 1
