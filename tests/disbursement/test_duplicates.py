"""A payment that may be a second one is held until finance says why it is right; a returned one keeps the reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from fundflow.audit import AuditEvent
from fundflow.disbursement.models import Payment, PaymentClearance
from fundflow.disbursement.queries import parts, work
from fundflow.disbursement.service import duplicates, payments
from fundflow.people import Person
from fundflow.platform import clock
from fundflow.platform.db import db, transaction
from fundflow.platform.errors import Forbidden, Invalid, NotFound, Refused
from tests.disbursement import office
from tests.disbursement.office import act, active_grant, eur, step, tranches_of
from tests.disbursement.test_tranches import Team

pytestmark = pytest.mark.usefixtures("session")
WHY = "A second project of the same enterprise, agreed with the donor."


@pytest.fixture
def team():
    with clock.at(office.MONDAY):
        yield Team()


def first_part(team, name="Ana Prova"):
    """The first tranche of a new grant, verified, to the account that all grants of these tests name."""
    case = active_grant(team.by["request"], amount=10_000_00)
    with transaction():
        db.session.execute(update(Person).where(Person.full_name == "Ana Prova").values(full_name=name))
    tranche = tranches_of(case)[0]
    team.take(tranche, until="verify")
    return tranche


def paid(team, tranche):
    for name in ("certify", "authorise", "release"):
        act(team.by[name], tranche, name, step(name, tranche))


def clear(who, tranche, reason=WHY):
    here, payment = parts.part_of_payment(who, payments.live(tranche).id)
    with transaction():
        duplicates.clear(
            actor=who, payment=payment, case=here.case, definition=here.definition, reason=reason
        )


def test_the_same_account_in_another_case_holds_the_payment(team):
    before, later = first_part(team, "Somebody Else"), first_part(team)
    paid(team, before)
    with pytest.raises(Refused, match="This payment is held") as held:
        act(team.by["certify"], later, "certify", step("certify", later))
    assert db.session.get(type(before), before.id).stage == "paid"
    assert payments.live(later).certified_at is None
    assert "TST-2026-" in str(held.value.reasons[0])


def marked(who):
    """The tranches that the list of open payments marks as held, in two statements for all of them."""
    rows = db.session.execute(work.payments(who, "open")).all()
    return {line.id for line in (work.line(row, work.held(rows)) for row in rows) if line.held}


@pytest.mark.parametrize("another", ["account", "person"])
def test_the_list_of_payments_marks_what_is_held_until_it_is_cleared(team, another):
    before, later = (
        first_part(team, "Somebody Else" if another == "account" else "Ana Prova"),
        first_part(team),
    )
    with transaction():
        if another == "person":
            payments.live(later).payee_iban = "IT60X0542811101000000123456"
    assert marked(team.by["certify"]) == set()
    paid(team, before)
    assert marked(team.by["certify"]) == {later.id}
    clear(team.by["certify"], later)
    assert marked(team.by["certify"]) == set()


def test_finance_says_why_and_the_payment_goes_on(team):
    before, later = first_part(team), first_part(team)
    paid(team, before)
    with pytest.raises(Invalid):
        clear(team.by["certify"], later, "because")
    with pytest.raises(NotFound):
        clear(team.by["verify"], later)
    clear(team.by["certify"], later)
    paid(team, later)
    kept = db.session.scalars(select(PaymentClearance)).all()
    assert [(row.reason, row.cleared_by) for row in kept] == [(WHY, team.by["certify"].user_id)]
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "payment.cleared")).one()
    assert event.data["others"] == list(kept[0].payments)
    with pytest.raises(Refused, match="Nothing holds"):
        clear(team.by["certify"], later)


def test_a_third_payment_after_the_clearance_is_looked_at_anew(team):
    first, second, third = first_part(team), first_part(team), first_part(team)
    paid(team, first)
    clear(team.by["certify"], second)
    act(team.by["certify"], second, "certify", step("certify", second))
    with pytest.raises(Refused, match="is held"):
        act(team.by["certify"], third, "certify", step("certify", third))
    act(team.by["authorise"], second, "authorise", step("authorise", second))


def test_what_was_paid_before_the_programmes_period_holds_nothing(team):
    before = first_part(team)
    paid(team, before)
    with clock.at(office.MONDAY + timedelta(days=366 * 2)):
        later = first_part(team)
        act(team.by["certify"], later, "certify", step("certify", later))
    assert payments.live(later).certified_at is not None


def test_the_same_person_with_another_account_is_held_too(team):
    before, later = first_part(team), first_part(team)
    paid(team, before)
    with transaction():
        payments.live(later).payee_iban = "IT60X0542811101000000123456"
    with pytest.raises(Refused, match="is held"):
        act(team.by["certify"], later, "certify", step("certify", later))


def test_spaces_and_small_letters_are_the_same_account():
    assert duplicates.normalised("al47 2121 1009 0000 0002 3569 8741") == office.IBAN


def test_a_programme_without_the_rule_holds_nothing(team):
    before, later = first_part(team), first_part(team)
    paid(team, before)
    here, payment = parts.part_of_payment(team.by["certify"], payments.live(later).id)
    assert len(duplicates.twins(payment, here.case, here.definition)) == 1
    bare = here.definition.programme.model_copy(update={"duplicate_payments": None})
    assert duplicates.twins(payment, here.case, replace(here.definition, programme=bare)) == []


def test_a_payment_that_the_bank_sends_back_keeps_its_reason(team):
    tranche = first_part(team)
    act(team.by["certify"], tranche, "certify", step("certify", tranche))
    act(team.by["authorise"], tranche, "authorise", step("authorise", tranche))
    form = {"code": "ac04", "reason": "The account was closed in spring."}
    with pytest.raises(Forbidden):
        act(team.by["certify"], tranche, "fail", form)
    act(team.by["release"], tranche, "fail", form)
    row = db.session.scalars(select(Payment).where(Payment.tranche_id == tranche.id)).one()
    assert (row.return_code, row.return_note) == ("AC04", "The account was closed in spring.")
    assert row.cancelled_at is not None
    assert eur(row.amount_minor) == eur(tranche.amount_minor)
