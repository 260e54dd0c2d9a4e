"""JSON Schemas of a programme's files, made from the models and the registered rules, for editors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from fundflow.documents import Letter
from fundflow.forms import Form
from fundflow.programmes.definition import Criteria, Mail, ProgrammeFile, Screening
from fundflow.workflow import Machine, Registry, default_registry
from fundflow.workflow.parameters import Parameter

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FILES: Mapping[str, Any] = {
    "programme.yaml": ProgrammeFile,
    "screening.yaml": Screening,
    "criteria.yaml": Criteria,
    "mails.yaml": dict[str, Mail],
    "machines/*.yaml": Machine,
    "forms/*.yaml": Form,
    "letters/*.yaml": Letter,
}
"""Each kind of file, by its pattern inside a programme's folder, with its model."""

_TYPES = {"str": "string", "int": "integer", "bool": "boolean"}
_RULES = ("guards", "effects")

Schema = dict[str, Any]


def schemas(registry: Registry = default_registry) -> dict[str, Schema]:
    """Pattern of files -> JSON Schema; the rules that machines may name are those registered by now."""
    return {pattern: schema_of(pattern, registry) for pattern in FILES}


def schema_of(pattern: str, registry: Registry = default_registry) -> Schema:
    """The JSON Schema of one kind of file; raises KeyError for an unknown pattern."""
    schema = TypeAdapter(FILES[pattern]).json_schema(by_alias=True, mode="validation")
    definitions: Schema = schema.get("$defs", {})
    for part in (schema, *definitions.values()):
        _also_short(part)
    if FILES[pattern] is Machine:
        move = definitions["Move"]["properties"]
        for rules in _RULES:
            named = getattr(registry, rules)
            move[rules] = {"type": "array", "items": {"oneOf": list(_rules(named))}, "default": []}
        definitions.pop("RuleRef", None)
    return {"$schema": DIALECT, "title": pattern, **schema}


def _also_short(part: Schema) -> None:
    """What files may write in short: one name for a list of one, a name for an object, a list by scope."""
    properties: Schema = part.get("properties", {})
    for name in ("from", "by", "waits_for"):
        wanted = properties.get(name, {})
        if wanted.get("type") == "array" and part.get("title") != "Fill":
            items = wanted.pop("items")
            wanted.pop("type")
            least = {key: wanted.pop(key) for key in ("minItems",) if key in wanted}
            one: Schema = {"anyOf": [items, {"type": "string"}, {"type": "object", "maxProperties": 1}]}
            many = {
                "type": "array",
                "items": {"anyOf": [*one["anyOf"], {"type": "array", "items": items}]},
                **least,
            }
            wanted["anyOf"] = [*one["anyOf"], many]
    for name in ("duty", "sums", "separation"):
        if name in properties:
            wanted = properties[name]
            short = {
                key: wanted.pop(key)
                for key in ("anyOf", "type", "items", "additionalProperties", "$ref")
                if key in wanted
            }
            wanted["anyOf"] = [short, *_SHORT[name]]


_SHORT: Mapping[str, list[Schema]] = {
    "duty": [{"type": "string"}, {"type": "object"}, {"type": "array"}],
    "sums": [{"type": "object", "additionalProperties": {"type": ["string", "object"]}}],
    "separation": [{"type": "array", "items": {"type": "string"}}],
}


def _rules(named: Mapping[str, Any]) -> Any:
    """A rule is a name, or one name with a map of its parameters."""
    bare = [
        name
        for name, rule in named.items()
        if not any(parameter.required for parameter in rule.parameters.described)
    ]
    yield {"enum": sorted(bare)}
    for name, rule in sorted(named.items()):
        inner = {
            "type": ["object", "null"] if name in bare else "object",
            "description": str(rule.help),
            "properties": {each.name: _parameter(each) for each in rule.parameters.described},
            "required": [each.name for each in rule.parameters.described if each.required],
            "additionalProperties": False,
        }
        yield {
            "type": "object",
            "properties": {name: inner},
            "required": [name],
            "additionalProperties": False,
        }


def _parameter(parameter: Parameter) -> Schema:
    """The type of a parameter where it is a plain one; what it names, as words."""
    schema: Schema = {"type": _TYPES[parameter.type]} if parameter.type in _TYPES else {}
    if parameter.names is not None:
        schema["description"] = f"the name of a {parameter.names}"
    return schema
