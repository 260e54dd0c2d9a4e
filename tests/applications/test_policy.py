"""Who may read a section of a form."""

from __future__ import annotations

import uuid

import pytest

from fundflow.applications.policy import CaseActor, may_read_section
from fundflow.forms import Section

QUESTION = {"id": "iban", "type": "text", "label": {"en": "IBAN"}}


def section(*read_by: str) -> Section:
    return Section.model_validate(
        {
            "id": "account",
            "title": {"en": "Account"},
            "sensitive": True,
            "read_by": read_by,
            "questions": [QUESTION],
        }
    )


def somebody(*roles: str, is_system: bool = False) -> CaseActor:
    return CaseActor(uuid.uuid4(), "Somebody", "en", frozenset(roles), is_system)


@pytest.mark.parametrize(
    ("read_by", "who", "fills", "allowed"),
    [
        ((), somebody("monitoring"), False, True),
        (("finance_officer",), somebody("monitoring"), False, False),
        (("finance_officer",), somebody("monitoring", "finance_officer"), False, True),
        (("finance_officer",), somebody("applicant"), False, False),
        (("finance_officer",), somebody("applicant"), True, True),
        (("finance_officer",), somebody(is_system=True), False, True),
    ],
)
def test_read_by_narrows_a_section_but_never_for_whoever_fills_it(read_by, who, fills, allowed):
    assert may_read_section(section(*read_by), who, fills=fills) is allowed
