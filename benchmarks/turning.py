"""Moves per second of the bare engine beside two libraries of state machines, and the cost of a large programme."""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import transitions
from statemachine import State, StateMachine

import fundflow.app
from benchmarks.stage import emit, machine, say
from fundflow.programmes import check, folders, read_folder
from fundflow.programmes.loading import compile_definition
from fundflow.workflow import CompiledMachine, Decision, Machine, MoveContext, Registry, fire

NAME = "engine"
AIM, AIM_SECONDS = 0.7, 1.0
BLOCK, BLOCKS = 4000, 9
STAGES = 6
LARGE_STAGES, LARGE_MOVES = 40, 120
WORDS = {"en": "words"}


@dataclass
class Row:
    """A staged row in memory, as the engine wants it."""

    stage: str = "s0"
    row_version: int = 1
    stage_since: Any = None
    due_at: Any = None
    overdue_at: Any = None
    clock_left: Any = None
    waits_for: list[str] = field(default_factory=list)
    approvals_needed: dict[str, Any] = field(default_factory=dict)


class Nothing:
    """Hooks that do nothing: only the engine is measured."""

    role_label = staticmethod(str)

    def check_duty(self, *_: Any) -> Decision:
        """Nothing bars anybody."""
        return Decision(True)

    def approvals_given(self, _ctx: Any) -> dict[Any, frozenset[str]]:
        """Nobody has approved anything."""
        return {}

    def due_at(self, *_: Any) -> None:
        """Nothing has a deadline."""

    record_duty = record_approval = audit = due_at


def ring() -> list[tuple[str, str, str]]:
    """The moves of a round of stages: name, from, to."""
    return [(f"m{n}", f"s{n}", f"s{(n + 1) % STAGES}") for n in range(STAGES)]


def engine() -> Iterator[None]:
    """The product's engine: role, version, stage, deadline and queue of the row, and the event of the move."""
    definition = {
        "initial": "s0",
        "stages": {f"s{n}": {"label": WORDS, "phase": "x"} for n in range(STAGES)},
        "moves": {name: {"from": a, "to": b, "by": "officer", "label": WORDS} for name, a, b in ring()},
    }
    compiled, row, hooks = CompiledMachine(Machine.model_validate(definition), Registry()), Row(), Nothing()
    actor = SimpleNamespace(user_id=1, roles=frozenset({"officer"}), is_system=False, language="en")
    names = [name for name, _, _ in ring()]
    while True:
        for name in names:
            fire(compiled, MoveContext(actor, row, move=name), hooks)
            yield


def raw_transitions() -> Iterator[None]:
    """The library below the engine: one shared machine over a bare model."""
    shared = transitions.Machine(
        model=None,
        states=[f"s{n}" for n in range(STAGES)],
        initial="s0",
        transitions=[{"trigger": name, "source": a, "dest": b} for name, a, b in ring()],
        auto_transitions=False,
    )
    model = SimpleNamespace(state="s0")
    triggers = [shared.events[name].trigger for name, _, _ in ring()]
    while True:
        for trigger in triggers:
            trigger(model)
            yield


def python_statemachine() -> Iterator[None]:
    """Another library: one machine that lives as long as its row, which is its best case."""
    states = [State(f"s{n}", initial=n == 0) for n in range(STAGES)]
    moves = {f"m{n}": states[n].to(states[(n + 1) % STAGES]) for n in range(STAGES)}
    kind = type("Ring", (StateMachine,), {**{f"s{n}": s for n, s in enumerate(states)}, **moves})
    running = kind()
    names = [name for name, _, _ in ring()]
    while True:
        for name in names:
            running.send(name)
            yield


def per_second(moves: Iterator[None]) -> float:
    """Moves per CPU second of one block."""
    begun = time.process_time()
    for _ in range(BLOCK):
        next(moves)
    return BLOCK / (time.process_time() - begun)


def turned() -> None:
    """The three in turns, so that whatever else the machine does meets all of them."""
    ways: dict[str, Callable[[], Iterator[None]]] = {
        "engine": engine, "transitions": raw_transitions, "python-statemachine": python_statemachine,
    }  # fmt: skip
    running = {name: make() for name, make in ways.items()}
    found: dict[str, list[float]] = {name: [] for name in ways}
    for block in range(BLOCKS + 1):
        for name, moves in running.items():
            rate = per_second(moves)
            if block:
                found[name].append(rate)
    medians = {name: statistics.median(rates) for name, rates in found.items()}
    for name, rate in medians.items():
        emit(NAME, way=name, moves_per_second=round(rate), blocks=BLOCKS, moves_in_a_block=BLOCK)
    ratio = medians["engine"] / medians["transitions"]
    emit(NAME, figure="engine against transitions", ratio=round(ratio, 2), aim=AIM)


def large() -> dict[str, str]:
    """A programme with a machine of forty stages and a hundred and twenty moves; the rest is the micro-grant's."""
    files = dict(read_folder(folders()["micro_grant"]))
    name = "machines/application.yaml"
    text = files[name]
    words = '{en: "S", sq: "S", it: "S", el: "S"}'
    more_stages = LARGE_STAGES - text.partition("\nmoves:")[0].count("\n    label:")
    more_moves = LARGE_MOVES - text.partition("\nmoves:")[2].count("\n    label:")
    stages = "".join(
        f"  extra_{n}:\n    label: {words}\n    phase: screening\n    waits_for: [programme_officer]\n"
        for n in range(more_stages)
    )
    moves = "".join(
        f"  turn_{n}:\n    from: {'submitted' if n < more_stages else f'extra_{n % more_stages}'}\n"
        f"    to: {f'extra_{n}' if n < more_stages else 'submitted'}\n"
        f"    by: [programme_officer]\n    label: {words}\n"
        for n in range(more_moves)
    )
    head, _, tail = text.partition("\nmoves:")
    files[name] = f"{head.rstrip()}\n{stages}\nmoves:{tail.rstrip()}\n{moves}"
    return files


def programmes(runs: int) -> None:
    """Check, and load with compilation, of the large programme and of the largest real one."""
    for name, files in (("large", large()), ("startup_fund", read_folder(folders()["startup_fund"]))):
        errors = [each for each in check(files) if each.severity == "error"]
        if errors:
            raise SystemExit(f"{name} has errors: {errors[0]}")
        loaded = compile_definition(files)
        size = {
            "stages": len(loaded.machines["application"].stages),
            "moves": len(loaded.machines["application"].moves),
            "files": len(files),
        }
        for what, do in (("check", check), ("load and compile", compile_definition)):
            seconds = []
            for _ in range(runs):
                begun = time.process_time()
                do(files)
                seconds.append(time.process_time() - begun)
            emit(
                NAME,
                programme=name,
                step=what,
                cpu_s=round(statistics.median(seconds), 3),
                aim_s=AIM_SECONDS,
                **size,
            )


def main() -> None:
    """Both parts, in one process without a database."""
    options = argparse.ArgumentParser()
    options.add_argument("--runs", type=int, default=5)
    runs = options.parse_args().runs
    if not fundflow.app.ROOMS:
        raise SystemExit("no room has registered its rules")
    machine(NAME)
    say("turning three machines ...")
    turned()
    say("checking and loading programmes ...")
    programmes(runs)


if __name__ == "__main__":
    main()
