"""Random people drive random cases of every programme, two thousand runs over, and no rule of the house ever breaks.

A run is driven through the real services, their guards, effects, duties, ledger and audit trail, in one transaction
that is rolled back. One run in about twenty is a whole case, from its beginning until it ends (or `MOST` acts). The
others set out from a place that such a case has reached: up to `FAR` acts by lot, then somebody tries anything at
all, and then the branch is taken back to its savepoint. Letters stay unprinted but for agreements, which are signed
by their hash; no mail or job is run.

Others: WALK_SEED=7 WALK_RUNS=500 pytest tests/properties/test_walks.py. A failure tells programme, seed and steps.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field

import pytest

from fundflow.applications.service.move import move
from fundflow.platform import clock
from fundflow.platform.db import db, savepoint
from fundflow.platform.errors import FundflowError
from fundflow.programmes import folders, read_folder
from fundflow.simulation import rehearsal
from fundflow.simulation.cast import Cast
from fundflow.simulation.tally import Tally
from fundflow.simulation.trial import Trial
from tests.properties.watching import Watch

RUNS, SEED = int(os.environ.get("WALK_RUNS", "2000")), int(os.environ.get("WALK_SEED", "11"))
EACH = -(-RUNS // len(folders()))
MOST, FAR, WAITS = 80, 3, 24


class Back(Exception):
    """Takes a branch back to where it set out."""


@dataclass
class Walks:
    """The walks of one programme."""

    cast: Cast
    tally: Tally
    runs: int = 0
    meddled: int = 0
    now: Watch | None = field(default=None)

    def whole(self) -> None:
        """One case to its end, with a branch from each place that it reaches."""
        trial = Trial(self.cast, self.tally)
        trial.begin()
        watch = self.now = Watch(trial)
        watch.look()
        self.runs += 1
        for _act in range(MOST):
            if trial.ended():
                break
            if self.runs < EACH:
                self._branch(trial, watch)
                self.now = watch
            self._act(trial, watch)
        watch.money()

    def _act(self, trial: Trial, watch: Watch) -> None:
        """Somebody acts, or time passes until somebody can: nothing but an end leaves nobody with anything to do."""
        for _time in range(WAITS):
            if trial.act() or trial.ended():
                watch.look()
                return
            waited = trial.wait()
            watch.look()
            if trial.ended():
                return
            assert waited, f"nobody can act: {trial.standing()}"
        raise AssertionError(f"nobody can act: {trial.standing()}")

    def _branch(self, trial: Trial, known: Watch) -> None:
        kept = dict(trial._seen), trial._noted, trial.waited, set(trial.desk._filled)
        self.runs += 1
        try:
            with clock.at(clock.now()), savepoint():
                watch = self.now = Watch(trial, known)
                for _act in range(self.cast.lots.randint(1, FAR)):
                    if not trial.ended():
                        self._act(trial, watch)
                self._meddle(trial)
                watch.look()
                watch.money()
                raise Back  # noqa: TRY301 - it takes back what the branch did
        except Back:
            trial._seen, trial._noted, trial.waited, trial.desk._filled = kept
        db.session.expire_all()

    def _meddle(self, trial: Trial) -> None:
        """Anybody tries any move on anything, wherever it stands; what goes through must be as lawful as the rest."""
        lots = self.cast.lots
        everybody = [trial.applicant, *(actor for people in self.cast.staff.values() for actor in people)]
        rows = list(trial.rows())
        if not rows:
            return
        kind, row = lots.choice(rows)
        name = lots.choice(sorted(self.cast.definition.machines[kind].moves))
        try:
            with savepoint():
                form = self.cast.definition.machines[kind].moves[name].move.form
                given = trial.desk.answers(form, row) if form else None
                move(actor=lots.choice(everybody), subject_id=row.id, kind=kind, move=name, form=given)
                self.meddled += 1
        except FundflowError:
            return


@pytest.mark.slow
@pytest.mark.usefixtures("session")
@pytest.mark.parametrize("slug", sorted(folders()))
def test_no_walk_breaks_a_rule(slug):
    with rehearsal(read_folder(folders()[slug]), SEED) as cast:
        walks = Walks(cast, Tally(cast.definition))
        try:
            while walks.runs < EACH:
                walks.whole()
        except Exception as fault:
            told = "\n".join(walks.now.steps if walks.now else [])
            raise AssertionError(f"{slug}, seed {SEED}, run {walks.runs}: {fault}\n{told}") from fault
    assert walks.runs == EACH
