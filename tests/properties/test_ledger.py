"""A line's money against a plain model of it: sums are zero, nothing is overdrawn, nothing posted ever changes."""

import itertools

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DBAPIError

from fundflow.audit import verify
from fundflow.ledger import Entry, LineBalance, Posting, balances, fund_line, open_fund, post
from fundflow.ledger.models import ACCOUNTS
from fundflow.platform.db import db, savepoint, transaction
from fundflow.platform.errors import Refused
from fundflow.platform.money import Money

STARTS_WITH = 1_000_00
_codes = itertools.count(1)
HELD = st.sampled_from([account for account in ACCOUNTS if account != "agreement"])


class Line(RuleBasedStateMachine):
    """Moves money about at random; `model` is what a clerk with a pencil would have written."""

    def __init__(self):
        super().__init__()
        with transaction():
            fund = open_fund(code=f"P{next(_codes)}", title="Fund", donor="Donor", currency="EUR")
            line = fund_line(actor_id=None, fund=fund, code="L", title="Line", amount_minor=STARTS_WITH)
        self.line_id = line.id
        self.model = {"agreement": -STARTS_WITH, "available": STARTS_WITH}
        self.postings = 1

    def held(self, account):
        return self.model.get(account, 0)

    @rule(source=HELD, into=HELD, minor=st.integers(1, 2 * STARTS_WITH))
    def move(self, source, into, minor):
        if source == into:
            return
        wanted = {"line_id": self.line_id, "source": source, "target": into, "amount": Money(minor, "EUR")}
        if self.held(source) < minor:
            with pytest.raises(Refused), transaction():
                post(event="moved", actor_id=None, **wanted)
            return
        with transaction():
            post(event="moved", actor_id=None, **wanted)
        self.model[source] = self.held(source) - minor
        self.model[into] = self.held(into) + minor
        self.postings += 1

    @precondition(lambda self: self.held("available"))
    @rule(into=HELD.filter(lambda account: account != "available"))
    def move_all(self, into):
        minor = self.held("available")
        with transaction():
            post(event="moved", line_id=self.line_id, source="available", target=into,
                 amount=Money(minor, "EUR"), actor_id=None)  # fmt: skip
        self.model["available"] = 0
        self.model[into] = self.held(into) + minor
        self.postings += 1

    @rule(minor=st.integers(-5, 0))
    def nothing_or_less_is_no_posting(self, minor):
        with pytest.raises(ValueError, match="cannot be posted"), transaction():
            post(event="moved", line_id=self.line_id, source="available", target="reserved",
                 amount=Money(minor, "EUR"), actor_id=None)  # fmt: skip

    @rule(currency=st.sampled_from(["ALL", "CHF"]))
    def other_money_is_no_posting(self, currency):
        with pytest.raises(ValueError, match="cannot be posted"), transaction():
            post(event="moved", line_id=self.line_id, source="available", target="reserved",
                 amount=Money(1, currency), actor_id=None)  # fmt: skip

    @rule(change=st.sampled_from(["amount", "delete", "posting", "delete posting"]))
    def what_is_posted_stays(self, change):
        ours = Entry.line_id == self.line_id
        statement = {
            "amount": update(Entry).where(ours).values(amount_minor=Entry.amount_minor + 1),
            "delete": delete(Entry).where(ours),
            "posting": update(Posting).where(Posting.line_id == self.line_id).values(event="forged"),
            "delete posting": delete(Posting).where(Posting.line_id == self.line_id),
        }[change]

        def forge():
            with savepoint():
                db.session.execute(statement.execution_options(synchronize_session=False))

        with transaction(), pytest.raises(DBAPIError):
            forge()

    @invariant()
    def agrees_with_the_model(self):
        db.session.rollback()
        found = balances(self.line_id)
        assert {account: minor for account, minor in found.items() if minor} == {
            account: minor for account, minor in self.model.items() if minor
        }

    @invariant()
    def sums_are_zero_at_every_moment(self):
        entries = select(Entry.posting_id, func.sum(Entry.amount_minor)).where(Entry.line_id == self.line_id)
        sums = [row[1] for row in db.session.execute(entries.group_by(Entry.posting_id))]
        assert sums == [0] * self.postings

    @invariant()
    def balances_are_the_sums_of_entries(self):
        entries = select(Entry.account, func.sum(Entry.amount_minor)).where(Entry.line_id == self.line_id)
        summed = {row[0]: int(row[1]) for row in db.session.execute(entries.group_by(Entry.account))}
        kept = select(LineBalance.account, LineBalance.balance_minor).where(
            LineBalance.line_id == self.line_id
        )
        assert {row[0]: row[1] for row in db.session.execute(kept) if row[0] in summed} == summed


@pytest.mark.usefixtures("session")
def test_no_sequence_of_postings_breaks_a_line():
    kept = settings(
        max_examples=25, stateful_step_count=25, deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )  # fmt: skip
    run_state_machine_as_test(Line, settings=kept)
    assert verify()[1] is None
