"""How calls go: `workflows/calls.yaml`, read once; its machine is compiled over rules of its own."""

from __future__ import annotations

from functools import lru_cache

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from fundflow.platform.locate import locate
from fundflow.platform.strict_yaml import load_as
from fundflow.programmes.definition import Mail
from fundflow.workflow import CompiledMachine, Machine, Registry

FILE = "calls.yaml"
RULES = Registry()
"""The guards and effects that the machine of calls may name; those of programmes are others."""


class Corrigendum(BaseModel):
    """What a change of a published call owes to those who apply: days from its issue to the closing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    least_days: int = Field(ge=0, le=90)


class Procedure(BaseModel):
    """The house's law of calls: the machine, what a corrigendum owes, and the mails to those who applied."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    machine: Machine
    corrigendum: Corrigendum
    mails: dict[str, Mail]

    @model_validator(mode="after")
    def _bare_moves(self) -> Procedure:
        for name, move in self.machine.moves.items():
            if move.form or move.duties or move.approvals:
                raise ValueError(f"the move '{name}' of calls has no form, duty or approvals")
        return self


_FILE: TypeAdapter[Procedure] = TypeAdapter(Procedure)


def parse(text: str, source: str) -> Procedure:
    """The law of a text; raises YamlFault with file, line and column of the first fault."""
    return load_as(_FILE, text, source)


@lru_cache(maxsize=1)
def procedure() -> Procedure:
    """The law of calls of this house; raises FileNotFoundError or YamlFault when the file is missing or wrong."""
    path = locate("workflows") / FILE
    return parse(path.read_text("utf-8"), path.name)


@lru_cache(maxsize=1)
def machine() -> CompiledMachine:
    """The machine of calls, compiled; raises RuleFault when it names a rule that does not exist."""
    return CompiledMachine(procedure().machine, RULES)
