"""The reference part of the author's guide, written from the models, the question types and the named rules."""

from __future__ import annotations

import json
import types
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import click
import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from fundflow import forms
from fundflow.accounts import roles
from fundflow.documents import Letter
from fundflow.forms import Form
from fundflow.forms import codes as code_lists
from fundflow.forms.definition import Base as Question
from fundflow.platform.strict_yaml import load
from fundflow.programmes.definition import Criteria, Mail, ProgrammeFile, Screening
from fundflow.programmes.reasons import reasons
from fundflow.workflow import Machine, RuleRef, default_registry

BEGIN, END = "<!-- reference: written by `programmes guide` -->", "<!-- end of the reference -->"
FILES: tuple[tuple[str, type[BaseModel]], ...] = (
    ("programme.yaml", ProgrammeFile),
    ("machines/<kind>.yaml", Machine),
    ("forms/<id>.yaml", Form),
    ("letters/<id>.yaml", Letter),
    ("mails.yaml, by id", Mail),
    ("screening.yaml", Screening),
    ("criteria.yaml", Criteria),
)
_PLAIN = {str: "text", int: "whole number", bool: "true or false", RuleRef: "rule"}


def written(guide: str, commands: Mapping[str, click.Command]) -> str:
    """The guide with its reference part written anew, these commands included; ValueError without its markers."""
    before, begin, rest = guide.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the guide lacks the lines {BEGIN!r} and {END!r}")
    return f"{before}{BEGIN}\n\n{reference(commands)}\n{END}{after}"


def reference(commands: Mapping[str, click.Command]) -> str:
    """Every command, key, question type, rule, fact and finding; the rules must be registered by then."""
    parts = (
        *(_commands(commands), _keys(), _questions(), _codes()),
        *(_roles(), _rules(), _facts(), _findings()),
    )
    return "\n".join(line for part in parts for line in part)


@lru_cache(maxsize=1)
def words() -> Mapping[str, Mapping[str, str]]:
    """What each key means, by model and key."""
    source = files(__package__) / "guide.yaml"
    found: Mapping[str, Mapping[str, str]] = load(source.read_text("utf-8"), "guide.yaml")
    return found


def models() -> dict[str, dict[type[BaseModel], None]]:
    """The models of each file, outermost first; types of questions are described by themselves."""
    seen: set[type[BaseModel]] = set()
    return {name: dict.fromkeys(_below(model, seen)) for name, model in FILES}


