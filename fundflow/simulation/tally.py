"""What a simulation saw: stages and ends reached, days taken, and moves that were never made, with the reasons."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from statistics import median
from typing import Any

from fundflow.programmes import Definition

MOST_REASONS = 3
Step = tuple[str, str]


@dataclass
class Tally:
    """Counts by (kind of thing, name)."""

    definition: Definition
    cases: int = 0
    stages: Counter[Step] = field(default_factory=Counter)
    moves: Counter[Step] = field(default_factory=Counter)
    refused: dict[Step, Counter[str]] = field(default_factory=dict)
    ends: dict[str, list[timedelta]] = field(default_factory=dict)
    stuck: Counter[str] = field(default_factory=Counter)

    def refuse(self, step: Step, reasons: list[str]) -> None:
        """A move was tried and refused."""
        self.refused.setdefault(step, Counter()).update(reasons)

    def never_reached(self) -> list[Step]:
        """Stages in which nothing ever stood."""
        return [
            (kind, name)
            for kind, machine in self.definition.machines.items()
            for name in machine.stages
            if not self.stages[kind, name]
        ]

    def never_made(self) -> list[tuple[Step, str]]:
        """Moves that were never made, each with why."""
        return [
            ((kind, name), self._why(kind, name))
            for kind, machine in self.definition.machines.items()
            for name in machine.moves
            if not self.moves[kind, name]
        ]

    def _why(self, kind: str, name: str) -> str:
        reasons = self.refused.get((kind, name))
        if reasons:
            return "; ".join(f"{words} ({count}x)" for words, count in reasons.most_common(MOST_REASONS))
        move = self.definition.machines[kind].moves[name].move
        reached = [stage for stage in move.from_ if self.stages[kind, stage]]
        if not reached:
            return f"nothing ever stood in {', '.join(move.from_)}"
        if set(move.by) == {"system"}:
            return "nothing set it off"
        return "nobody tried"

    def plain(self) -> dict[str, Any]:
        """All of it as plain values."""
        return {
            "cases": self.cases,
            "ends": {stage: _days(took) for stage, took in sorted(self.ends.items())},
            "stages": {f"{kind}.{name}": count for (kind, name), count in self.stages.items()},
            "never_reached": [f"{kind}.{name}" for kind, name in self.never_reached()],
            "never_made": {f"{kind}.{name}": why for (kind, name), why in self.never_made()},
            "stuck": dict(self.stuck),
        }

    def lines(self) -> list[str]:
        """All of it as sentences."""
        found = [f"{self.cases} cases walked."]
        for stage, took in sorted(self.ends.items(), key=lambda each: -len(each[1])):
            days = _days(took)
            found.append(
                f"  ended in {stage}: {days['cases']} (days: {days['least']} to {days['most']}, "
                f"half within {days['median']})"
            )
        found += [f"  stuck: {words} ({count}x)" for words, count in self.stuck.items()]
        found += [f"  never reached: {kind} {name}" for kind, name in self.never_reached()]
        found += [f"  never made: {kind} {name}: {why}" for (kind, name), why in self.never_made()]
        return found


def _days(took: list[timedelta]) -> dict[str, int]:
    days = [each.days for each in took]
    return {"cases": len(days), "least": min(days), "median": int(median(days)), "most": max(days)}
