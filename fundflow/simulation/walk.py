"""Walks random cases to their end, in a transaction that is rolled back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from random import Random

import fsspec
from flask import current_app

from fundflow.platform import clock
from fundflow.platform.db import transaction
from fundflow.simulation.cast import Cast, gather
from fundflow.simulation.tally import Tally
from fundflow.simulation.trial import Trial

MOST_STEPS = 400
IN_MEMORY = "memory://trial"
"""Where papers of a walk lie for as long as it lasts."""


class _Over(Exception):
    """Takes everything back."""


@contextmanager
def rehearsal(files: Mapping[str, str], seed: int) -> Iterator[Cast]:
    """The office in which a programme's files are tried, in a transaction of its own that is rolled back at the end.

    The same seed draws the same lots. Raises Invalid for files with errors.
    """
    stored = current_app.config["STORAGE_URL"]
    current_app.config["STORAGE_URL"] = IN_MEMORY
    try:
        with clock.at(clock.now()), transaction():
            yield gather(files, Random(seed))  # noqa: S311 - lots, not secrets
            raise _Over  # noqa: TRY301 - it takes back what was walked
    except _Over:
        pass
    finally:
        current_app.config["STORAGE_URL"] = stored
        memory = fsspec.filesystem("memory")
        if memory.exists(IN_MEMORY):
            memory.rm(IN_MEMORY, recursive=True)


def simulate(files: Mapping[str, str], *, cases: int = 20, seed: int = 1) -> Tally:
    """What so many random cases of a programme's files came to; the same seed gives the same walk.

    Opens a transaction of its own and rolls it back: nothing stays. Raises Invalid for files with errors.
    """
    with rehearsal(files, seed) as cast:
        tally = Tally(cast.definition)
        for _number in range(cases):
            _walk(Trial(cast, tally))
    return tally


def _walk(trial: Trial) -> None:
    """One case from its beginning until it ends or nobody can act any more."""
    began = clock.now()
    trial.begin()
    trial.tally.cases += 1
    for _step in range(MOST_STEPS):
        if trial.ended() and not trial.act():
            trial.tally.ends.setdefault(trial.case.stage, []).append(clock.now() - began)
            return
        if not trial.ended() and (trial.neglected() or not trial.act()) and not trial.wait():
            break
    trial.tally.stuck[trial.standing()] += 1
