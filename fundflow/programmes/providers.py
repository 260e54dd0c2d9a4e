"""The kinds of provider that the office refers people to, read from `workflows/providers.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from fundflow.platform.locate import locate
from fundflow.platform.strict_yaml import YamlFault, load_with_places

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
    content, places = load_with_places(text, source)
    try:
        return _FILE.validate_python(content)
    except ValidationError as error:
        first: Any = error.errors()[0]
        line, column = places.at(first["loc"])
        raise YamlFault(source, line, column, first["msg"]) from None


@lru_cache(maxsize=1)
def provider_kinds() -> Mapping[str, ProviderKind]:
    """Every kind by its id; raises FileNotFoundError or YamlFault when the file is missing or wrong."""
    path = locate("workflows") / FILE
    return parse(path.read_text("utf-8"), path.name)
