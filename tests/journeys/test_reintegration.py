"""The reintegration grant in a real browser: a minor's greenhouse from the referral to the closed case."""

from __future__ import annotations

import pytest

from tests.journeys import proofs
from tests.journeys.clicked import ClickedCase

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_reintegration(site, people, album):
    case = ClickedCase.of(people, site.office, "reintegration", "greenhouse")
    case.play(case.scenes())
    print(case.stages, case.detours)
    p = proofs.papers(people("case_worker"), case.id)
    for k, v in p.items():
        print(k, len(v), [len(x) for x in v], v[0][:1000])
    print(proofs.ledger(case.id), proofs.moves(case.id), proofs.trail_holds())
    assert 0
