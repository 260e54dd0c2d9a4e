"""What must have happened before a tranche may be asked for; higher rooms add what they know of."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flask_babel import lazy_gettext as _l

from fundflow.approval.queries import agreement_of
from fundflow.programmes import TranchePlan, declare_opening
from fundflow.workflow import Decision, MoveContext

Predicate = Callable[[MoveContext, str], Decision]

_kinds: dict[str, Predicate] = {}


def register_opening(kind: str, predicate: Predicate, *, names_appointment: bool = False) -> None:
    """Let `opens` of a tranche name a kind of condition: `kind`, or `{kind: appointment}`.

    `predicate(ctx, appointment)` answers for `ctx.case`, with the words why not; a bare name has the value "".
    Registering a kind twice is an error.
    """
    if kind in _kinds:
        raise ValueError(f"the opening {kind!r} is registered twice")
    _kinds[kind] = predicate
    declare_opening(kind, names_appointment=names_appointment)


def unmet(ctx: MoveContext, plan: TranchePlan) -> Iterator[Decision]:
    """The conditions of a tranche that do not hold yet; raises LookupError for a kind nobody registered."""
    for kind, value in _named(plan):
        decision = _kinds[kind](ctx, value)
        if not decision.allowed:
            yield decision


def _named(plan: TranchePlan) -> Iterator[tuple[str, str]]:
    for condition in plan.opens:
        if isinstance(condition, str):
            yield condition, ""
        else:
            yield from condition.items()


def _agreement_signed(ctx: MoveContext, _value: str) -> Decision:
    """Both sides have signed."""
    row = agreement_of(ctx.case.id)
    signed = row is not None and row[0].countersigned_at is not None
    return Decision(signed, "" if signed else _l("The agreement is not signed by both sides yet."))


register_opening("agreement_signed", _agreement_signed)
