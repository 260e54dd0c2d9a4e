"""Funds, budget lines and postings; nothing can pass what a line holds."""

from fundflow.ledger.models import BudgetLine, Entry, Fund, LineBalance, Posting
from fundflow.ledger.service import balances, fund_line, open_fund, post

__all__ = [
    "BudgetLine",
    "Entry",
    "Fund",
    "LineBalance",
    "Posting",
    "balances",
    "fund_line",
    "open_fund",
    "post",
]
