"""The guards and effects of the machine of calls; importing them registers them for `workflows/calls.yaml`."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from fundflow.applications.models import Application
from fundflow.calls import mailing
from fundflow.ledger import balances
from fundflow.platform import clock
from fundflow.platform.db import db
from fundflow.programmes import Call, definition_of
from fundflow.programmes.procedure import RULES
from fundflow.workflow import Decision, MoveContext


@RULES.guard("call_ready", help="The call has a title, a closing still to come, and money on its line.")
def call_ready(ctx: MoveContext) -> Decision:
    """The system may publish a call whose time is over: a former system's calls are taken in that way."""
    call: Call = ctx.subject
    if not call.title.get(ctx.definition.programme.languages[0]):
        return Decision(False, _l("The call needs a title."))
    if call.closes_at is not None and call.closes_at <= clock.now() and not ctx.actor.is_system:
        return Decision(False, _l("The closing lies in the past."))
    if balances(call.line_id).get("available", 0) <= 0:
        return Decision(False, _l("The budget line of this call holds no money."))
    return Decision(True)


@RULES.guard(
    "without_closing_day",
    says=_l("This call closes by itself, on the day that was published."),
    help="The call has no closing day: it is a caseload.",
)
def without_closing_day(ctx: MoveContext) -> bool:
    """Nobody's time is cut short by hand."""
    return ctx.subject.closes_at is None


@RULES.guard("cases_past", help="No live case of the call stands in one of these phases any more.")
def cases_past(ctx: MoveContext, phases: list[str]) -> Decision:
    """A call on which nobody applied has nothing to wait for."""
    rows = db.session.execute(
        select(Application.version_id, Application.stage, func.count())
        .where(Application.call_id == ctx.subject.id, Application.is_live)
        .group_by(Application.version_id, Application.stage)
    )
    left = sum(count for version_id, stage, count in rows if _phase(version_id, stage) in phases)
    if left:
        return Decision(False, _l("Applications that have not come so far: %(count)s.", count=left))
    return Decision(True)


def _phase(version_id: object, stage: str) -> str:
    machine = definition_of(version_id).machines["application"].definition  # type: ignore[arg-type]
    return machine.stages[stage].phase


@RULES.guard("no_live_case", help="Every case of the call has ended.")
def no_live_case(ctx: MoveContext) -> Decision:
    """Archived is what nobody works on."""
    live = db.session.scalar(
        select(func.count())
        .select_from(Application)
        .where(Application.call_id == ctx.subject.id, Application.is_live)
    )
    return Decision(not live, _l("Cases that have not ended: %(count)s.", count=live or 0))


@RULES.guard("reason_said", help="A reason of at least so many characters is given.", reads_form=True)
def reason_said(ctx: MoveContext, least: int) -> Decision:
    """White space at the ends does not count."""
    said = len(str(ctx.form.get("reason") or "").strip())
    return Decision(said >= least, _l("Give a reason of at least %(least)s characters.", least=least))


@RULES.effect("publish_call", help="From now on everybody sees the call, and its terms stand.")
def publish_call(ctx: MoveContext) -> None:
    """The database keeps what is published."""
    ctx.subject.published_at = clock.now()


@RULES.effect("close_now", help="The call closes at this moment.")
def close_now(ctx: MoveContext) -> None:
    """For a caseload only, which had no closing day."""
    ctx.subject.closes_at = clock.now()


@RULES.effect("cancel_call", help="Nothing can be handed in any more; the public page is gone.")
def cancel_call(ctx: MoveContext) -> None:
    """The reason stands in the trail."""
    ctx.subject.cancelled_at = clock.now()
    ctx.notes["reason"] = str(ctx.form.get("reason") or "").strip()


@RULES.effect("tell_applicants", help="Writes to everybody who has a live application in the call.")
def tell_applicants(ctx: MoveContext, mail: str) -> None:
    """One mail for each case, in its language."""
    mailing.tell_all(ctx.subject, mail, reason=str(ctx.form.get("reason") or "").strip())
