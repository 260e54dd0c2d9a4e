"""Guards and effects of appeals: the term, the one open appeal, and its end."""

from __future__ import annotations

from flask_babel import format_date
from flask_babel import lazy_gettext as _l

from fundflow.approval import service
from fundflow.approval.queries import appeals_of
from fundflow.platform import clock
from fundflow.workflow import Decision as Ruling
from fundflow.workflow import MoveContext, effect, guard


@guard(
    "may_appeal",
    help="There is a decision with one of these outcomes (`against`, as `record_decision` writes them), the "
    "programme's `appeal` term still runs, and nobody has questioned that decision before.",
)
def may_appeal(ctx: MoveContext, against: list[str]) -> Ruling:
    """A paper counts from the day it came in; while that is not known, nothing is held against it."""
    found = service.term_of(ctx, against)
    if found is None:
        return Ruling(False, _l("There is no decision that could be questioned."))
    before = [each for each in appeals_of(ctx.case.id) if each.decision_id == found.decision.id]
    if before:
        day = format_date(before[0].lodged_at, "long")
        return Ruling(False, _l("A review of this decision was asked for on %(day)s.", day=day))
    came = ctx.notes.get("received_on")
    if came is None and getattr(ctx.actor, "paper", False):
        return Ruling(True)
    day = came or clock.today(ctx.case.call.timezone).isoformat()
    if day < clock.day_of(found.decision.decided_at, ctx.case.call.timezone).isoformat():
        return Ruling(False, _l("The paper came before the decision was made."))
    reason = _l("The time to ask for a review ended on %(day)s.", day=format_date(found.until, "long"))
    return Ruling(day <= found.until.isoformat(), reason)


@guard(
    "no_appeal_open",
    says=_l("An appeal is still being looked at."),
    help="No appeal against a decision on the case is still without an answer.",
)
def no_appeal_open(ctx: MoveContext) -> bool:
    """What follows from a decision waits for the answer."""
    return all(appeal.ended_at for appeal in appeals_of(ctx.case.id))


@effect(
    "open_appeal",
    help="Takes in an appeal against the newest decision with one of these outcomes (`against`); the move's form is "
    "the statement.",
)
def open_appeal(ctx: MoveContext, against: list[str]) -> None:
    """Goes with the guard `may_appeal`; it runs on a machine of its own."""
    service.open_appeal(ctx, against)


@effect("end_appeal", help="Notes what became of the appeal that moves: one word, such as `upheld`.")
def end_appeal(ctx: MoveContext, outcome: str) -> None:
    """A case whose appeals have all ended may go on."""
    service.end_appeal(ctx.subject, outcome=outcome)
