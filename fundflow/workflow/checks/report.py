"""What the checks look at, what they may take for known, and where they write their findings."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from fundflow.platform.strict_yaml import Path, Places
from fundflow.workflow.conditions import Condition, ConditionFault
from fundflow.workflow.definition import SYSTEM, Machine
from fundflow.workflow.findings import Finding, Severity, nearest
from fundflow.workflow.registry import Registry


@dataclass(frozen=True)
class MachineFile:
    """A machine with the kind of thing that it moves and the places of its file."""

    kind: str
    file: str
    machine: Machine
    places: Places


@dataclass(frozen=True)
class Known:
    """The names a programme defines outside its machines.

    `roles` holds the roles of the office and the kinds of party; `forms` maps each form to the names that
    conditions may read in it as `m.<name>` (None: not checked); `values` are the names under `v` (None: not
    checked). `clock_moves` are the moves that the clock makes by itself, beside those of deadlines.
    """

    roles: Collection[str]
    forms: Mapping[str, Collection[str] | None]
    letters: Collection[str]
    mails: Collection[str]
    values: Collection[str] | None = None
    clock_moves: Collection[str] = ()

    def has_role(self, role: str) -> bool:
        """Whether a role exists; the system is always one."""
        return role == SYSTEM or role in self.roles


@dataclass
class Report:
    """The findings of one file, placed by the path of what they are about."""

    file: MachineFile
    known: Known
    registry: Registry
    machines: Mapping[str, Machine]
    findings: list[Finding] = field(default_factory=list)

    @property
    def machine(self) -> Machine:
        """The machine under check."""
        return self.file.machine

    def add(
        self,
        path: Path,
        message: str,
        *,
        code: str,
        hint: str = "",
        why: str = "",
        severity: Severity = "error",
    ) -> None:
        """Write a finding of a kind at the place of a path."""
        line, column = self.file.places.at(path)
        self.findings.append(Finding(severity, self.file.file, line, column, message, code, hint, why))

    def unknown(
        self, path: Path, what: str, name: str, known: Collection[str], why: str = "", *, code: str
    ) -> None:
        """Write that a name stands for nothing, with the nearest one that does."""
        self.add(path, f"unknown {what} '{name}'", code=code, hint=nearest(name, known), why=why)

    def check_role(self, path: Path, role: str, why: str) -> bool:
        """Whether a role exists; writes a finding when not."""
        if not self.known.has_role(role):
            self.unknown(path, "role", role, [*self.known.roles, SYSTEM], why, code="unknown_role")
            return False
        return True

    def place_of(self, path: tuple[str | int, ...], values: Any, name: str) -> tuple[str | int, ...]:
        """The path of one name in a value that may be a single name or a list of them."""
        many = isinstance(values, list | tuple) and len(values) > 1
        index = list(values).index(name) if many else 0
        return (*path, index)


def check_condition(report: Report, path: Path, text: str, scope: Mapping[str, Any]) -> None:
    """Write a finding when a condition cannot be read, or names what is not in scope."""
    try:
        Condition(text, scope)
    except ConditionFault as fault:
        report.add(
            path,
            f"in the condition: {fault}",
            code="faulty_condition",
            why="It could not be answered for any case.",
        )
