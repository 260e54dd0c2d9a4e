"""The types of questions described: words, parameters, an example, and how answers stand in lists and conditions."""

from __future__ import annotations

import types
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from fundflow.forms import definition as d
from fundflow.forms import fields
from fundflow.platform.strict_yaml import load

_NOT_PARAMETERS = frozenset({"type"})


@dataclass(frozen=True, slots=True)
class Parameter:
    """A key of a question: what it takes in words, what holds without it (None: nothing), what it means."""

    name: str
    takes: str
    needed: bool
    default: Any
    words: str
    shared: bool


@dataclass(frozen=True, slots=True)
class QuestionType:
    """A type as authors know it; `stored` and `cells` belong to the example and are None where nothing is asked."""

    name: str
    words: str
    parameters: tuple[Parameter, ...]
    example: dict[str, Any]
    stored: Any
    cells: dict[str, str]
    in_conditions: Any
    column: bool
    also: tuple[QuestionType, ...] = ()
    """The same type asked in other ways."""


@lru_cache(maxsize=1)
def question_types() -> tuple[QuestionType, ...]:
    """All types in the order of the format."""
    source = files(__package__) / "examples.yaml"
    examples = load(source.read_text("utf-8"), "examples.yaml")
    columns = {_name(model) for model in _members(d.Column)}
    return tuple(_described(model, examples[_name(model)], columns) for model in _members(d.AnyQuestion))


def _described(model: type[d.Base], given: dict[str, Any], columns: set[str]) -> QuestionType:
    answer = fields.of(model.model_validate(given["question"]))
    stored = given.get("stored")
    return QuestionType(
        name=_name(model),
        words=str(model.__doc__),
        parameters=tuple(
            _parameter(key, field, shared=key in d.Base.model_fields)
            for key, field in model.model_fields.items()
            if key not in _NOT_PARAMETERS and not (key in _MEANINGLESS and issubclass(model, d.Unasked))
        ),
        example=given["question"],
        stored=stored,
        cells=given.get("cells", {}),
        in_conditions=None if stored is None else answer.cel(stored),
        column=_name(model) in columns,
        also=tuple(_described(model, other, columns) for other in given.get("also", ())),
    )


_MEANINGLESS = frozenset({"required", "required_if"})  # for what asks nothing


def _parameter(name: str, field: FieldInfo, *, shared: bool) -> Parameter:
    default = None if field.is_required() or field.default in ((), {}) else field.default
    return Parameter(
        name, _takes(field.annotation), field.is_required(), default, field.description or "", shared
    )


def _members(union: Any) -> tuple[type[d.Base], ...]:
    """The models of `Annotated[A | B, ...]`."""
    found: tuple[type[d.Base], ...] = get_args(get_args(union)[0])
    return found


def _name(model: type[d.Base]) -> str:
    return str(get_args(model.model_fields["type"].annotation)[0])


_PLAIN = {str: "text", int: "whole number", bool: "true or false"}


def _takes(kind: Any) -> str:
    """What a key takes, in words."""
    if kind in _PLAIN:
        return _PLAIN[kind]
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _takes(inner[0])
    if origin is Literal:
        return "one of " * (len(inner) > 1) + ", ".join(f"`{each}`" for each in inner)
    if origin in (Union, types.UnionType):
        return " or ".join(dict.fromkeys(_takes(each) for each in inner if each is not type(None)))
    if origin is tuple:
        return "list"
    if origin is dict:
        return "text per language" if inner[1] is str else "map"
    return "map" if isinstance(kind, type) and issubclass(kind, BaseModel) else "value"
