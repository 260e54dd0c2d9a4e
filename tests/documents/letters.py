"""Invented letters and facts that the tests of documents share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fundflow.documents import Letter
from fundflow.documents.snapshot import freeze

AT = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)
CODE = "kJ3xQ9aZ2mVb7Lr0Ty5w"
OFFICE = {"name": "Zyra e Granteve", "address": "Rruga e Provës 2, Tiranë", "email": "zyra@office.example"}


def eur(minor: int) -> dict[str, Any]:
    return {"minor": minor, "currency": "EUR"}


AWARD = Letter.model_validate(
    {
        "title": {"sq": "Vendim për dhënien e grantit", "en": "Award decision"},
        "prefix": "SUF-AWD",
        "facts": ["applicant", "award", "tranches"],
        "copy_languages": ["en"],
        "to": {"sq": "{{ applicant.name }}\n{{ applicant.address | lines }}"},
        "body": [
            {
                "text": {
                    "sq": "E nderuara {{ applicant.name }},\n\njepet një grant prej **{{ award.amount }}**.",
                    "en": "Dear {{ applicant.name }},\n\na grant of **{{ award.amount }}** is awarded.",
                }
            },
            {"details": [{"label": {"sq": "Afati", "en": "Term"}, "value": {"sq": "{{ award.end_on }}"}}]},
            {"heading": {"sq": "Këstet", "en": "Tranches"}},
            {
                "table": "tranches",
                "columns": [
                    {"key": "number", "label": {"sq": "Kësti", "en": "Tranche"}, "type": "text"},
                    {"key": "condition", "label": {"sq": "Kushti", "en": "Condition"}},
                    {"key": "due_on", "label": {"sq": "Afati", "en": "Due"}},
                    {"key": "amount", "label": {"sq": "Shuma", "en": "Amount"}, "total": True},
                ],
            },
            {"list": "award.conditions", "item": {"sq": "{{ item }}"}},
            {"when": "award.appeal_days > 0", "text": {"sq": "Ankimi: {{ award.appeal_days }} ditë."}},
            {"when": "f.award.appeal_days == 0", "text": {"sq": "Nuk ka ankim."}},
            {"signatures": [{"sq": "Për Zyrën", "en": "For the office"}, {"sq": "Përfituesja"}]},
        ],
    }
)

AWARD_FACTS: dict[str, Any] = {
    "applicant": {"name": "Blerta Çelaj-Hoxhë", "address": "Via dell'Università 14\n20122 Milano"},
    "award": {
        "amount": eur(1_234_567),
        "end_on": "2027-11-30",
        "conditions": ["Llogari bankare më vete.", "Raport tremujor."],
        "appeal_days": 10,
    },
    "tranches": [
        {"number": 1, "condition": "Nënshkrimi", "due_on": "2026-12-10", "amount": eur(1_000_000)},
        {"number": 2, "condition": "Raporti i pranuar", "due_on": "2027-04-15", "amount": eur(234_567)},
    ],
    "undeclared": {"secret": "not for this letter"},
}

GREEK = Letter.model_validate(
    {
        "title": {"el": "Βεβαίωση παραλαβής"},
        "prefix": "SUF-RCP",
        "facts": ["case"],
        "body": [
            {"text": {"el": "Αγαπητή {{ case.name }}, λάβαμε την αίτησή σας στις {{ case.at }} (ë ç à)."}},
            {"table": "case.files", "columns": [{"key": "name", "label": {"el": "Αρχείο"}}]},
        ],
    }
)
GREEK_FACTS = {"case": {"name": "Ελένη Παπαδοπούλου", "at": "2026-11-22T15:30:00Z", "files": []}}


def one_text(text: str, *, facts: tuple[str, ...] = ("case",)) -> Letter:
    """A letter of a single English text."""
    return Letter.model_validate(
        {"title": {"en": "Test"}, "prefix": "TST", "facts": facts, "body": [{"text": {"en": text}}]}
    )


def snapshot_of(letter: Letter, facts: dict[str, Any], language: str, **more: Any) -> dict[str, Any]:
    """A frozen letter with a fixed number, moment and code."""
    return freeze(
        letter,
        facts,
        **{
            "letter_id": "test",
            "language": language,
            "number": f"{letter.prefix}-2026-0001",
            "issued_at": AT,
            "office": {**OFFICE, "programme": {"en": "Start-up Fund"}},
            "timezone": "Europe/Tirane",
            "check_url": f"https://grants.office.example/check/{CODE}",
            **more,
        },
    )
