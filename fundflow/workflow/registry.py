"""The named rules: guards, effects and facts that rooms register and definitions refer to by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, get_type_hints

from fundflow.workflow.conditions import did_you_mean
from fundflow.workflow.definition import RuleRef
from fundflow.workflow.parameters import Parameter, ParameterFault, Parameters

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

Amounts = Callable[..., Iterable[tuple[str | None, str]]]
"""From a rule's parameters to the amounts that it takes for the programme's currency: form (None: that of the move) and
question, `lines.price` for a column of rows."""


def of_move(*questions: str) -> Amounts:
    """The same questions of the move's form, whatever the parameters."""
    return lambda **_params: [(None, question) for question in questions]


class RuleFault(ValueError):
    """A reference to a rule that does not exist, or with wrong parameters; the message names both."""

    def __init__(self, message: str, *, code: str = "wrong_parameter") -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Decision:
    """A yes or a no with its reason, in words for the person who asked."""

    allowed: bool
    reason: Any = ""

    def __bool__(self) -> bool:
        return self.allowed


@dataclass(frozen=True)
class Guard:
    """A registered guard; `says` is the reason given when it refuses, a text or a function of its call."""

    name: str
    call: Callable[..., bool | Decision]
    help: str
    parameters: Parameters
    says: Any = None
    reads_form: bool | Callable[..., bool] = False
    amounts: Amounts | None = None

    @property
    def speaks(self) -> bool:
        """Whether a refusal has words: registered ones, or those of the decision it returns."""
        return bool(self.says) or get_type_hints(self.call).get("return") is Decision


@dataclass(frozen=True)
class Effect:
    """A registered effect; one with `money` moves or promises money and needs a duty on its move."""

    name: str
    call: Callable[..., object]
    help: str
    parameters: Parameters
    money: bool = False
    amounts: Amounts | None = None


@dataclass(frozen=True)
class Fact:
    """A registered group of plain values about a case; `fields` is None when they depend on the programme."""

    name: str
    call: Callable[[Any], Mapping[str, Any]]
    help: str
    fields: Mapping[str, str] | None = None
    amounts: Amounts | None = None


@dataclass(frozen=True)
class BoundGuard:
    """A guard with its checked parameters, as one move uses it."""

    rule: Guard
    params: Mapping[str, Any]
    reads_form: bool

    def decide(self, ctx: Any) -> Decision:
        """Ask the guard; a refusal carries its own words or the registered ones."""
        answer = self.rule.call(ctx, **self.params)
        if isinstance(answer, Decision):
            if answer.allowed or answer.reason:
                return answer
            answer = False
        if not isinstance(answer, bool):
            raise RuleFault(f"guard '{self.rule.name}' answered {answer!r}, which is neither true nor false")
        return Decision(True) if answer else Decision(False, self._words(ctx))

    def _words(self, ctx: Any) -> Any:
        says = self.rule.says
        return says(ctx, **self.params) if callable(says) else says


@dataclass(frozen=True)
class BoundEffect:
    """An effect with its checked parameters, as one move uses it."""

    rule: Effect
    params: Mapping[str, Any]

    def run(self, ctx: Any) -> None:
        """Carry it out; its errors are the caller's, who rolls back."""
        self.rule.call(ctx, **self.params)


