"""Random people at one case: a hypothesis state machine that sets out from where a walked case stands."""

from __future__ import annotations

from contextlib import ExitStack
from copy import copy
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, note, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import inspect, select
from sqlalchemy.orm import joinedload

from fundflow.applications.models import Application
from fundflow.applications.service.move import move, moves_of
from fundflow.platform import clock
from fundflow.platform.db import db, savepoint
from fundflow.platform.errors import Conflict, Forbidden, FundflowError, NotFound
from fundflow.simulation.tally import Tally
from fundflow.simulation.trial import Trial
from tests.properties.watching import Watch

STEPS, WAITS = 4, 24
MANY = st.integers(0, 47)
LOTS = st.integers(0, 255)


class Back(Exception):
    """Takes an example back to the place where it set out."""


@dataclass
class Made:
    """What somebody did, and the version of the row that he saw then."""

    actor: Any
    behalf: str | None
    kind: str
    row: Any
    name: str
    version: int
    form: Any


@dataclass
class Place:
    """Where a case stands, for as many examples as set out from it; `examples` counts those that did."""

    trial: Trial
    watch: Watch
    examples: int = 0

    def branch(self) -> tuple[Trial, Watch]:
        """The case for one example, so that nothing of it but the database has to be taken back."""
        old = self.trial
        cast = replace(
            old.cast,
            lots=Random(0),
            taken=dict(old.cast.taken),
            kept={form: list(answers) for form, answers in old.cast.kept.items()},
        )
        trial, trial_desk = copy(old), copy(old.desk)
        trial.cast = trial_desk.cast = cast
        trial.tally, trial.desk = Tally(old.definition), trial_desk
        trial._seen, trial._taken, trial._refusals = dict(old._seen), copy(old._taken), []
        trial_desk._filled = set(old.desk._filled)
        return trial, Watch(trial, self.watch)


