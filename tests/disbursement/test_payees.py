"""Into which account a grantee is paid: that of a form which the case's own people fill in, however it is asked."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from fundflow.disbursement.service.payees import payee
from fundflow.platform.db import db, transaction
from fundflow.programmes import folders, read_folder
from fundflow.programmes.loading import compile_definition
from tests.disbursement.office import IBAN, call_of, case_in, ctx_of, filled, person

pytestmark = pytest.mark.usefixtures("session")
MACHINE, BANK = "machines/application.yaml", "forms/bank_details.yaml"


def asked_with(form: str):
    """The start-up fund, its bank details no longer filled in by themselves, but asked instead of another form."""
    files = read_folder(folders()["startup_fund"])
    bare = re.sub(r"^fill:.*\n", "", files[BANK], flags=re.MULTILINE)
    assert bare != files[BANK]
    machine = files[MACHINE].replace(f"form: {form}\n", "form: bank_details\n", 1)
    assert machine != files[MACHINE]
    return compile_definition({**files, BANK: bare, MACHINE: machine})


@pytest.mark.parametrize(("form", "account"), [("agreement_signature", IBAN), ("countersignature", "")])
def test_an_account_counts_that_is_asked_with_a_step_of_the_applicant(form, account):
    call, owner = call_of("startup_fund"), person()
    with transaction():
        case = case_in(db.session.merge(call), "approved", owner=owner, kind="applicant")
        filled(case, "bank_details", {"holder": "Ana Prova", "iban": IBAN})
    ctx = ctx_of(case)
    assert payee(ctx).iban == IBAN
    assert payee(replace(ctx, definition=asked_with(form))).iban == account
