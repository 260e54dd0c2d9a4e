"""Verbs of deciding, called by the room's effects inside the transaction of a move."""

from fundflow.approval.service.appeals import KIND, Term, end_appeal, open_appeal, term_of
from fundflow.approval.service.decisions import (
    RECOMMENDED,
    amount_of_form,
    amount_to_reserve,
    countersign,
    create_award,
    issue_letter,
    money_of,
    offer_agreement,
    post_for_case,
    record_decision,
    release,
    sign,
)

__all__ = [
    "KIND", "RECOMMENDED", "Term", "amount_of_form", "amount_to_reserve", "countersign", "create_award", "end_appeal",
    "issue_letter", "money_of", "offer_agreement", "open_appeal", "post_for_case", "record_decision", "release",
    "sign", "term_of",
]  # fmt: skip
