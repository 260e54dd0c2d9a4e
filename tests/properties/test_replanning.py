"""A plan that is changed and approved again: the line gives what is not ordered yet, and never a saving twice."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from fundflow.approval.service import release
from fundflow.disbursement.service import money, purchases
from fundflow.ledger import balances
from fundflow.platform.db import transaction
from fundflow.workflow.models import write_stage
from tests.disbursement.office import PLAN_ITEMS, approved_plan, ctx_of, eur, filled, person, purchases_of

AGAIN = {"create_award", "plan_purchases", "reserve_purchases"}
STARTS_WITH = 100_000_00
# Each thing of the plan: its budget, and the price it is ordered at as a share of that (None: not ordered).
THINGS = st.lists(
    st.tuples(st.integers(100, 90_000), st.none() | st.integers(1, 100)), min_size=1, max_size=4
)


def rows_of(budgets):
    return [
        PLAN_ITEMS[1] | {"title": f"Thing {place}", "cost": eur(minor)} for place, minor in enumerate(budgets)
    ]


def approve_again(case):
    """The money's effects of the programme's own move, in its order."""
    ctx = ctx_of(case, form={"reason": "The price fell."})
    for effect in ctx.definition.machines["application"].move("approve_plan").effects:
        if effect.rule.name in AGAIN:
            effect.run(ctx)


ONCE = settings(
    max_examples=20,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


@ONCE
@given(things=THINGS, more=st.lists(st.integers(100, 90_000), max_size=3))
@pytest.mark.usefixtures("session")
def test_a_second_approval_reserves_only_what_is_not_ordered(things, more):
    budgets = [budget for budget, _share in things]
    case = approved_plan(person(), items=rows_of(budgets), line_minor=STARTS_WITH)
    ordered = 0
    with transaction():
        for purchase, (budget, share) in zip(purchases_of(case), things, strict=True):
            if share is not None:
                purchase.price_minor, purchase.vendor_name = max(budget * share // 100, 1), "Agro"
                purchases.issue_order(ctx_of(case, subject=purchase, kind="purchase"))
                write_stage(purchase, "ordered")
                ordered += purchase.price_minor
            else:
                write_stage(purchase, "cancelled")
        release(ctx_of(case), "reserved")
    left = [*budgets, *more]
    with transaction():
        filled(case, "plan", {"goals": "Again", "items": rows_of(left), "goods_to_family": "no"})
        approve_again(case)
    open_budgets = sum(budget for budget, share in things if share is None) + sum(more)
    assert money.held(case.id, "reserved") == open_budgets
    assert money.held(case.id, "obligated") == ordered
    assert balances(case.call.line_id)["available"] == STARTS_WITH - ordered - open_budgets
    waiting = [row.budget_minor for row in purchases_of(case) if row.stage == "planned"]
    assert sorted(waiting) == sorted([budget for budget, share in things if share is None] + more)
