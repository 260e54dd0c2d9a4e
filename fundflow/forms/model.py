"""The ground of the form format: frozen models that refuse every unknown key, and what all questions have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, StringConstraints

Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Words = Annotated[dict[Language, str], Field(min_length=1)]
Cel = Annotated[str, StringConstraints(min_length=1)]
Bound = int | str  # a decimal number, or `v.<name>`: a value of the programme
DayBound = str  # an ISO date, `today`, `today+10d`, `today-18y` (d, w, m, y), or `v.<name>`
T = TypeVar("T")


class Model(BaseModel):
    """A frozen part of a definition, with room for what others derive from it once."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
    _derived: dict[Any, Any] = PrivateAttr(default_factory=dict)


def derived(model: Model, key: Any, make: Callable[[], T]) -> T:
    """What `make` gives, kept on the definition object for as long as that lives."""
    kept: dict[Any, Any] = model._derived  # noqa: SLF001 - this function is the attribute's only reader
    if key not in kept:
        kept[key] = make()
    found: T = kept[key]
    return found


class Choice(Model):
    """One thing to choose."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_]*$")]
    label: Words
    help: Words | None = None


class Base(Model):
    """What all questions have."""

    id: Id = Field(description="The name of the answer in conditions, lists and imports.")
    label: Words = Field(description="The question, per language.")
    help: Words | None = Field(None, description="A sentence below the question, per language.")
    required: bool = Field(default=False, description="Whether it must be answered.")
    show_if: Cel | None = Field(
        None, description="A condition (CEL): the question is asked only if it holds."
    )
    required_if: Cel | None = Field(None, description="A condition (CEL): it must be answered if it holds.")

    @property
    def sum_names(self) -> tuple[str, ...]:
        """Figures that are worked out from the answer and stand beside it as `<id>_<name>`."""
        return ()
