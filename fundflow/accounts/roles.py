"""The roles of the office, read from roles.yaml; no role is named in Python."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from fundflow.accounts.permissions import Permission
from fundflow.platform.locate import locate
from fundflow.platform.strict_yaml import load_as
from fundflow.web.filters import words


class Role(BaseModel):
    """What people call a role, and what it may open."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: dict[str, str] = Field(min_length=1)
    permissions: frozenset[Permission]


_FILE: TypeAdapter[dict[str, Role]] = TypeAdapter(dict[str, Role])


def parse(text: str, source: str) -> dict[str, Role]:
    """The roles of a text; raises YamlFault with file, line and column of the first fault."""
    return load_as(_FILE, text, source)


@lru_cache(maxsize=1)
def roles() -> Mapping[str, Role]:
    """Every role by its id; raises FileNotFoundError or YamlFault when the file is missing or wrong."""
    path = locate("workflows") / "roles.yaml"
    return parse(path.read_text("utf-8"), path.name)


def role_label(name: str) -> str:
    """What people call a role of the office, in the reader's language; its id in plain letters for no such role."""
    known = roles().get(name)
    return words(known.label) if known else name.replace("_", " ")


def role_names() -> frozenset[str]:
    """The ids of all roles, for the check of definitions."""
    return frozenset(roles())


@lru_cache(maxsize=256)
def roles_with(permission: str) -> frozenset[str]:
    """The roles that give a permission."""
    return frozenset(name for name, role in roles().items() if permission in role.permissions)
