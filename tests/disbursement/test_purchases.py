"""Purchases: planned from the plan, offered, ordered, delivered in parts, handed over, matched and paid."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from fundflow.accounts import Grant
from fundflow.approval.queries import money_of_case
from fundflow.disbursement import facts
from fundflow.disbursement.models import Payment, PurchaseLine
from fundflow.disbursement.rules import purchases as rules
from fundflow.disbursement.service import deliveries, purchases
from fundflow.ledger import balances
from fundflow.platform import clock
from fundflow.platform.db import db, transaction
from fundflow.platform.errors import Forbidden, Refused
from tests.disbursement import office
from tests.disbursement.buying import (
    CHOICE,
    GOODS,
    HANDOVER,
    QUOTES,
    REQUEST,
    STEPS,
    Team,
    arrival,
    invoice,
    quote,
)
from tests.disbursement.office import IBAN, act, approved_plan, ctx_of, eur, person, purchases_of

pytestmark = pytest.mark.usefixtures("session")


@pytest.fixture
def team():
    with clock.at(office.MONDAY):
        yield Team()


@pytest.fixture
def case(team):
    return approved_plan(team.owner)


def reasons(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [str(reason) for reason in refused.value.reasons]


def test_each_item_of_the_plan_becomes_a_purchase_with_its_recipient(case):
    frame, seed = purchases_of(case)
    assert (frame.title, frame.kind, frame.budget_minor, frame.stage) == (
        "Greenhouse frame",
        "business",
        1_200_00,
        "planned",
    )
    assert (frame.recipient_name, frame.recipient_relation) == ("Serra Prova", "Mother or father")
    assert (seed.number, seed.recipient_name, seed.recipient_relation) == (2, "Ardit Prova", "")


def test_a_changed_plan_does_not_buy_twice_what_is_under_way(team, case):
    team.take(case, until="order")
    act(person("programme_officer"), purchases_of(case)[1], "cancel", CANCEL)
    with transaction():
        office.plan_purchases(ctx_of(case))
    assert [(row.number, row.title, row.stage) for row in purchases_of(case)] == [
        (1, "Greenhouse frame", "ordered"),
        (2, "Seed", "cancelled"),
        (3, "Seed", "planned"),
    ]


TWO = [{**office.PLAN_ITEMS[0], "title": title} for title in ("One", "Two")]
CANCEL = {"reason": "The family has found seed elsewhere.", "person_told": "yes"}


def test_a_purchase_goes_from_the_request_to_the_payment_by_different_persons(team, case):
    purchase = team.take(case, until="release")
    assert purchase.stage == "paid"
    assert (purchase.vendor_name, purchase.price_minor, purchase.vendor_iban) == ("Agro Fier", 950_00, IBAN)
    assert purchase.order_number == "RIA-PO-2026-0001"
    payment = db.session.scalar(select(Payment).where(Payment.purchase_id == purchase.id))
    assert (payment.payee_name, payment.amount_minor, payment.voucher) == (
        "Agro Fier",
        950_00,
        "RIA-PV-2026-0001",
    )
    assert len({payment.certified_by, payment.authorised_by, payment.released_by}) == 3
    assert money_of_case(case.id) == {"reserved": 200_00, "obligated": 0, "spent": 950_00}
    assert balances(case.call.line_id)["available"] == 100_000_00 - 200_00 - 950_00


def test_the_first_request_begins_the_help(team, case):
    team.step(case, "request")
    db.session.refresh(case)
    assert case.stage == "implementing"


def test_requester_chooser_confirmer_and_receiver_are_different_people(team, case):
    team.take(case, until="order")
    for name, role in (("receive", "case_worker"), ("receive", "procurement")):
        both = act_as_well(team.by[role], "receiving_officer")
        with pytest.raises(Forbidden, match="another person takes this step"):
            act(both, purchases_of(case)[0], name, arrival((1, "1", "0")))


def act_as_well(actor, role):
    """The same person with one more role."""
    return replace(actor, grants=(*actor.grants, Grant(role)))


def test_a_line_of_nothing_is_refused(team, case):
    """Whatever the form lets through."""
    form = {**REQUEST, "lines": [GOODS[0], {**GOODS[1], "quantity": "0"}]}
    ctx = ctx_of(case, subject=purchases_of(case)[0], kind="purchase", form=form)
    with pytest.raises(Refused) as refused, transaction():
        purchases.request(ctx)
    assert reasons(refused) == ["Each line needs a quantity above nothing."]


def test_a_returned_request_is_written_anew(team, case):
    team.take(case, until="ask_for_quotes")
    act(
        team.by["procurement"],
        purchases_of(case)[0],
        "return_request",
        {"reason": "Which film is meant, how thick?"},
    )
    purchase = team.step(case, "request", {**REQUEST, "lines": GOODS[:1]})
    assert [line.description for line in purchases.lines_of(purchase)] == ["Steel arch"]


@pytest.mark.parametrize(
    ("choice", "says"),
    [
        ({"vendor": "Serra Shpk"}, "Agro Fier offers less; say why another offer is chosen."),
        ({"vendor": "Metal 1"}, "This offer does not conform to the request."),
        ({"vendor": "Nobody"}, "No offer of this vendor is recorded."),
    ],
)
def test_the_lowest_conforming_offer_or_a_reason(team, case, choice, says):
    team.take(case, until="record_quotes")
    with pytest.raises(Refused) as refused:
        team.step(case, "choose_vendor", {**CHOICE, **choice})
    assert says in reasons(refused)


def test_another_offer_with_a_reason_is_taken(team, case):
    team.take(case, until="record_quotes")
    purchase = team.step(
        case, "choose_vendor", {**CHOICE, "vendor": "3", "reason": "It delivers before the frost."}
    )
    assert (purchase.vendor_name, purchase.price_minor) == ("Serra  Shpk", 980_00)
    assert purchase.choice_reason == "It delivers before the frost."


def test_three_offers_above_the_floor_or_a_reason_why_fewer(team, case):
    team.take(case, until="ask_for_quotes")
    team.step(case, "record_quotes", {**QUOTES, "quotes": [quote("Agro Fier", 950_00)]})
    with pytest.raises(Refused) as refused:
        team.step(case, "choose_vendor")
    assert reasons(refused) == ["3 offers are needed and 1 are recorded; or say why there are fewer."]
    only = {
        **QUOTES,
        "quotes": [quote("Agro Fier", 950_00)],
        "single_source": "The only maker in the county.",
    }
    team.step(case, "record_quotes", only)
    assert team.step(case, "choose_vendor").stage == "vendor_chosen"


def test_an_offer_above_the_budget_is_refused(team, case):
    team.take(case, until="ask_for_quotes")
    dear = [quote(name, 1_200_01) for name in ("A", "B", "C")]
    team.step(case, "record_quotes", {**QUOTES, "quotes": dear})
    with pytest.raises(Refused) as refused:
        team.step(case, "choose_vendor", {**CHOICE, "vendor": "A"})
    assert reasons(refused) == ["The offer is above the budget of this purchase (€1,200.00)."]


def test_an_order_binds_its_price_and_frees_the_rest_of_its_budget(team, case):
    purchase = team.take(case, until="order")
    assert money_of_case(case.id) == {"reserved": 200_00, "obligated": 950_00}
    assert balances(case.call.line_id)["available"] == 100_000_00 - 200_00 - 950_00
    assert purchase.details["order"] == {"deliver_by": "2026-11-30", "deliver_to": "Fier"}


def test_a_line_without_money_refuses_the_order(team, case):
    team.take(case, until="choose_vendor")
    with transaction():
        office.put(case, 1_400_00, "reserved", "available")
    with pytest.raises(Refused) as refused:
        team.step(case, "order")
    assert reasons(refused) == ["This case has €0.00 in reserve; €950.00 are needed."]
    assert purchases_of(case)[0].order_number is None


def test_a_cancelled_order_gives_back_its_own_money_only(team):
    case = approved_plan(team.owner, items=TWO)
    for number in (0, 1):
        for name in list(STEPS)[: list(STEPS).index("order") + 1]:
            team.step(case, name, number=number)
    assert money_of_case(case.id)["obligated"] == 2 * 950_00
    act(team.by["programme_officer"], purchases_of(case)[0], "cancel_order", CANCEL)
    assert money_of_case(case.id)["obligated"] == 950_00


def test_goods_arrive_in_two_parts(team, case):
    team.take(case, until="order")
    purchase = team.step(case, "receive", arrival((1, "4", "1"), (2, "12.5", "0")))
    assert purchase.stage == "delivered_part"
    with pytest.raises(Refused) as refused:
        team.step(case, "complete_delivery")
    assert reasons(refused) == ["Still to come: Steel arch (6 pc)."]
    purchase = team.step(case, "receive", arrival((1, "6", "0")))
    assert [(line.received, line.refused) for line in purchases.lines_of(purchase)] == [
        (Decimal(10), Decimal(1)),
        (Decimal("12.5"), Decimal(0)),
    ]
    assert [each.number for each in deliveries.deliveries_of(purchase)] == [1, 2]
    assert team.step(case, "complete_delivery").stage == "delivered"


def test_more_than_was_ordered_is_refused_and_counts_nothing(team, case):
    team.take(case, until="order")
    team.step(case, "receive", arrival((1, "8", "0")))
    with pytest.raises(Refused) as refused:
        team.step(case, "receive", arrival((1, "3", "0"), (9, "1", "0")))
    assert reasons(refused) == [
        "Line 1 (Steel arch): 10 ordered, 8 received; 3 more are too many.",
        "The order has no line 9.",
    ]
    assert [line.received for line in purchases.lines_of(purchases_of(case)[0])] == [Decimal(8), Decimal(0)]
    with pytest.raises(IntegrityError, match="not_more_than_ordered"), transaction():
        db.session.execute(update(PurchaseLine).values(received=PurchaseLine.quantity + 1))


def test_an_empty_delivery_is_refused(team, case):
    team.take(case, until="order")
    with pytest.raises(Refused) as refused:
        team.step(case, "receive", arrival((1, "0", "0")))
    assert reasons(refused) == ["Nothing arrived: count at least one line."]


@pytest.mark.parametrize(
    ("minor", "fits"),
    [(950_00, True), (970_00, True), (970_01, False), (930_00, True), (929_99, False)],
)
def test_order_goods_and_invoice_agree_within_the_greater_tolerance(team, case, minor, fits):
    """2 per cent of 950 euro are 19; the 20 euro of the programme are more."""
    team.take(case, until="enter_invoice", paid=minor)
    if fits:
        assert team.step(case, "match").stage == "matched"
        return
    with pytest.raises(Refused) as refused:
        team.step(case, "match")
    assert "the goods received are worth €950.00 by the order" in reasons(refused)[0]


def test_a_share_is_the_tolerance_of_a_large_invoice(team, case):
    purchase = team.take(case, until="enter_invoice", paid=969_00)
    ctx = ctx_of(case, subject=purchase, kind="purchase")
    assert rules.three_way_match(ctx, percent=2, minor=0).allowed
    assert not rules.three_way_match(ctx, percent=1, minor=0).allowed


def test_what_was_accepted_short_is_paid_short_and_the_rest_is_freed(team, case):
    team.take(case, until="order")
    team.step(case, "receive", arrival((1, "5", "5")))
    short = {"reason": "The rest will not come; the family agrees.", "person_agrees": "yes"}
    act(team.by["programme_officer"], purchases_of(case)[0], "accept_short_delivery", short)
    team.step(case, "hand_over")
    team.step(case, "enter_invoice", invoice(380_00))
    for name, form in (
        ("match", None),
        ("certify", None),
        ("authorise", {"amount": eur(380_00)}),
        ("release", None),
    ):
        team.step(case, name, form)
    assert money_of_case(case.id) == {"reserved": 200_00, "obligated": 0, "spent": 380_00}


def test_an_invoice_a_little_above_its_order_is_covered_when_it_is_certified(team, case):
    team.take(case, until="certify", paid=960_00)
    assert money_of_case(case.id) == {"reserved": 200_00, "obligated": 960_00}
    team.step(case, "authorise", {"amount": eur(960_00)})
    team.step(case, "release")
    assert money_of_case(case.id) == {"reserved": 200_00, "obligated": 0, "spent": 960_00}


def test_a_vendors_invoice_is_recorded_once(team):
    case = approved_plan(team.owner, items=TWO)
    team.take(case, until="enter_invoice")
    for name in list(STEPS)[: list(STEPS).index("hand_over") + 1]:
        form = arrival((1, "10", "0"), (2, "12.5", "0")) if name == "receive" else None
        team.step(case, name, form, number=1)
    with pytest.raises(Refused) as refused:
        team.step(case, "enter_invoice", invoice(950_00), number=1)
    assert reasons(refused) == ["This invoice of the vendor has been recorded for another purchase already."]
    assert team.step(case, "enter_invoice", invoice(950_00, "F-2"), number=1).stage == "invoiced"


def test_a_handover_of_replaced_goods_is_signed_anew(team, case):
    team.take(case, until="hand_over")
    problem = {"what": "broken", "reason": "Two arches are bent."}
    act(team.by["case_worker"], purchases_of(case)[0], "dispute", problem)
    settled = {"reason": "The vendor replaces both.", "deliver_by": "2026-11-20"}
    act(team.by["procurement"], purchases_of(case)[0], "replace_goods", settled)
    team.step(case, "complete_delivery")
    purchase = team.step(case, "hand_over", {**HANDOVER, "receiver_name": "Ardit Prova", "relation": "self"})
    handover = deliveries.handover_of(purchase)
    assert (handover.receiver_name, handover.relation, handover.witness) == (
        "Ardit Prova",
        "The person",
        "Vera",
    )


def test_a_case_is_done_with_its_purchases_when_each_is_finished_or_cancelled(team, case):
    team.take(case, until="release")
    decision = rules.all_purchases_done(ctx_of(case))
    assert str(decision.reason) == "2 of 2 purchases are not finished."
    act(team.by["programme_officer"], purchases_of(case)[1], "cancel", CANCEL)
    seen = {"seen_on": "2026-11-02", "way": "visit", "goods_there": "yes", "person_benefits": "yes"}
    act(team.by["monitoring"], purchases_of(case)[0], "verify", seen)
    assert rules.all_purchases_done(ctx_of(case)).allowed
    db.session.refresh(case)
    assert case.stage == "monitoring"


def test_letters_find_plain_values(team, case):
    purchase = team.take(case, until="release")
    ctx = ctx_of(case, subject=purchase, kind="purchase")
    assert facts.purchase(ctx)["amount"] == eur(950_00)
    assert facts.purchase(ctx)["lines"][1] == {
        "number": 2,
        "description": "Film",
        "unit": "m",
        "quantity": "12.5",
        "unit_price": eur(16_00),
        "amount": eur(200_00),
        "received": "12.5",
        "refused": "0",
    }
    assert facts.delivery(ctx)["lines"][0]["description"] == "Steel arch"
    assert facts.handover(ctx)["signed_on"] == "2026-11-02"
    paid = facts.payment(ctx)
    assert (paid["iban_masked"], paid["reference"], paid["paid_on"]) == ("AL… 8741", "BKT-7", "2026-11-02")
    assert paid["certified_by"] == team.by["finance_officer"].name
    assert set(facts.payment(ctx_of(case))) == set(facts.PAYMENT)
    assert [row["title"] for row in facts.all_purchases(ctx_of(case))] == ["Greenhouse frame", "Seed"]
