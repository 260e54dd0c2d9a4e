"""Guards and effects of an award's tranches: their sum, their order, and what opens each."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fundflow.approval.queries import award_of
from fundflow.disbursement.models import Tranche
from fundflow.disbursement.service import payments, tranches
from fundflow.disbursement.service.openings import unmet
from fundflow.workflow import Decision, FormName, MoveContext, effect, guard


@guard(
    "tranches_equal_award",
    says=_l("The planned parts do not add up to the award."),
    help="The planned tranches sum to the award, to the last cent.",
)
def tranches_equal_award(ctx: MoveContext) -> bool:
    """Tranches are made from the award; this guards the day on which somebody changes either."""
    award = award_of(ctx.case.id)
    return award is not None and sum(row.amount_minor for row in tranches.of_case(ctx)) == award.amount_minor


@guard("previous_tranche_done", help="Every earlier tranche is paid or cancelled.")
def previous_tranche_done(ctx: MoveContext) -> Decision:
    """Parts are paid in their order."""
    waiting = [
        row
        for row in tranches.of_case(ctx)
        if row.number < ctx.subject.number and not tranches.is_final(ctx, tranches.KIND, row.stage)
    ]
    if not waiting:
        return Decision(True)
    return Decision(False, _l("Part %(number)s has to be paid first.", number=waiting[0].number))


@guard("tranche_open", help="The tranche is not held, and what its plan names under `opens` has happened.")
def tranche_open(ctx: MoveContext) -> Decision:
    """The plan is that of the version under which the case began; parts made of a form's rows have no `opens`."""
    tranche: Tranche = ctx.subject
    if tranche.blocked:
        return Decision(False, _l("Payments of this case are suspended."))
    if not ctx.definition.programme.tranches:
        return Decision(True)
    for plan in ctx.definition.programme.tranches:
        if plan.number == tranche.number:
            return next(unmet(ctx, plan), Decision(True))
    return Decision(False, _l("The programme plans no such part."))


@guard("all_tranches_done", help="Every tranche is paid or cancelled.")
def all_tranches_done(ctx: MoveContext) -> Decision:
    """Nothing is open between the office and the grantee."""
    rows = tranches.of_case(ctx)
    left = [row for row in rows if not tranches.is_final(ctx, tranches.KIND, row.stage)]
    if left:
        return Decision(
            False, _l("%(count)s of %(all)s parts are not paid yet.", count=len(left), all=len(rows))
        )
    return Decision(True)


@effect(
    "plan_tranches",
    help="Splits the award into the programme's tranches, or by the amounts in a form's rows; by largest remainder.",
    amounts=lambda form, rows, amount, **_: [(form, f"{rows}.{amount}")] if form else [],
)
def plan_tranches(
    ctx: MoveContext, form: FormName | None = None, rows: str = "", amount: str = "", title: str = ""
) -> None:
    """A case keeps its tranches; a new award is split over them while none has begun.

    `rows` names a table of `form`, the others two of its columns.
    """
    if form is None:
        tranches.plan(ctx, tranches.of_programme(ctx))
    else:
        tranches.plan(ctx, tranches.of_rows(ctx, form=form, rows=rows, amount=amount, title=title))


@effect("block_tranches", help="Holds every tranche that is not finished: nothing of it is paid.")
def block_tranches(ctx: MoveContext) -> None:
    """`tranche_open` says no from now on."""
    tranches.block(ctx, blocked=True)


@effect("unblock_tranches", help="Lets payments go on from where they were held.")
def unblock_tranches(ctx: MoveContext) -> None:
    """What was certified before stays certified."""
    tranches.block(ctx, blocked=False)


@effect(
    "record_payment_request",
    help="Takes up a request for payment; a payment begun by an earlier one is void.",
)
def record_payment_request(ctx: MoveContext) -> None:
    """The request itself is the form that was handed in with the move."""
    payments.void(ctx)
