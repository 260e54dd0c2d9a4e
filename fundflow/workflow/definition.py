"""The frozen shape of a machine file: stages, moves, deadlines, approvals and references to named rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    model_validator,
)

SYSTEM = "system"
ENTERED = "entered"


@dataclass(frozen=True)
class RuleRef:
    """A guard or effect with its parameters; in a file a name, or a one-key map `name: {parameters}`."""

    name: str
    params: Mapping[str, Any] = field(default_factory=dict)


def _read_rule(value: Any) -> Any:
    if isinstance(value, RuleRef):
        return value
    if isinstance(value, str):
        return RuleRef(value)
    if isinstance(value, Mapping) and len(value) == 1:
        name, params = next(iter(value.items()))
        if params is None or isinstance(params, Mapping):
            return RuleRef(str(name), dict(params or {}))
    raise ValueError("a rule is a name, or one name with a map of its parameters")


def _write_rule(rule: RuleRef) -> Any:
    return {rule.name: dict(rule.params)} if rule.params else rule.name


def _one_or_many(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _read_duties(value: Any) -> Any:
    many = value if isinstance(value, list | tuple) else () if value is None else (value,)
    return tuple({"name": each} if isinstance(each, str) else each for each in many)


def _read_waiting(value: Any) -> Any:
    """A role, or `role: condition` for one that waits only while the condition holds, alone or in a list."""
    many = value if isinstance(value, list | tuple) else (value,)
    return tuple({"role": each} if isinstance(each, str) else _one_key(each) for each in many)


def _one_key(value: Any) -> Any:
    if isinstance(value, Mapping) and len(value) == 1 and "role" not in value:
        role, when = next(iter(value.items()))
        return {"role": role, "when": when}
    return value


def _known_words(value: Any) -> Any:
    if isinstance(value, Mapping) and not value:
        raise ValueError("words need at least one language")
    return value


StageName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
MoveName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Words = Annotated[dict[Language, Text], BeforeValidator(_known_words)]
FactName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")]
Rule = Annotated[RuleRef, BeforeValidator(_read_rule), PlainSerializer(_write_rule)]
Rules = tuple[Rule, ...]


class _Frozen(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, arbitrary_types_allowed=True
    )


class Consequence(_Frozen):
    """What the clock does when a deadline has passed: make a move as the system, or send a mail to a role."""

    move: str | None = None
    mail: str | None = None
    to: str | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Consequence:
        if (self.move is None) == (self.mail is None):
            raise ValueError("a deadline leads to either a move or a mail")
        if (self.mail is None) != (self.to is None):
            raise ValueError("a mail needs `to`, and only a mail has it")
        return self


class Reminder(_Frozen):
    """A mail to a role so many calendar days before a deadline, or after one that has passed in vain."""

    days: int = Field(ge=1, le=365)
    mail: Text
    to: Text


class Deadline(_Frozen):
    """How long a stage may last: a number of days or months from a moment, or the moment of a fact itself.

    `remind` are mails before it, `escalate` mails after it while the stage still lasts.
    """

    working_days: int | None = Field(default=None, ge=0, le=1000)
    days: int | None = Field(default=None, ge=0, le=4000)
    months: int | None = Field(default=None, ge=0, le=120)
    at: FactName | None = None
    from_: Literal["entered"] | FactName = Field(default=ENTERED, alias="from")
    then: Consequence | None = None
    remind: tuple[Reminder, ...] = ()
    escalate: tuple[Reminder, ...] = ()

    @model_validator(mode="after")
    def _one_length(self) -> Deadline:
        lengths = [self.working_days, self.days, self.months, self.at]
        if sum(length is not None for length in lengths) != 1:
            raise ValueError("a deadline has exactly one of working_days, days, months, at")
        if self.at is not None and self.from_ != ENTERED:
            raise ValueError("a deadline with `at` has no `from`")
        return self


class Waiting(_Frozen):
    """A role in whose queue a stage stands, always or while a condition holds when the stage is entered."""

    role: Text
    when: Text | None = None


class Stage(_Frozen):
    """A stage of the machine; `waiting` says in whose queues it stands, `final` ends the case.

    Time in a stage that `stops_clock` does not count: the stage that was left for it, and everything on the case,
    goes on with the days that were left. A deadline that hangs on a fact is not moved.
    """

    label: Words
    phase: Text
    waiting: Annotated[tuple[Waiting, ...], BeforeValidator(_read_waiting)] = Field(
        default=(), alias="waits_for"
    )
    deadline: Deadline | None = None
    final: bool = False
    stops_clock: bool = False
    help: Words | None = None

    @property
    def waits_for(self) -> tuple[str, ...]:
        """The roles that the stage may wait for."""
        return tuple(each.role for each in self.waiting)


class Duty(_Frozen):
    """What the actor did by the move, which bars other duties; `on` narrows it to a kind of sub-object."""

    name: Text
    on: str | None = None


def _read_seats(value: Any) -> Any:
    many = value if isinstance(value, list | tuple) else (value,)
    return tuple(_one_or_many(each) for each in many)


Seats = Annotated[tuple[tuple[str, ...], ...], BeforeValidator(_read_seats)]
"""The roles that approvals must come from, one distinct person for each seat; a list is one seat for either role."""


class Threshold(_Frozen):
    """A higher number of approvals, or other roles they come from, while a condition holds on entering the stage."""

    when: Text
    count: int = Field(default=1, ge=1, le=9)
    seats: Seats = Field(default=(), alias="from")


class Approvals(_Frozen):
    """How many distinct persons must make the move before the stage changes, and from which roles they come."""

    count: int = Field(default=1, ge=1, le=9)
    seats: Seats = Field(default=(), alias="from")
    above: tuple[Threshold, ...] = ()


class Move(_Frozen):
    """A move: from which stages, by whom, under which guards; without `to` the stage stays.

    A move that `reopens` takes a case back out of an end: the system makes it, set off by an appeal that was upheld.
    """

    from_: Annotated[tuple[str, ...], BeforeValidator(_one_or_many)] = Field(alias="from", min_length=1)
    to: str | None = None
    by: Annotated[tuple[str, ...], BeforeValidator(_one_or_many)] = ()
    label: Words
    help: Words | None = None
    tone: Literal["primary", "plain", "danger"] = "plain"
    reopens: bool = False
    form: str | None = None
    duties: Annotated[tuple[Duty, ...], BeforeValidator(_read_duties)] = Field(default=(), alias="duty")
    approvals: Approvals | None = None
    guards: Rules = ()
    effects: Rules = ()


class Machine(_Frozen):
    """A whole machine file; stage and move names are lower_snake."""

    initial: str
    stages: dict[StageName, Stage] = Field(min_length=1, max_length=200)
    moves: dict[MoveName, Move] = Field(max_length=600)

    def moves_from(self, stage: str) -> dict[str, Move]:
        """The moves that leave a stage or stay in it, in the order of the file."""
        return {name: move for name, move in self.moves.items() if stage in move.from_}
