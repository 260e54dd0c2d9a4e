"""As much of JSON Schema as the schemas of a programme's files use; a keyword it does not know raises."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

SILENT = {"$schema", "$defs", "title", "description", "default", "discriminator"}
TYPES = {
    "string": str, "boolean": bool, "object": Mapping, "array": list, "null": type(None), "integer": int,
    "number": int | float,
}  # fmt: skip
SIZED = str | list | Mapping


def faults(schema: Mapping[str, Any], value: Any, whole: Mapping[str, Any] | None = None) -> list[str]:
    """Where a value does not fit, each as `/place: what is wrong`."""
    whole = schema if whole is None else whole
    asked = {word: wanted for word, wanted in schema.items() if word not in SILENT}
    return [fault for word, wanted in asked.items() for fault in KEYWORDS[word](wanted, value, schema, whole)]


def _inside(schema: Any, value: Any, whole: Any, at: Any) -> Iterator[str]:
    return (f"/{at}{fault}" for fault in faults(schema, value, whole))


def _is(kind: str, value: Any) -> bool:
    return isinstance(value, TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _type(wanted: Any, value: Any, *_: Any) -> Iterator[str]:
    if not any(_is(kind, value) for kind in ([wanted] if isinstance(wanted, str) else wanted)):
        yield f": {value!r} is no {wanted}"


def _ways(right: Any) -> Any:
    def ways(wanted: Any, value: Any, _schema: Any, whole: Any) -> Iterator[str]:
        tried = [faults(each, value, whole) for each in wanted]
        if not right(sum(not each for each in tried)):
            yield f": {str(value)[:60]!r} fits none or several: {min(tried, key=len)[:1]}"

    return ways


def _members(_wanted: Any, value: Any, schema: Any, whole: Any) -> Iterator[str]:
    named, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    others = schema.get("additionalProperties", True)
    for name, inner in value.items() if isinstance(value, Mapping) else ():
        known = [named[name]] if name in named else []
        known += [each for pattern, each in patterns.items() if re.search(pattern, name)]
        if not known and others is False:
            yield f"/{name}: unknown key"
        for each in known or ([others] if isinstance(others, Mapping) else []):
            yield from _inside(each, inner, whole, name)


def _items(wanted: Any, value: Any, _schema: Any, whole: Any) -> Iterator[str]:
    for place, item in enumerate(value if isinstance(value, list) else ()):
        yield from _inside(wanted, item, whole, place)


def _limit(holds: Any, kind: Any) -> Any:
    return lambda wanted, value, *_: (
        [f": {value!r} against {wanted!r}"] if isinstance(value, kind) and not holds(wanted, value) else []
    )


KEYWORDS: Mapping[str, Any] = {
    "type": _type, "anyOf": _ways(bool), "oneOf": _ways(lambda fits: fits == 1), "items": _items,
    **dict.fromkeys(("properties", "patternProperties", "additionalProperties"), _members),
    "$ref": lambda wanted, value, _schema, whole: faults(whole["$defs"][wanted.rpartition("/")[2]], value, whole),
    "required": _limit(lambda wanted, value: set(wanted) <= value.keys(), Mapping),
    "enum": _limit(lambda wanted, value: value in wanted, object),
    "const": _limit(lambda wanted, value: value == wanted, object),
    "pattern": _limit(re.search, str),
    "propertyNames": lambda wanted, value, _schema, whole: [
        fault for name in value for fault in _inside(wanted, name, whole, name)
    ] if isinstance(value, Mapping) else [],
    **dict.fromkeys(("minLength", "minItems", "minProperties"), _limit(lambda few, value: len(value) >= few, SIZED)),
    **dict.fromkeys(("maxLength", "maxItems", "maxProperties"), _limit(lambda most, value: len(value) <= most, SIZED)),
    "minimum": _limit(lambda least, value: value >= least, int | float),
    "maximum": _limit(lambda most, value: value <= most, int | float),
    "exclusiveMinimum": _limit(lambda least, value: value > least, int | float),
    "exclusiveMaximum": _limit(lambda most, value: value < most, int | float),
}  # fmt: skip
