"""What one version of a programme changes against another, in words: stages, moves, forms, figures, wording."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from fundflow.forms import Form
from fundflow.platform.wording import pick
from fundflow.programmes.loading import Definition
from fundflow.workflow import Machine, Move, RuleRef, Stage
from fundflow.workflow.definition import Waiting

Say = Callable[[str], "Change"]
_WORDS = frozenset(
    {"title", "label", "help", "summary", "subject", "body", "to", "says", "unit", "pattern_says"}
)
_OF_MOVES = frozenset({"from_", "to", "by", "form", "duties", "approvals", "guards", "effects"})


@dataclass(frozen=True)
class Change:
    """One difference: `area` is stages, moves, forms, letters, mails or figures; `where` is its file."""

    area: str
    where: str
    words: str


def differences(old: Definition, new: Definition) -> list[Change]:
    """Everything that `new` changes against `old`; empty when a case would notice nothing."""
    return [
        *_machines(old, new),
        *_forms(old, new),
        *_papers("letters", "letter", old.letters, new.letters),
        *_papers("mails", "mail", old.mails, new.mails),
        *_figures(old, new),
    ]


def _machines(old: Definition, new: Definition) -> Iterator[Change]:
    before = {kind: each.definition for kind, each in old.machines.items()}
    after = {kind: each.definition for kind, each in new.machines.items()}
    yield from _come_and_gone("stages", "machine", "machines/{}.yaml", before, after)
    for kind in [kind for kind in before if kind in after]:
        where = f"machines/{kind}.yaml"
        yield from _stages(where, before[kind], after[kind])
        yield from _moves(where, before[kind], after[kind])


def _stages(where: str, old: Machine, new: Machine) -> Iterator[Change]:
    yield from _come_and_gone("stages", "stage", where, old.stages, new.stages)
    if old.initial != new.initial:
        yield Change("stages", where, f"cases begin in '{new.initial}' instead of '{old.initial}'")
    for name, stage in new.stages.items():
        if name in old.stages and stage != old.stages[name]:
            for words in _stage(old.stages[name], stage):
                yield Change("stages", where, f"stage '{name}': {words}")


def _stage(old: Stage, new: Stage) -> Iterator[str]:
    yield from _set(
        "waits for", [_queue(each) for each in old.waiting], [_queue(each) for each in new.waiting]
    )
    if old.deadline != new.deadline:
        yield f"the deadline is {_short(new.deadline)} instead of {_short(old.deadline)}"
    yield from _fields(old, new, leave=frozenset({"waiting", "deadline"}))


def _queue(each: Waiting) -> str:
    return each.role if each.when is None else f"{each.role}, while {each.when}"


def _moves(where: str, old: Machine, new: Machine) -> Iterator[Change]:
    yield from _come_and_gone("moves", "move", where, old.moves, new.moves)
    for name, move in new.moves.items():
        if name in old.moves and move != old.moves[name]:
            for words in _move(old.moves[name], move):
                yield Change("moves", where, f"move '{name}': {words}")


def _move(old: Move, new: Move) -> Iterator[str]:
    if old.to != new.to:
        yield f"leads to {_short(new.to)} instead of {_short(old.to)}"
    if old.form != new.form:
        yield f"asks the form {_short(new.form)} instead of {_short(old.form)}"
    yield from _set("starts from", old.from_, new.from_)
    yield from _set("may be made by", old.by, new.by)
    for what in ("duties", "approvals"):
        if getattr(old, what) != getattr(new, what):
            yield f"{what}: {_short(getattr(new, what))} instead of {_short(getattr(old, what))}"
    yield from _rules("guard", old.guards, new.guards)
    yield from _rules("effect", old.effects, new.effects)
    yield from _fields(old, new, leave=_OF_MOVES)


def _rules(what: str, old: Iterable[RuleRef], new: Iterable[RuleRef]) -> Iterator[str]:
    before, after = [_rule(ref) for ref in old], [_rule(ref) for ref in new]
    yield from (f"the {what} {each} is gone" for each in before if each not in after)
    yield from (f"the {what} {each} is new" for each in after if each not in before)
    if before != after and sorted(before) == sorted(after):
        yield f"the {what}s come in another order"


def _rule(ref: RuleRef) -> str:
    given = ", ".join(f"{name}: {_short(value)}" for name, value in ref.params.items())
    return f"{ref.name}({given})" if given else ref.name


def _forms(old: Definition, new: Definition) -> Iterator[Change]:
    yield from _come_and_gone("forms", "form", "forms/{}.yaml", old.forms, new.forms)
    for form_id in [each for each in new.forms if each in old.forms]:
        before, after, where = old.forms[form_id], new.forms[form_id], f"forms/{form_id}.yaml"
        yield from _questions(where, before, after)
        if before.fill != after.fill:
            words = f"it is filled as {_short(after.fill)} instead of {_short(before.fill)}"
            yield Change("forms", where, words)
        yield from (Change("forms", where, words) for words in _words(before, after))
        yield from _sections(where, before, after)


def _questions(where: str, old: Form, new: Form) -> Iterator[Change]:
    before = {each.id: each for each in old.questions()}
    after = {each.id: each for each in new.questions()}
    yield from _come_and_gone("forms", "question", where, before, after)
    for name, question in after.items():
        if name in before and question != before[name]:
            for words in _fields(before[name], question):
                yield Change("forms", where, f"question '{name}': {words}")


def _sections(where: str, old: Form, new: Form) -> Iterator[Change]:
    before, after = {each.id: each for each in old.sections}, {each.id: each for each in new.sections}
    yield from _come_and_gone("forms", "section", where, before, after)
    for name in [name for name in after if name in before]:
        for words in _fields(before[name], after[name], leave=frozenset({"questions"})):
            yield Change("forms", where, f"section '{name}': {words}")


def _papers(area: str, what: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    where = "letters/{}.yaml" if area == "letters" else "mails.yaml"
    yield from _come_and_gone(area, what, where, old, new)
    for name in [name for name in new if name in old]:
        for words in _fields(old[name], new[name]):
            yield Change(area, where.format(name), f"{what} '{name}': {words}")


def _figures(old: Definition, new: Definition) -> Iterator[Change]:
    for where, before, after in (
        ("programme.yaml", old.programme, new.programme),
        ("screening.yaml", old.screening, new.screening),
        ("criteria.yaml", old.criteria, new.criteria),
    ):
        for words in _fields(before, after):
            yield Change("figures", where, words)


def _fields(old: Any, new: Any, *, leave: frozenset[str] = frozenset()) -> Iterator[str]:
    """The keys of two parts that differ, one level down into maps and lists of parts with an id."""
    if type(old) is not type(new):
        yield f"the type is {getattr(new, 'type', '')} instead of {getattr(old, 'type', '')}"
        return
    yield from _words(old, new, leave)
    for name in type(new).model_fields:
        before, after = getattr(old, name), getattr(new, name)
        if name in leave | _WORDS or before == after:
            continue
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            yield from _inside(name, before, after)
        elif _named(before) and _named(after):
            yield from _inside(name, _by_id(before), _by_id(after))
        else:
            yield f"{name} is {_short(after)} instead of {_short(before)}"


def _inside(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for key in [*old, *(key for key in new if key not in old)]:
        if key not in new:
            yield f"{name}: '{key}' is gone"
        elif key not in old:
            yield f"{name}: '{key}' is new ({_short(new[key])})"
        elif old[key] != new[key]:
            yield f"{name}: '{key}' is {_short(new[key])} instead of {_short(old[key])}"


def _named(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value) and all(hasattr(each, "id") for each in value)


def _by_id(parts: Any) -> dict[str, Any]:
    return {each.id: each for each in parts}


def _words(old: Any, new: Any, leave: frozenset[str] = frozenset()) -> Iterator[str]:
    """Wording that changed, by the languages in which it did."""
    for name in type(new).model_fields:
        before, after = getattr(old, name, None), getattr(new, name, None)
        if name in _WORDS - leave and before != after:
            before, after = before or {}, after or {}
            if isinstance(before, Mapping) and isinstance(after, Mapping):
                changed = sorted(key for key in {*before, *after} if before.get(key) != after.get(key))
                yield f"the {name} reads otherwise in {', '.join(changed)}"
            else:
                yield f"the {name} reads otherwise"


def _set(what: str, old: Iterable[str], new: Iterable[str]) -> Iterator[str]:
    before, after = list(old), list(new)
    yield from (f"no longer {what} '{each}'" for each in before if each not in after)
    yield from (f"now {what} '{each}'" for each in after if each not in before)


def _come_and_gone(
    area: str, what: str, where: str, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[Change]:
    for name in old:
        if name not in new:
            yield Change(area, where.format(name), f"the {what} '{name}'{_called(old[name])} is gone")
    for name in new:
        if name not in old:
            yield Change(area, where.format(name), f"the {what} '{name}'{_called(new[name])} is new")


def _called(part: Any) -> str:
    words = getattr(part, "label", None) or getattr(part, "title", None)
    return f" (“{pick(words, 'en')}”)" if isinstance(words, Mapping) else ""


def _short(value: Any) -> str:
    """A value as an author would write it."""
    if value is None or (isinstance(value, tuple | Mapping) and not value):
        return "nothing"
    if isinstance(value, BaseModel):
        set_ = {
            field.alias or name: getattr(value, name)
            for name, field in type(value).model_fields.items()
            if getattr(value, name) != field.default
        }
        return "{" + ", ".join(f"{key}: {_short(each)}" for key, each in set_.items()) + "}"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_short(each)}" for key, each in value.items()) + "}"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(_short(each) for each in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
