"""One fault of a definition: where it stands, what is wrong, what was meant, and why it matters."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from fundflow.platform.strict_yaml import Places, YamlFault

Severity = Literal["error", "warning"]

_MEANT = re.compile(r"[Dd]id you mean '([^']+)'")


@dataclass(frozen=True, slots=True)
class Finding:
    """An error bars publication, a warning does not; line and column count from 1; a code never changes."""

    severity: Severity
    file: str
    line: int
    column: int
    message: str
    code: str
    hint: str = ""
    why: str = ""

    @property
    def meant(self) -> str:
        """The name that was probably meant; empty when nothing comes near."""
        found = _MEANT.search(f"{self.hint} {self.message}")
        return found.group(1) if found else ""

    def plain(self) -> dict[str, str | int]:
        """The finding as plain values, for editors and pages."""
        return {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "severity": self.severity,
            "code": self.code,
            "message": self.message,
            "did_you_mean": self.meant,
            "hint": self.hint,
            "why": self.why,
        }

    def __str__(self) -> str:
        extra = "".join(f" {part}" for part in (self.hint, self.why) if part)
        return f"{self.file}:{self.line}:{self.column}: {self.severity}: {self.message}{extra}"


def nearest(word: str, known: Collection[str]) -> str:
    """ "Did you mean 'x'?" with the nearest known word, else nothing."""
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"Did you mean '{near[0]}'?" if near else ""


def yaml_finding(fault: YamlFault) -> Finding:
    """A text that could not be read."""
    return Finding("error", fault.source, fault.line, fault.column, fault.message, code=fault.code)


def shape_findings(error: ValidationError, model: Any, file: str, places: Places) -> list[Finding]:
    """What does not fit a model (or a dict of models), each at its place; unknown keys with what was meant."""
    findings: list[Finding] = []
    faults = error.errors(include_url=False)
    for each in (fault for fault in faults if not _only_emptied(fault, faults)):
        written = _walk(model, each["loc"])[0]
        chosen = ("type",) if each["type"] == "union_tag_invalid" else ()
        line, column = places.at((*written, *chosen))
        message, code, hint = _in_words(each, model)
        findings.append(Finding("error", file, line, column, message, code, hint))
    return findings


def _only_emptied(fault: Any, faults: Sequence[Any]) -> bool:
    """Whether a list is too short only because something in it is wrong, which is told by itself."""
    path = fault["loc"]
    inside = (each["loc"] for each in faults if len(each["loc"]) > len(path))
    return fault["type"] == "too_short" and any(inner[: len(path)] == path for inner in inside)


def _in_words(error: Any, model: Any) -> tuple[str, str, str]:
    """Message, code and hint."""
    path = error["loc"]
    where = ".".join(str(step) for step in path)
    if error["type"] == "extra_forbidden":
        owner = _model_at(model, path[:-1])
        hint = nearest(str(path[-1]), keys_of(owner)) if owner else ""
        return f"unknown key '{path[-1]}'", "unknown_key", hint
    if error["type"] == "missing":
        holder = ".".join(map(str, path[:-1])) or "this file"
        return f"the key '{path[-1]}' is missing in {holder}", "missing_key", ""
    if error["type"] == "string_pattern_mismatch" and path[-1:] == ("[key]",):
        pattern, name = error["ctx"]["pattern"], str(path[-2])
        hint = f"Did you mean '{name.lower()}'?" if re.fullmatch(pattern, name.lower()) else ""
        return f"the name '{name}' has other signs than small letters, digits and _", "bad_name", hint
    if error["type"] == "union_tag_invalid" and error["ctx"]["discriminator"] == "'type'":
        known = [each.strip(" '") for each in str(error["ctx"]["expected_tags"]).split(",")]
        said, others = error["ctx"]["tag"], ", ".join(known)
        message = f"{where}: the type '{said}' cannot stand here; these can: {others}"
        return message, "wrong_value", nearest(said, known)
    message = str(error["msg"]).removeprefix("Value error, ")
    return f"{where}: {message[:1].lower()}{message[1:]}", "wrong_value", ""


def keys_of(model: type[BaseModel]) -> list[str]:
    """The keys of a model as a file writes them."""
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_at(model: Any, path: tuple[int | str, ...]) -> type[BaseModel] | None:
    """The one model that stands at a path, if there is one."""
    _, hint = _walk(model, path)
    models = [each for each in _alternatives(hint) if isinstance(each, type) and issubclass(each, BaseModel)]
    return models[0] if len(models) == 1 else None


def _walk(model: Any, path: tuple[int | str, ...]) -> tuple[tuple[int | str, ...], Any]:
    """A path as the file has it, without the steps that only name an alternative, and what stands at its end."""
    hint, written = model, []
    for step in path:
        alternatives = _alternatives(hint)
        chosen = [each for each in alternatives if len(alternatives) > 1 and _is_tagged(each, step)]
        if chosen:
            hint = chosen[0]
        else:
            hint = _inside(hint, step)
            written.append(step)
    return tuple(written), hint


def _inside(hint: Any, step: int | str) -> Any:
    for each in _alternatives(hint):
        if isinstance(each, type) and issubclass(each, BaseModel):
            for name, field in each.model_fields.items():
                if step == (field.alias or name):
                    return field.annotation
        elif get_origin(each) in {dict, Mapping, list, tuple, set, frozenset}:
            inner = [arg for arg in get_args(each) if arg is not Ellipsis]
            return inner[-1] if inner else None
    return None


def _is_tagged(hint: Any, step: int | str) -> bool:
    """Whether a step of the path is not a key but the `type` (or the tag) that chose this alternative."""
    if not (isinstance(hint, type) and issubclass(hint, BaseModel)):
        return False
    chosen = hint.model_fields.get("type")
    tag = hint.__name__.removesuffix("Block").lower()
    return step == tag or (chosen is not None and step in get_args(chosen.annotation))


def _alternatives(hint: Any) -> list[Any]:
    if get_origin(hint) is Annotated:
        return _alternatives(get_args(hint)[0])
    if get_origin(hint) in {Union, UnionType}:
        return [inner for arg in get_args(hint) for inner in _alternatives(arg)]
    return [hint]