class People(RuleBasedStateMachine):
    """What people and the clock do to a case; whatever the services let through has to be lawful."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        place.examples += 1
        self.trial, self.watch = place.branch()
        self.last: Made | None = None
        self.branch = ExitStack()
        self.branch.enter_context(clock.at(clock.now()))
        self.branch.push(_forgetting)
        self.branch.enter_context(savepoint())

    def teardown(self) -> None:
        """Back to the place: the savepoint, the clock, and what the session remembers."""
        self.branch.__exit__(Back, Back(), None)

    # --- what happens ---

    @rule(nth=MANY, who=MANY, lots=LOTS)
    def somebody_does_what_is_to_be_done(self, nth: int, who: int, lots: int) -> None:
        """One of the moves of a stage, by one of those whom it names: what is offered goes through, nothing else."""
        self.trial.cast.lots.seed(lots)
        self.trial.desk.prepare()
        found = self.steps()
        if not found:
            return
        kind, row, each = found[nth % len(found)]
        people = self.trial._people(row, each.roles)
        if not people:
            return
        actor, behalf = people[who % len(people)]
        self.make_ready(actor, kind, row, each)
        offered = self.offered(actor, behalf, kind, row, each.name)
        made = self.attempt(actor, behalf, kind, row, each.name)
        assert made <= offered, "a move went through that was not offered"
        assert made or each.move.form or not offered, "a move was offered and then refused"

    @precondition(lambda self: not self.trial.ended())
    @rule(lots=LOTS)
    def time_passes(self, lots: int) -> None:
        """To the next deadline, or a month."""
        self.trial.cast.lots.seed(lots)
        self.trial.waited = 0
        self.trial.wait()
        note(f"Time passes to {clock.now():%Y-%m-%d}.")

    @rule(of=MANY, nth=MANY, who=MANY, lots=LOTS)
    def anybody_tries_anything(self, of: int, nth: int, who: int, lots: int) -> None:
        """Whoever it is, whatever it is, and wherever it stands."""
        self.trial.cast.lots.seed(lots)
        kind, row = self.anything(of)
        moves = self.trial.definition.machines[kind].moves
        name = sorted(moves)[nth % len(moves)]
        self.make_ready(self.anybody(who), kind, row, moves[name])
        self.attempt(self.anybody(who), None, kind, row, name)

    @rule(of=MANY, nth=MANY, who=MANY, lots=LOTS)
    def somebody_acts_on_an_old_page(self, of: int, nth: int, who: int, lots: int) -> None:
        """The row has changed since: nothing may happen, whoever tries."""
        self.trial.cast.lots.seed(lots)
        kind, row = self.anything(of)
        moves = self.trial.definition.machines[kind].leaving(row.stage)
        if moves:
            each = moves[nth % len(moves)]
            people = self.trial._people(row, each.roles) or [(self.anybody(who), None)]
            actor, behalf = people[who % len(people)]
            self.in_vain(Made(actor, behalf, kind, row, each.name, row.row_version - 1, None))

    @precondition(lambda self: self.last is not None)
    @rule()
    def the_same_page_is_sent_twice(self) -> None:
        """A second click, and a second tab."""
        assert self.last is not None
        self.in_vain(self.last)

    @precondition(lambda self: self.last is not None)
    @rule()
    def the_same_person_tries_it_again(self) -> None:
        """On a fresh page; an approval of the same person is not a second one."""
        assert self.last is not None
        again = self.last
        self.attempt(again.actor, again.behalf, again.kind, again.row, again.name)

    # --- what must hold ---

    @invariant()
    def every_stage_has_its_audit_row(self) -> None:
        """And every row of the trail is a move of the definition, by whom it names, without two duties."""
        self.told(self.watch.look)

    @invariant()
    def the_money_adds_up(self) -> None:
        """Nothing is overdrawn and every posting comes to nothing."""
        self.told(self.watch.money)

    @invariant()
    def somebody_can_act(self) -> None:
        """Or time brings something, unless the case has ended."""
        if not self.trial.ended() and not self.goes_on():
            self.told(self.stuck)

    def stuck(self) -> None:
        """The fault of a case that nothing and nobody will ever move."""
        raise AssertionError(f"nobody can act: {self.trial.standing()}")

    def told(self, check: Any) -> None:
        """A fault of the watch, with the whole story of the case."""
        try:
            check()
        except AssertionError as fault:
            raise AssertionError("\n".join([str(fault), *self.watch.steps])) from None

    # --- how it is done ---

    def goes_on(self) -> bool:
        """The plain cases first: a deadline that moves, a step without conditions, a step that is offered."""
        for kind, row in self.trial.rows():
            deadline = self.trial.definition.machines[kind].stages[row.stage].stage.deadline
            timed = deadline is not None and deadline.then is not None and deadline.then.move
            if timed and row.due_at is not None and row.overdue_at is None:
                return True
        found = [(*step, self.trial._people(step[1], step[2].roles)) for step in self.steps()]
        if any(people and _unconditional(each) for _kind, _row, each, people in found):
            return True
        return (
            any(
                self.offered(actor, behalf, kind, row, each.name)
                for kind, row, each, people in found
                for actor, behalf in people[:2]
            )
            or self.would_go_on()
        )

    def would_go_on(self) -> bool:
        """Whether somebody could act once forms are filled and time has passed; then all of it is taken back."""
        trial, _watch = Place(self.trial, self.watch).branch()
        with ExitStack() as attempt:
            attempt.enter_context(clock.at(clock.now()))
            attempt.push(_forgetting)
            attempt.enter_context(savepoint())
            attempt.callback(_raise_back)
            for _time in range(WAITS):
                trial.waited = 0
                if trial.act() or trial.ended():
                    return True
                self.trial._refusals = trial._refusals
                trial.wait()
        return False

    def steps(self) -> list[tuple[str, Any, Any]]:
        """The moves of the present stages that people make."""
        return [(kind, row, each) for kind, row in self.trial.rows() for each in self.trial._moves(kind, row)]

    def offered(self, actor: Any, behalf: str | None, kind: str, row: Any, name: str) -> bool:
        """Whether the page of the case shows somebody this move as one that he can make."""
        _with_its_call(self.trial.case)
        try:
            states = moves_of(actor, self.trial.case, row, kind, on_behalf=behalf)
        except FundflowError:
            return False
        return any(state.allowed for state in states if state.name == name)

    def make_ready(self, actor: Any, kind: str, row: Any, each: Any) -> None:
        """What has to be written before the move is offered, as far as this person may write it."""
        try:
            with savepoint():
                self.trial.desk.before(each, kind, row, actor)
        except FundflowError:
            return

    def attempt(self, actor: Any, behalf: str | None, kind: str, row: Any, name: str) -> bool:
        """Try a move with the forms that it needs; a refusal leaves nothing behind."""
        each = self.trial.definition.machines[kind].moves[name]
        made = Made(actor, behalf, kind, row, name, row.row_version, None)
        try:
            with savepoint():
                if each.move.form:
                    made.form = self.trial.desk.answers(each.move.form, row, kind, each)
                move(
                    actor=actor, subject_id=row.id, kind=kind, move=name, form=made.form, on_behalf=behalf,
                    paper=self.trial.desk.scanned() if behalf else None,
                )  # fmt: skip
        except FundflowError as refusal:
            note(f"{self.watch.name(actor)} tries {kind} {name}: {type(refusal).__name__}.")
            return False
        note(f"{self.watch.name(actor)} makes {kind} {name}.")
        self.last = made
        return True

    def in_vain(self, made: Made) -> None:
        """A move that is tried with the version of an old page."""
        try:
            with savepoint():
                move(
                    actor=made.actor, subject_id=made.row.id, kind=made.kind, move=made.name, form=made.form,
                    on_behalf=made.behalf, paper=self.trial.desk.scanned() if made.behalf else None,
                    seen_version=made.version,
                )  # fmt: skip
        except (Conflict, NotFound, Forbidden):
            return
        raise AssertionError(f"an old page made {made.kind} {made.name}")

    def anybody(self, who: int) -> Any:
        """The people of the case, somebody of each role, and who has them all."""
        staff = [people[at] for _role, people in sorted(self.trial.cast.staff.items()) for at in (0, -1)]
        everybody = [self.trial.applicant, self.trial.desk.partner, *staff]
        return everybody[who % len(everybody)]

    def anything(self, of: int) -> tuple[str, Any]:
        """The case or something on it, also what has ended."""
        rows = list(self.trial.rows(ended=True))
        return rows[of % len(rows)]


def _with_its_call(case: Application) -> None:
    """A savepoint that was taken back has made the session forget the call, which is never read by itself."""
    if "call" in inspect(case).unloaded:
        whole = select(Application).where(Application.id == case.id).options(joinedload(Application.call))
        db.session.scalars(whole.execution_options(populate_existing=True)).one()


def _unconditional(each: Any) -> bool:
    return not each.guards and not each.move.duties and each.move.approvals is None


def _raise_back() -> None:
    raise Back


def _forgetting(kind: Any, _fault: Any, _trace: Any) -> bool:
    """After a savepoint was taken back: what the session remembers of its rows is no longer true."""
    db.session.expire_all()
    return kind is Back


def try_out(
    place: Place, *, examples: int, named: str, phases: tuple[Phase, ...] = (Phase.generate, Phase.shrink)
) -> None:
    """Let so many examples set out from a place; a fault is shrunk to the fewest steps that show it."""
    run_state_machine_as_test(
        seed(named)(lambda: People(place)),
        settings=settings(
            max_examples=examples,
            stateful_step_count=STEPS,
            phases=phases,
            database=None,  # the seed says it all: a run depends on nothing that another has left behind
            deadline=None,  # how long a move takes is measured elsewhere
            print_blob=False,
            suppress_health_check=[
                HealthCheck.too_slow,  # an example is some hundred statements of a database
            ],
        ),
    )
