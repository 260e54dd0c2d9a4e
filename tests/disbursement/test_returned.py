"""In every programme the bank may send a payment back: it is void, its reason is kept, and the case can go on."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from fundflow.accounts import SYSTEM
from fundflow.applications.service.hooks import begin_stage
from fundflow.applications.service.move import move
from fundflow.disbursement.models import Payment, Purchase, Tranche
from fundflow.platform import clock
from fundflow.platform.db import db, transaction
from fundflow.platform.errors import Forbidden
from fundflow.platform.ids import new_id
from fundflow.programmes import definition_of
from fundflow.workflow.models import write_stage
from tests.disbursement.office import IBAN, call_of, case_in, person

pytestmark = pytest.mark.usefixtures("session")
SENT_BACK = {"code": "ac04", "reason": "The account was closed in spring."}
PROGRAMMES = {
    "fellowship": ("tranche", "returned"),
    "micro_grant": ("tranche", "returned"),
    "open_grant": ("tranche", "returned"),
    "reintegration_grant": ("purchase", "handed_over"),
    "startup_fund": ("tranche", "failed"),
}


def authorised(slug: str, kind: str):
    """A part of a case whose payment waits for its release."""
    owner, certifier, authoriser = person(), person("finance_officer"), person("finance_approver")
    call = call_of(slug)
    with transaction():
        case = case_in(db.session.merge(call), "approved", owner=owner, kind="applicant")
        common = {"id": new_id(), "application_id": case.id, "number": 1, "currency": case.currency}
        if kind == "tranche":
            row = Tranche(**common, title={"en": "Part"}, share=100, amount_minor=10_000)
        else:
            row = Purchase(**common, title="An oven", kind="goods", budget_minor=10_000)
        begin_stage(actor=SYSTEM, case=case, kind=kind, subject=row)
        write_stage(row, "authorised")
        db.session.add(row)
        db.session.flush()
        payment = Payment(
            id=new_id(), application_id=case.id, amount_minor=10_000, currency=case.currency, payee_name="Ana",
            payee_iban=IBAN, end_to_end_id=f"{case.reference}-1", certified_by=certifier.user_id,
            certified_at=clock.now(), authorised_by=authoriser.user_id, authorised_at=clock.now(),
        )  # fmt: skip
        setattr(payment, f"{kind}_id", row.id)
        db.session.add(payment)
    return case, row


@pytest.mark.parametrize("slug", PROGRAMMES)
def test_what_the_bank_sends_back_is_void_and_can_be_paid_anew(slug):
    kind, stage = PROGRAMMES[slug]
    case, row = authorised(slug, kind)
    finance, bank = person("finance_officer"), person("bank_signatory")
    with pytest.raises(Forbidden), transaction():
        move(actor=finance, subject_id=row.id, kind=kind, move="fail", form=SENT_BACK)
    with transaction():
        move(actor=bank, subject_id=row.id, kind=kind, move="fail", form=SENT_BACK)
    payment = db.session.scalars(select(Payment).where(Payment.application_id == case.id)).one()
    assert (payment.return_code, payment.return_note) == ("AC04", SENT_BACK["reason"])
    assert payment.cancelled_at is not None
    assert row.stage == stage
    waiting = definition_of(case.version_id).machines[kind].leaving(row.stage)
    assert {each.move.tone for each in waiting} >= {"primary"}
