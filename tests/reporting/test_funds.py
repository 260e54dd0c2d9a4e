"""Opening a budget line from the browser: what is wrong is said at its field, and nothing is half-opened."""

import pytest
from sqlalchemy import select

from fundflow.ledger import BudgetLine, Fund, balances
from fundflow.platform.db import db

NEW = {
    "fund": "", "fund_code": "EU-9", "fund_title": "Return and work", "donor": "European Union",
    "currency": "eur", "code": "L1", "title": "Tools", "amount": "12,500.50",
}  # fmt: skip


def lines():
    db.session.rollback()
    return db.session.scalars(select(BudgetLine).where(BudgetLine.title == "Tools")).all()


def test_a_line_of_a_new_fund_and_one_more_of_it(panel):
    finance = panel.browser("finance")
    finance.get("/funds/new-line")
    page = finance.post("/funds/new-line", **NEW)
    assert "The budget line L1 is open." in page.text
    [line] = lines()
    assert balances(line.id)["available"] == 12_500_50
    finance.get("/funds/new-line")
    finance.post("/funds/new-line", fund=str(line.fund_id), code="L2", title="Tools", amount="1,000")
    assert [each.code for each in sorted(lines(), key=lambda each: each.code)] == ["L1", "L2"]
    finance.get("/funds/new-line")
    twice = finance.post("/funds/new-line", fund=str(line.fund_id), code="L2", title="Tools", amount="1,000")
    assert (twice.status_code, "This fund has a line with this code." in twice.text) == (422, True)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"amount": "-5"}, "amount"),
        ({"amount": "much"}, "amount"),
        ({"currency": "XXY"}, "currency"),
        ({"code": " "}, "code"),
        ({"donor": ""}, "donor"),
        ({"fund": "nothing"}, "fund"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(panel, changed, field):
    finance = panel.browser("finance")
    finance.get("/funds/new-line")
    page = finance.post("/funds/new-line", **{**NEW, **changed})
    assert page.status_code == 422
    assert f'id="{field}-error"' in page.text
    assert lines() == []
    assert db.session.scalar(select(Fund).where(Fund.code == "EU-9")) is None


@pytest.mark.parametrize("who", ["manager", "auditor", "officer"])
def test_others_open_none(panel, who):
    assert panel.browser(who).get("/funds/new-line").status_code == 404
