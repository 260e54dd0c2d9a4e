"""Tranches and their payments: exact sums, three persons, order, suspension, and nothing paid twice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from fundflow.accounts import SYSTEM, grant_role, load_actor
from fundflow.applications.service.move import moves_of
from fundflow.approval.queries import money_of_case
from fundflow.disbursement.models import Payment
from fundflow.disbursement.service import payments, tranches
from fundflow.disbursement.service.openings import register_opening
from fundflow.ledger import balances
from fundflow.platform import clock
from fundflow.platform.db import db, transaction
from fundflow.platform.errors import Conflict, Forbidden, Invalid, Refused
from fundflow.platform.money import split
from tests.disbursement import office
from tests.disbursement.office import IBAN, act, active_grant, ctx_of, eur, person, step, tranches_of

pytestmark = pytest.mark.usefixtures("session")
STEPS = ("request", "verify", "certify", "authorise", "release")


class Team:
    """One person for each step of a payment."""

    def __init__(self) -> None:
        self.by = {
            "request": person(name="Ana Prova"),
            "verify": person("programme_officer"),
            "certify": person("finance_officer", name="Certa Fier"),
            "authorise": person("finance_approver", name="Auta Fier"),
            "release": person("bank_signatory", name="Rela Fier"),
        }

    def take(self, tranche, *, until: str) -> None:
        """All steps up to and with one."""
        for name in STEPS[: STEPS.index(until) + 1]:
            act(self.by[name], tranche, name, step(name, tranche))


@pytest.fixture
def team():
    with clock.at(office.MONDAY):
        yield Team()


@pytest.fixture
def case(team):
    return active_grant(team.by["request"], amount=10_000_01)


def on(case, tranche, *, actor, **form):
    """What a rule sees when a tranche moves."""
    return ctx_of(case, subject=tranche, kind="tranche", form=form, actor=actor)


def reasons(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [str(reason) for reason in refused.value.reasons]


def test_the_parts_of_an_award_sum_to_it_and_the_remainder_lands_by_largest_remainder(case):
    assert [row.amount_minor for row in tranches_of(case)] == [3_000_00, 4_000_01, 3_000_00]
    assert [row.stage for row in tranches_of(case)] == ["planned"] * 3
    assert tranches_of(case)[0].waits_for == ["applicant"]


def test_planning_again_changes_nothing(case):
    with transaction():
        tranches.plan(ctx_of(case), tranches.of_programme(ctx_of(case)))
    assert [row.number for row in tranches_of(case)] == [1, 2, 3]


@given(minor=st.integers(0, 10**12), shares=st.lists(st.integers(1, 100), min_size=1, max_size=12))
def test_any_amount_splits_without_loss_and_nobody_is_off_by_a_cent(minor, shares):
    parts = split(minor, shares)
    assert sum(parts) == minor
    assert all(
        0 <= part * sum(shares) - minor * share + sum(shares) <= 2 * sum(shares)
        for part, share in zip(parts, shares, strict=True)
    )


def test_a_tranche_is_paid_by_three_persons_and_its_money_is_spent(team, case):
    first = tranches_of(case)[0]
    team.take(first, until="release")
    payment = db.session.scalar(select(Payment).where(Payment.tranche_id == first.id))
    assert tranches_of(case)[0].stage == "paid"
    assert (payment.amount_minor, payment.payee_name, payment.payee_iban) == (3_000_00, "Ana Prova", IBAN)
    assert payment.end_to_end_id == f"{case.reference}-T1"
    assert [payment.certified_by, payment.authorised_by, payment.released_by] == [
        team.by[name].user_id for name in ("certify", "authorise", "release")
    ]
    assert (payment.voucher, payment.bank_reference) == ("V-1", "BKT-0001")
    assert payment.paid_on == office.MONDAY.date()
    assert money_of_case(case.id) == {"reserved": 0, "obligated": 7_000_01, "spent": 3_000_00}


def test_who_holds_every_role_is_refused_at_the_second_step(case, team):
    everybody = person("programme_officer", "finance_officer", "finance_approver", "bank_signatory")
    first = tranches_of(case)[0]
    team.take(first, until="verify")
    act(everybody, first, "certify", step("certify", first))
    with pytest.raises(Forbidden, match="another person takes this step"):
        act(everybody, first, "authorise", step("authorise", first))
    act(team.by["authorise"], first, "authorise", step("authorise", first))
    for barred in (everybody, person("bank_signatory")):
        if barred is everybody:
            with pytest.raises(Forbidden):
                act(barred, first, "release", step("release", first))
        else:
            act(barred, first, "release", step("release", first))
    assert tranches_of(case)[0].stage == "paid"


def test_the_database_itself_refuses_the_same_person_twice(team, case):
    first = tranches_of(case)[0]
    team.take(first, until="certify")
    one = team.by["certify"].user_id
    with pytest.raises(IntegrityError, match="authoriser_not_certifier"), transaction():
        db.session.execute(update(Payment).values(authorised_by=one))
    with pytest.raises(IntegrityError, match="three_steps"), transaction():
        db.session.execute(update(Payment).values(released_at=clock.now()))
    act(team.by["authorise"], first, "authorise", step("authorise", first))
    for again in (one, team.by["authorise"].user_id):
        with pytest.raises(IntegrityError, match="releaser_is_third"), transaction():
            db.session.execute(update(Payment).values(released_by=again, released_at=clock.now()))


def test_a_refusal_of_the_database_is_told_in_words(team, case):
    """The rule of duties stands before it; the service alone still cannot break the constraint."""
    first = tranches_of(case)[0]
    team.take(first, until="certify")
    with pytest.raises(Refused) as refused, transaction():
        payments.authorise(on(case, first, actor=team.by["certify"], amount=eur(first.amount_minor)))
    assert reasons(refused) == ["Who certified a payment cannot authorise it too."]


def test_another_amount_typed_again_is_refused_with_a_sentence(team, case):
    first = tranches_of(case)[0]
    team.take(first, until="certify")
    with pytest.raises(Refused) as refused:
        act(team.by["authorise"], first, "authorise", {"amount": eur(3_000_01)})
    assert reasons(refused) == ["The amount you typed is not the amount of this payment."]
    assert tranches_of(case)[0].stage == "certified"
    with pytest.raises(Refused) as refused, transaction():
        payments.authorise(on(case, first, actor=team.by["authorise"], amount=eur(3_000_01)))
    assert reasons(refused) == ["The amount you typed is not that of this payment, which is €3,000.00."]


def test_a_second_release_pays_nothing(team, case):
    first = tranches_of(case)[0]
    team.take(first, until="release")
    with pytest.raises(Conflict):
        act(team.by["release"], first, "release", step("release", first))
    for again in (payments.release, payments.open_payment):
        with pytest.raises(Refused) as refused, transaction():
            again(on(case, first, actor=team.by["release"]))
        assert reasons(refused) == ["This has been paid already."]
    assert money_of_case(case.id)["spent"] == 3_000_00


def test_a_stale_page_is_told_so(team, case):
    first = tranches_of(case)[0]
    seen = first.row_version
    act(team.by["request"], first, "request", step("request", first), seen_version=seen)
    with pytest.raises(Conflict):
        act(team.by["verify"], first, "verify", step("verify", first), seen_version=seen)


def test_the_parts_are_paid_in_their_order_and_when_their_conditions_hold(team, case):
    first, second, _third = tranches_of(case)
    with pytest.raises(Refused) as refused:
        act(team.by["request"], second, "request", step("request", second))
    assert reasons(refused) == ["“first_report” has not been accepted yet.", "Part 1 has to be paid first."]
    team.take(first, until="release")
    with pytest.raises(Refused) as refused:
        act(team.by["request"], second, "request", step("request", second))
    assert reasons(refused) == ["“first_report” has not been accepted yet."]


def test_an_opening_is_registered_once():
    with pytest.raises(ValueError, match="registered twice"):
        register_opening("agreement_signed", lambda _ctx, _value: None)


def test_a_suspended_case_pays_nothing_until_it_goes_on(team, case):
    first = tranches_of(case)[0]
    team.take(first, until="authorise")
    seen = tranches_of(case)[0].row_version
    with transaction():
        tranches.block(ctx_of(case), blocked=True)
    assert [row.blocked for row in tranches_of(case)] == [True] * 3
    with pytest.raises(Refused) as refused:
        act(team.by["release"], first, "release", step("release", first))
    assert reasons(refused) == ["Payments of this case are suspended."]
    with pytest.raises(Conflict):
        act(team.by["release"], first, "release", step("release", first), seen_version=seen)
    with transaction():
        tranches.block(ctx_of(case), blocked=False)
    act(team.by["release"], first, "release", step("release", first))
    assert tranches_of(case)[0].stage == "paid"


def test_a_returned_request_voids_its_payment_and_the_next_one_has_a_new_name(team, case):
    first = tranches_of(case)[0]
    team.take(first, until="certify")
    act(team.by["certify"], first, "return_request", {"reason": "The invoice is missing."})
    assert payments.live(first) is None
    team.take(first, until="release")
    names = db.session.scalars(select(Payment.end_to_end_id).order_by(Payment.id)).all()
    assert names == [f"{case.reference}-T1", f"{case.reference}-T1-2"]
    assert money_of_case(case.id)["spent"] == 3_000_00


def test_a_payment_that_the_bank_refused_is_void_and_can_be_asked_for_again(team, case):
    first = tranches_of(case)[0]
    team.take(first, until="authorise")
    act(team.by["release"], first, "fail", {"code": "ac01", "reason": "The account number is wrong."})
    assert tranches_of(case)[0].stage == "failed"
    assert payments.live(first) is None
    act(team.by["request"], first, "retry", {"corrected": True})
    assert tranches_of(case)[0].stage == "requested"


def test_no_account_no_certification(team):
    case = active_grant(team.by["request"])
    first = tranches_of(case)[0]
    team.take(first, until="verify")
    with transaction():
        payments.live(first).payee_iban = ""
    with pytest.raises(Refused) as refused:
        act(team.by["certify"], first, "certify", step("certify", first))
    assert reasons(refused) == ["The bank account of Ana Prova is not recorded."]


def test_a_case_cannot_spend_what_another_case_has_committed(team):
    call = office.call_of("startup_fund")
    rich = active_grant(team.by["request"], amount=9_000_00, call=call)
    poor = active_grant(person(name="Bea"), amount=9_000_00, call=call)
    with transaction():
        office.put(poor, 9_000_00, "obligated", "available")
    first = tranches_of(poor)[0]
    assert balances(call.line_id)["obligated"] == 9_000_00
    ctx = on(poor, first, actor=team.by["release"])
    with transaction():
        payment = payments.open_payment(ctx)
        payment.certified_by, payment.certified_at = team.by["certify"].user_id, clock.now()
        payment.authorised_by, payment.authorised_at = team.by["authorise"].user_id, clock.now()
    with pytest.raises(Refused) as refused, transaction():
        payments.release(ctx)
    assert reasons(refused) == ["This case has €0.00 committed; €2,700.00 are needed."]
    assert money_of_case(rich.id)["obligated"] == 9_000_00


def test_the_form_is_asked_for_before_anything_happens(team, case):
    first = tranches_of(case)[0]
    team.take(first, until="verify")
    with pytest.raises(Invalid):
        act(team.by["certify"], first, "certify", {"voucher": ""})
    assert tranches_of(case)[0].stage == "verified"


def test_who_may_not_act_is_told_why(team, case):
    team.take(tranches_of(case)[0], until="certify")
    first = tranches_of(case)[0]
    offered = {state.name for state in moves_of(team.by["certify"], case, first, "tranche")}
    assert offered == {"return_request"}
    with transaction():
        grant_role(SYSTEM, user_id=team.by["certify"].user_id, role="finance_approver")
    both = load_actor(team.by["certify"].user_id)
    states = {state.name: state for state in moves_of(both, case, first, "tranche")}
    assert not states["authorise"].allowed
    assert "another person takes this step" in str(states["authorise"].reasons[0])
    states = {state.name: state for state in moves_of(team.by["authorise"], case, first, "tranche")}
    assert states["authorise"].allowed
