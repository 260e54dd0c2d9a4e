"""The kinds of provider that the office refers people to, read from `workflows/providers.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from fundflow.platform.locate import locate
from fundflow.platform.strict_yaml import load_as

FILE = "providers.yaml"
ACTS_AS = "provider"
"""What machines call who answers by the link of a referral, without an account."""


class ProviderKind(BaseModel):
    """What people call a kind of provider."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: dict[str, str] = Field(min_length=1)


_FILE: TypeAdapter[dict[str, ProviderKind]] = TypeAdapter(dict[str, ProviderKind])


def parse(text: str, source: str) -> dict[str, ProviderKind]:
    """The kinds of a text; raises YamlFault with file, line and column of the first fault."""
    return load_as(_FILE, text, source)


@lru_cache(maxsize=1)
def provider_kinds() -> Mapping[str, ProviderKind]:
    """Every kind by its id; raises FileNotFoundError or YamlFault when the file is missing or wrong."""
    path = locate("workflows") / FILE
    return parse(path.read_text("utf-8"), path.name)
