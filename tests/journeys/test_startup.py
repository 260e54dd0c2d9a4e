"""The start-up fund in a real browser: one application from the open call to the closed grant, each role signed in."""

from __future__ import annotations

import pytest

from tests.journeys import proofs
from tests.journeys.clicked import ClickedCase

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STAGES = [
    "draft", "submitted", "screening", "clarification", "screening", "eligible", "in_evaluation", "scored",
    "ranked", "recommended", "approved", "contracting", "active", "closing", "closed",
]  # fmt: skip


MOVES = {
    "submit": 1 + 2 + 3, "start_screening": 1, "ask_clarification": 1, "answer_clarification": 1, "record_checks": 1,
    "mark_eligible": 1, "start_evaluation": 1, "finish_evaluation": 1, "rank": 1, "recommend": 1, "approve": 2,
    "offer_agreement": 1, "sign_agreement": 1, "countersign_agreement": 1, "request": 3, "verify": 3, "certify": 3,
    "authorise": 3, "release": 3, "accept": 2, "record": 2, "submit_final_report": 1, "close": 1,
}  # fmt: skip
WORDS = {
    "receipt": ["Ricevuta della domanda", "SUF-2025-0001", "Elira Çela D'Angelo", "18.000,00 €"],
    "clarification": ["Richiesta di chiarimento", "Please say on which account the savings are"],
    "award": ["Il suo contributo è approvato", "18.000,00 €", "5.400,00 €", "7.200,00 €", "su 100"],
    "agreement": ["Accordo di contributo", "Elira Çela D'Angelo", "18.000,00 €"],
    "payment_voucher": ["Mandato di pagamento", "Lindita Basha", "Marco Bellini", "Edlira Toska", "IT… 5671"],
    "closing": ["Il suo contributo è concluso", "18.000,00 €", "Pagata"],
}


def test_startup(site, people, album):
    case = ClickedCase.of(people, site.office, "startup", "golden")
    case.play(case.scenes())
    assert case.stages == STAGES
    assert case.detours == []
    assert proofs.moves(case.id) == MOVES
    assert proofs.ledger(case.id) == {"available": -18_000_00, "spent": 18_000_00}
    papers = proofs.papers(people("applicant"), case.id)
    assert {letter: len(texts) for letter, texts in papers.items()} == dict.fromkeys(WORDS, 1) | {
        "payment_voucher": 3
    }
    for letter, words in WORDS.items():
        missing = [word for word in words for text in papers[letter] if word not in text]
        assert (letter, missing) == (letter, [])
    assert [("7.200,00" in text) for text in papers["payment_voucher"]] == [False, True, False]
    assert proofs.trail_holds()
    assert site.faults() == []
    assert (album.barriers, album.too_wide) == ([], [])