def keys(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The keys of a model as they are written in files."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _below(model: type[BaseModel], seen: set[type[BaseModel]]) -> Iterator[type[BaseModel]]:
    if model in seen:
        return
    seen.add(model)
    if not issubclass(model, Question):
        yield model
    for field in model.model_fields.values():
        for inner in _inside(field.annotation):
            yield from _below(inner, seen)


def _inside(kind: Any) -> Iterator[type[BaseModel]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
    for inner in get_args(kind):
        yield from _inside(inner)


def takes(kind: Any) -> str:
    """What a key takes, in words."""
    origin, inner = get_origin(kind), get_args(kind)
    if kind in _PLAIN:
        return _PLAIN[kind]
    if origin is Annotated:
        return takes(inner[0])
    if origin is Literal:
        return ", ".join(f"`{_yaml(each)}`" for each in inner)
    if origin in (Union, types.UnionType):
        return " or ".join(dict.fromkeys(takes(each) for each in inner if each is not type(None)))
    if origin is tuple:
        return f"list: {takes(inner[0])}" if inner else "list"
    if origin is dict:
        return "words" if inner == (str, str) or _named(inner) == "Language" else "map"
    return kind.__name__ if isinstance(kind, type) and issubclass(kind, BaseModel) else "value"


def _named(inner: tuple[Any, ...]) -> str:
    """Maps from a language to a text are words."""
    pattern = str(getattr(inner[0], "__metadata__", ""))
    return "Language" if "[a-z]{2}" in pattern else ""


def _yaml(value: Any) -> str:
    return yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10_000).splitlines()[0]


def _table(titles: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    titles = list(titles)
    yield f"| {' | '.join(titles)} |"
    yield f"|{'---|' * len(titles)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|').replace(chr(10), ' ') for cell in row)} |"
    yield ""


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "needed"
    empty = field.default in (None, "", (), {}) or isinstance(field.default, BaseModel)
    return "" if empty or field.default_factory else f"`{_yaml(field.default)}`"


def _commands(commands: Mapping[str, click.Command]) -> Iterator[str]:
    yield "### Commands\n"
    rows = ((f"`{name}{_arguments(one)}`", str(one.help).strip()) for name, one in sorted(commands.items()))
    yield from _table(("command", "what it does"), rows)


def _arguments(command: click.Command) -> str:
    """What is written behind a command: its arguments, then its options."""
    said = [
        each.make_metavar(click.Context(command))
        for each in command.params
        if each.param_type_name == "argument"
    ]
    said += [f"[{each.opts[0]}]" for each in command.params if each.param_type_name == "option"]
    return "".join(f" {each}" for each in said)


def _keys() -> Iterator[str]:
    yield "### Keys\n"
    yield "*words* is a text per language; *rule* is a name or `{name: {parameters}}`; CEL is a condition.\n"
    for name, found in models().items():
        yield f"#### `{name}`\n"
        for number, model in enumerate(found):
            if number:
                yield f"**{model.__name__}**\n"
            yield f"{' '.join(str(model.__doc__).split())}\n"
            yield from _table(
                ("key", "takes", "without it", "meaning"),
                (
                    (f"`{key}`", takes(field.annotation), _default(field), _meaning(model, key, field))
                    for key, field in keys(model).items()
                ),
            )


def _meaning(model: type[BaseModel], key: str, field: FieldInfo) -> str:
    return field.description or words().get(model.__name__, {}).get(key, "")


def _questions() -> Iterator[str]:
    found = forms.question_types()
    yield "### Types of questions\n"
    yield "All types know these keys:\n"
    titles = ("key", "takes", "without it", "meaning")
    yield from _table(titles, (_parameter(each) for each in found[0].parameters if each.shared))
    for each in found:
        yield f"#### `{each.name}`\n"
        yield f"{each.words}{' May stand in a column of `rows`.' if each.column else ''}\n"
        if own := [_parameter(one) for one in each.parameters if not one.shared]:
            yield from _table(titles, own)
        for shape in (each, *each.also):
            yield f"```yaml\n- {_yaml(shape.example)}\n```\n"
            if shape.stored is not None:
                yield f"In conditions the example's answer is `{_in_condition(shape.in_conditions)}`.\n"


def _in_condition(value: Any) -> str:
    return json.dumps(
        value, ensure_ascii=False, default=lambda figure: int(figure) if figure % 1 == 0 else float(figure)
    )


def _parameter(each: forms.Parameter) -> tuple[str, str, str, str]:
    without = "needed" if each.needed else "" if each.default is None else f"`{_yaml(each.default)}`"
    return f"`{each.name}`", each.takes, without, each.words


def _codes() -> Iterator[str]:
    yield "### Code lists\n"
    known = {"countries", "currencies", *(each.name.removesuffix(".csv") for each in _lists())}
    yield f"For `list` of the types `code` and `codes`: {', '.join(f'`{name}`' for name in sorted(known))}.\n"


def _lists() -> Iterator[Any]:
    return (each for each in files(code_lists).iterdir() if each.name.endswith(".csv"))


def _roles() -> Iterator[str]:
    yield "### Roles of the office\n"
    yield from _table(
        ("role", "is called"), ((f"`{n}`", r.label.get("en", "")) for n, r in sorted(roles().items()))
    )


def _rules() -> Iterator[str]:
    kinds: dict[str, Mapping[str, Any]] = {
        "Guards": default_registry.guards,
        "Effects": default_registry.effects,
    }
    for title, found in kinds.items():
        yield f"### {title}\n"
        rows = (
            (f"`{name}`", _parameters(rule), f"{rule.help} {_further(rule)}".strip())
            for name, rule in sorted(found.items())
        )
        yield from _table(("name", "parameters", "what it does"), rows)


def _parameters(rule: Any) -> str:
    return "; ".join(
        f"`{each.name}`: {each.names or _plain(each.type)}"
        + (
            ""
            if each.required
            else f" (`{_yaml(each.default)}`)"
            if each.default not in (None, "")
            else " (optional)"
        )
        for each in rule.parameters.described
    )


def _plain(kind: str) -> str:
    known = {"str": "text", "int": "whole number", "bool": "true or false", "dict[str, str]": "map"}
    return known.get(kind.removesuffix(" | None"), kind.removesuffix(" | None"))


def _further(rule: Any) -> str:
    notes = []
    if getattr(rule, "reads_form", False):
        notes.append("Reads the move's form.")
    if getattr(rule, "money", False):
        notes.append("Moves money, so the move needs a `duty`.")
    return " ".join(notes)


def _facts() -> Iterator[str]:
    yield "### Facts\n"
    rows = (
        (
            f"`{name}`",
            fact.help,
            "; ".join(f"`{key}` {meaning}" for key, meaning in (fact.fields or {}).items()),
        )
        for name, fact in sorted(default_registry.facts.items())
    )
    yield from _table(("fact", "what it is", "fields"), rows)


def _findings() -> Iterator[str]:
    yield "### Findings\n"
    yield "Each finding of `check --format json` carries one of these codes. Codes never change.\n"
    yield from _table(("code", "why it matters"), ((f"`{code}`", why) for code, why in reasons().items()))
