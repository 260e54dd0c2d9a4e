"""The typed parameters of a named rule, read off its signature and checked when a definition uses it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from fundflow.workflow.conditions import did_you_mean

Kind = Literal["form", "letter", "mail", "role", "stage", "move", "kind", "cel"]


@dataclass(frozen=True)
class Names:
    """Marks a parameter as the name of something in the programme, or as a condition, to be checked."""

    kind: Kind


FormName = Annotated[str, Names("form")]
LetterName = Annotated[str, Names("letter")]
MailName = Annotated[str, Names("mail")]
RoleName = Annotated[str, Names("role")]
StageOf = Annotated[str, Names("stage")]
MoveOf = Annotated[str, Names("move")]
KindName = Annotated[str, Names("kind")]
Cel = Annotated[str, Names("cel")]

# What a parameter names when its type does not say.
_BY_NAME: dict[str, Kind] = {
    "form": "form",
    "letter": "letter",
    "mail": "mail",
    "when": "cel",
    "kind": "kind",
    "move": "move",
    "from": "stage",
}


_CODES = {"extra_forbidden": "unknown_parameter", "missing": "missing_parameter"}


class ParameterFault(ValueError):
    """Unknown, missing or wrong parameters of a rule; the code is that of the first."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Parameter:
    """One parameter as authors see it: its name in the file, type in words, default, and what it names."""

    name: str
    type: str
    required: bool
    default: Any
    names: Kind | None


class Parameters:
    """All parameters of a rule after its context; a Python name that ends in `_` is written without it."""

    def __init__(self, call: Callable[..., Any]) -> None:
        hints = get_type_hints(call, include_extras=True)
        _ctx, *rest = inspect.signature(call).parameters.values()
        fields: dict[str, Any] = {}
        described: list[Parameter] = []
        for parameter in rest:
            if parameter.kind in {parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL, parameter.POSITIONAL_ONLY}:
                raise TypeError(f"{call.__name__}: a rule names each of its parameters")
            hint = hints.get(parameter.name)
            if hint is None:
                raise TypeError(f"{call.__name__}: parameter '{parameter.name}' has no type")
            default = ... if parameter.default is parameter.empty else parameter.default
            public = parameter.name.removesuffix("_")
            fields[f"p_{parameter.name}"] = (hint, Field(default=default, alias=public))
            described.append(
                Parameter(public, _in_words(hint), default is ..., default, _names(public, hint))
            )
        self.described = tuple(described)
        self._model: type[BaseModel] = create_model(
            "Parameters", __config__=ConfigDict(extra="forbid", frozen=True), **fields
        )

    def read(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The checked values by Python name; raises ParameterFault naming every fault."""
        try:
            model = self._model.model_validate(dict(given))
        except ValidationError as error:
            faults = error.errors()
            code = _CODES.get(faults[0]["type"], "wrong_parameter")
            raise ParameterFault("; ".join(map(self._sentence, faults)), code=code) from error
        return {name.removeprefix("p_"): getattr(model, name) for name in self._model.model_fields}

    def _sentence(self, error: Any) -> str:
        name = str(error["loc"][0]) if error["loc"] else ""
        if error["type"] == "extra_forbidden":
            return f"unknown parameter '{name}'{did_you_mean(name, [p.name for p in self.described])}"
        if error["type"] == "missing":
            return f"parameter '{name}' is missing"
        message = str(error["msg"]).removeprefix("Value error, ")
        return f"parameter '{name}': {message[:1].lower()}{message[1:]}"


def _names(name: str, hint: Any) -> Kind | None:
    for mark in _metadata(hint):
        if isinstance(mark, Names):
            return mark.kind
    return _BY_NAME.get(name)


def _metadata(hint: Any) -> list[Any]:
    """The marks of a type, also those inside `X | None` or `list[X]`."""
    marks = list(getattr(hint, "__metadata__", ()))
    for inner in get_args(hint):
        if not isinstance(inner, str):
            marks += _metadata(inner)
    return marks


def _in_words(hint: Any) -> str:
    if get_origin(hint) is Annotated:
        return _in_words(get_args(hint)[0])
    if isinstance(hint, type) and not get_args(hint):
        return hint.__name__
    return str(hint).replace("typing.", "")
