"""The reintegration grant in a real browser: a minor's greenhouse from the referral to the closed case."""

from __future__ import annotations

import pytest

from tests.journeys import proofs
from tests.journeys.clicked import ClickedCase

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STAGES = [
    "referred", "registered", "eligible", "assessment", "plan_draft", "plan_review", "plan_approved",
    "implementing", "monitoring", "closed",
]  # fmt: skip
ONCE = (
    "take_in", "register", "propose_eligibility", "confirm_eligible", "start_assessment", "start_plan", "submit_plan",
    "approve_plan", "start_implementing", "request", "ask_for_quotes", "record_quotes", "choose_vendor", "order",
    "complete_delivery", "hand_over", "enter_invoice", "match", "certify", "authorise", "release", "verify",
    "start_monitoring", "come_of_age", "own_consent", "record_survey", "close",
)  # fmt: skip
WORDS = {
    "consent_copy": ["Kopje e pëlqimit tuaj", "RIA-2025-0001"],
    "eligibility_notice": ["Ju mund ta merrni këtë ndihmë", "2 000,00 €"],
    "plan": ["Plani individual i riintegrimit", "Greenhouse and first seeds", "1 882,00 €"],
    "plan_approval": ["Plani juaj u miratua", "1 882,00 €"],
    "purchase_order": ["Porosi blerjeje", "Agro Elbasan", "Galvanised tubes, 6 m"],
    "goods_received": ["Fletë e marrjes në dorëzim", "Agro Elbasan"],
    "handover_certificate": ["Certifikatë dorëzimi", "Ferma Sala", "Fatmir Sala"],
    "payment_voucher": ["Mandat pagese", "AE-2210", "Agro Elbasan", "1 882,00 €"],
    "closing": ["Shkresë përmbyllëse", "1 882,00 €"],
}


def test_reintegration(site, people, album):
    case = ClickedCase.of(people, site.office, "reintegration", "greenhouse")
    case.instead = {"hand_over": "guardian"}
    case.play(case.scenes())
    assert case.stages == STAGES
    assert case.detours == []
    assert proofs.moves(case.id) == dict.fromkeys(ONCE, 1) | {"receive": 2, "record": 3}
    assert proofs.ledger(case.id) == {"available": -1_882_00, "spent": 1_882_00}
    papers = proofs.papers(people("case_worker"), case.id)
    assert {letter: len(texts) for letter, texts in papers.items()} == dict.fromkeys(WORDS, 1) | {
        "goods_received": 2, "consent_copy": 2
    }  # fmt: skip
    for letter, words in WORDS.items():
        missing = [word for word in words for text in papers[letter] if word not in text]
        assert (letter, missing) == (letter, [])
    # The guardian consented for the child; she did so herself when she was of age.
    assert ["kujdestari, Fatmir Sala" in text for text in papers["consent_copy"]] == [True, False]
    # The child's name stands in none of the papers that leave the house while she is one.
    named = [letter for letter, texts in papers.items() for text in texts if "Blerta" in text]
    assert sorted(named) == ["closing", "consent_copy"]
    assert proofs.trail_holds()
    assert site.faults() == []
    assert (album.barriers, album.too_wide) == ([], [])