@dataclass(eq=False)
class Registry:
    """The rules that a programme may name; a name is registered once."""

    guards: dict[str, Guard] = field(default_factory=dict)
    effects: dict[str, Effect] = field(default_factory=dict)
    facts: dict[str, Fact] = field(default_factory=dict)

    def guard(
        self,
        name: str,
        *,
        says: Any = None,
        help: str,  # noqa: A002 - the word of definitions, here and below
        reads_form: bool | Callable[..., bool] = False,
        amounts: Amounts | None = None,
    ) -> Callable[[F], F]:
        """Register `(ctx, **params) -> bool | Decision`.

        `says` is a (lazy) text or `(ctx, **params) -> text`; `help` is one sentence for authors; `reads_form`
        (or what it answers to `(**params)`) says that the answers of the move's form decide, so that the
        guard is not asked before they are given; `amounts`: which answers it takes for the programme's currency.
        """

        def register(call: F) -> F:
            rule = Guard(name, call, help, Parameters(call), says, reads_form, amounts)
            self._add(self.guards, name, rule, "guard")
            return call

        return register

    def effect(
        self,
        name: str,
        *,
        help: str,  # noqa: A002
        money: bool = False,
        amounts: Amounts | None = None,
    ) -> Callable[[F], F]:
        """Register `(ctx, **params) -> None`; `money=True` demands a duty on every move that uses it, `amounts` says
        which answers it takes for the programme's currency."""

        def register(call: F) -> F:
            rule = Effect(name, call, help, Parameters(call), money, amounts)
            self._add(self.effects, name, rule, "effect")
            return call

        return register

    def fact(
        self,
        name: str,
        *,
        fields: Mapping[str, str] | None = None,
        help: str = "",  # noqa: A002
        amounts: Amounts | None = None,
    ) -> Callable[[F], F]:
        """Register `(ctx) -> dict` of plain values; `fields` maps each key to one sentence for authors, `amounts` says
        which answers it takes for the programme's currency."""

        def register(call: F) -> F:
            self._add(self.facts, name, Fact(name, call, help, fields, amounts), "fact")
            return call

        return register

    def bind_guard(self, ref: RuleRef) -> BoundGuard:
        """The guard a definition refers to, with checked parameters; raises RuleFault."""
        rule = self._find(self.guards, ref, "guard")
        params = self._read(rule.parameters, ref, "guard")
        reads = rule.reads_form(**params) if callable(rule.reads_form) else rule.reads_form
        return BoundGuard(rule, params, reads)

    def bind_effect(self, ref: RuleRef) -> BoundEffect:
        """The effect a definition refers to, with checked parameters; raises RuleFault."""
        rule = self._find(self.effects, ref, "effect")
        return BoundEffect(rule, self._read(rule.parameters, ref, "effect"))

    def fact_scope(self) -> dict[str, Mapping[str, None] | None]:
        """The fact names and their fields, as conditions may read them."""
        return {
            name: None if fact.fields is None else dict.fromkeys(fact.fields)
            for name, fact in self.facts.items()
        }

    def _add(self, rules: dict[str, Any], name: str, rule: Any, kind: str) -> None:
        if name in rules:
            raise RuleFault(f"{kind} '{name}' is registered twice")
        rules[name] = rule

    def _find(self, rules: Mapping[str, Any], ref: RuleRef, kind: str) -> Any:
        if ref.name not in rules:
            raise RuleFault(f"unknown {kind} '{ref.name}'{did_you_mean(ref.name, rules)}")
        return rules[ref.name]

    def _read(self, parameters: Parameters, ref: RuleRef, kind: str) -> dict[str, Any]:
        try:
            return parameters.read(ref.params)
        except ParameterFault as fault:
            raise RuleFault(f"{kind} '{ref.name}': {fault}", code=fault.code) from fault


class Facts(Mapping[str, Mapping[str, Any]]):
    """The facts of one case, each computed once, when first read; `forget` makes them fresh."""

    def __init__(self, registry: Registry, ctx: Any) -> None:
        self._registry = registry
        self._ctx = ctx
        self._known: dict[str, Mapping[str, Any]] = {}
        self._read: dict[Any, Any] = {}

    def __getitem__(self, name: str) -> Mapping[str, Any]:
        if name not in self._known:
            self._known[name] = self._compute(self._registry.facts[name])
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._registry.facts)

    def __len__(self) -> int:
        return len(self._registry.facts)

    def once(self, read: Callable[..., T], *given: Any) -> T:
        """What `read(*given)` answers, asked once until `forget`: what guards and facts of one case share."""
        key = (read, given)
        if key not in self._read:
            self._read[key] = read(*given)
        found: T = self._read[key]
        return found

    def forget(self) -> None:
        """Compute everything anew when it is read next."""
        self._known.clear()
        self._read.clear()

    def _compute(self, fact: Fact) -> Mapping[str, Any]:
        values = fact.call(self._ctx)
        undeclared = set(values) - set(fact.fields) if fact.fields is not None else set()
        if undeclared:
            raise RuleFault(f"fact '{fact.name}' gives undeclared fields: {', '.join(sorted(undeclared))}")
        return values


default_registry = Registry()
guard = default_registry.guard
effect = default_registry.effect
fact = default_registry.fact

__all__ = [
    "Amounts",
    "BoundEffect",
    "BoundGuard",
    "Decision",
    "Effect",
    "Fact",
    "Facts",
    "Guard",
    "Parameter",
    "Registry",
    "RuleFault",
    "default_registry",
    "effect",
    "fact",
    "guard",
    "of_move",
]
