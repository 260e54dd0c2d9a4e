"""Random people drive random cases of every programme, two thousand times over, and no rule of the house ever breaks.

A trunk is a case that goes from its beginning to an end (or `MOST` acts), through the real services, their guards,
effects, duties, ledger and audit trail, in a transaction that is rolled back. At the places that trunks reach, a
hypothesis machine sets out with a few examples of `machine.STEPS` steps each, inside a savepoint that is taken back:
somebody does what is to be done, time passes, anybody tries anything, an old page is sent, a page is sent twice.
A fault is shrunk to the fewest steps from there. Letters stay unprinted but for agreements, which are signed by
their hash; no mail or job is run.

Others: CASES_SEED=7 CASES_RUNS=500 pytest tests/properties/test_cases.py.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from fundflow.applications.subjects import CASE
from fundflow.platform import clock
from fundflow.programmes import folders, read_folder
from fundflow.simulation import rehearsal
from fundflow.simulation.tally import Tally
from fundflow.simulation.trial import Trial
from tests.properties.machine import WAITS, Place, try_out
from tests.properties.watching import Watch

RUNS, SEED = int(os.environ.get("CASES_RUNS", "2000")), int(os.environ.get("CASES_SEED", "11"))
EACH = -(-RUNS // len(folders()))
BEGINS = datetime(2026, 11, 23, 9, tzinfo=UTC)
NEAR, MOST, TRUNKS, TOGETHER = 8, 60, 40, 10
"""Examples at a place; acts of a trunk; trunks of a programme at most; and trunks in one office."""
NEGLECT, SPREAD = 25, 16

UNMADE: dict[str, dict[str, str]] = {
    "startup_fund": {
        "application.reopen_screening": "screening has to fail, and an appeal against that to be upheld, in one case",
    },
}
"""What trunks need not do, by programme, and why."""


@dataclass
class Grove:
    """The trunks of one programme."""

    slug: str
    files: dict[str, str]
    trunks: int = 0
    examples: int = 0
    taken: dict[tuple[str, str], int] = field(default_factory=dict)
    seen: set[tuple[str, str]] = field(default_factory=set)
    tally: Tally | None = None

    def unmade(self) -> dict[str, str]:
        """The moves that no trunk has made, with the reasons that were given."""
        assert self.tally is not None
        return {f"{kind}.{name}": why for (kind, name), why in self.tally.never_made()}

    def grow(self) -> None:
        """Trunks until there are examples enough and every move has been made, as far as it can be."""
        while not self._grown():
            with clock.at(BEGINS), rehearsal(self.files, SEED + self.trunks) as cast:
                self.tally = self.tally or Tally(cast.definition)
                cast.taken = self.taken
                for _trunk in range(TOGETHER):
                    if self._grown():
                        return
                    self.trunks += 1
                    trial = Trial(cast, self.tally)
                    trial.begin()
                    trial.desk.minor = bool(self.trunks % 2)
                    self._trunk(trial)

    def _grown(self) -> bool:
        if self.tally is None:
            return False
        missing = set(self.unmade()) - set(UNMADE.get(self.slug, {}))
        return self.trunks >= TRUNKS or (self.examples >= EACH and not missing)

    def _trunk(self, trial: Trial) -> None:
        watch = Watch(trial)
        try:
            for _act in range(MOST):
                trial.desk.prepare()
                watch.look()
                self._set_out(trial, watch)
                if trial.ended() and not (self._sets_off(trial) or trial.act()):
                    break
                if not trial.ended():
                    self._act(trial)
            watch.look()
            watch.money()
        except AssertionError as fault:
            told = "\n".join([f"{self.slug}, seed {SEED}: {fault}", "--- the trunk ---", *watch.steps])
            raise AssertionError(told) from fault

    def _act(self, trial: Trial) -> None:
        """Somebody acts, or time passes until somebody can; now and then nobody does what has a deadline."""
        lots = trial.cast.lots
        for time in range(WAITS):
            neglected = time == 0 and (self._timed(trial) or lots.randint(1, NEGLECT) == 1)
            if trial.ended() or self._sets_off(trial) or (not neglected and trial.act()):
                return
            trial.wait()
        raise AssertionError(f"nobody can act: {trial.standing()}")

    def _timed(self, trial: Trial) -> bool:
        """Whether the clock would make a move that it has not made yet."""
        deadline = trial.definition.machines[CASE].stages[trial.case.stage].stage.deadline
        name = deadline.then.move if deadline is not None and deadline.then is not None else None
        return bool(name and trial.case.due_at and not trial.tally.moves[CASE, name])

    def _sets_off(self, trial: Trial) -> bool:
        """Whether somebody makes a move that moves the case or other rows as no trunk has moved them yet."""
        made = any(
            self._new(trial, bound) and trial._try(row, kind, each)
            for kind, row in trial.rows()
            for each in trial._moves(kind, row)
            for bound in each.effects
        )
        trial._look()
        return made

    def _new(self, trial: Trial, bound: Any) -> bool:
        kind = {"move_parent": CASE, "move_children": bound.params.get("kind")}.get(bound.rule.name)
        if kind is None or trial.tally.moves[kind, bound.params["move"]]:
            return False
        here = {row.stage for of, row in trial.rows(ended=True) if of == kind}
        return bool(here & set(trial.definition.machines[kind].moves[bound.params["move"]].sources))

    def _set_out(self, trial: Trial, watch: Watch) -> None:
        """Examples from here: where something stands as nothing did before, else spread over `SPREAD` trunks."""
        here = {(kind, row.stage) for kind, row in trial.rows()}
        if here <= self.seen and self.examples >= EACH * min(self.trunks, SPREAD) // SPREAD:
            return
        self.seen |= here
        place = Place(trial, watch)
        try_out(place, examples=NEAR, named=f"{SEED} {self.slug} {self.examples}")
        self.examples += place.examples


@pytest.mark.slow
@pytest.mark.usefixtures("session")
@pytest.mark.parametrize("slug", sorted(folders()))
def test_no_case_breaks_a_rule(slug):
    grove = Grove(slug, read_folder(folders()[slug]))
    grove.grow()
    assert grove.examples >= EACH
    assert {step: why for step, why in grove.unmade().items() if step not in UNMADE.get(slug, {})} == {}
