"""The file that says which running cases move to another version of their programme, and where they stand there."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from fundflow.platform.errors import Invalid
from fundflow.platform.strict_yaml import YamlFault, load_with_places
from fundflow.workflow import shape_findings

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=1000)]


class MigrationMap(BaseModel):
    """A migration: from which version to which, why, which cases, and the stages that get another name.

    `cases` are references (or ids) or the word `all`; `stages` maps, by kind of thing, a stage to the one it
    becomes. A stage that is not named keeps its name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    source: int = Field(alias="from", ge=1)
    target: int = Field(alias="to", ge=1)
    reason: Reason
    cases: Literal["all"] | tuple[str, ...]
    stages: dict[str, dict[str, str]] = {}

    def becomes(self, kind: str, stage: str) -> str:
        """The stage in which a row of that kind stands afterwards."""
        return self.stages.get(kind, {}).get(stage, stage)


def read_map(text: str, name: str) -> MigrationMap:
    """A map from its YAML text; raises Invalid with place and sentence of every fault."""
    try:
        data, places = load_with_places(text, name)
    except YamlFault as fault:
        raise Invalid({f"{name}:{fault.line}": fault.message}) from fault
    try:
        found = MigrationMap.model_validate(data)
    except ValidationError as error:
        faults = shape_findings(error, MigrationMap, name, places)
        raise Invalid(
            {f"{name}:{each.line}": f"{each.message} {each.hint}".strip() for each in faults}
        ) from error
    if found.source == found.target:
        raise Invalid({f"{name}:{places.at(('to',))[0]}": "a case cannot move to the version that it has"})
    return found
