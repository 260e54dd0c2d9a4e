"""Small definitions that the tests of forms share."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import lazy_gettext

from fundflow import forms
from fundflow.forms.fields import Context
from fundflow.forms.speech import said

TODAY = date(2026, 11, 22)
VALUES: dict[str, Any] = {
    "currency": "EUR",
    "ceiling_minor": 1_000_000,
    "most_jobs": 50,
    "opens_on": "2026-11-01",
}

BUDGET = {
    "id": "budget",
    "type": "rows",
    "label": {"en": "Budget"},
    "required": True,
    "max_rows": 5,
    "columns": [
        {
            "id": "heading",
            "type": "choice",
            "label": {"en": "Heading"},
            "required": True,
            "choices": [{"id": "works", "label": {"en": "Works"}}, {"id": "staff", "label": {"en": "Staff"}}],
        },
        {"id": "quantity", "type": "number", "label": {"en": "Quantity"}, "decimals": 3, "required": True},
        {"id": "unit_price", "type": "money", "label": {"en": "Unit price"}, "required": True},
        {"id": "note", "type": "text", "label": {"en": "Note"}, "required_if": "r.heading == 'staff'"},
    ],
    "computed": {"cost": {"label": {"en": "Cost"}, "value": "r.quantity * r.unit_price"}},
    "sums": {
        "total": "cost",
        "staff": {"of": "cost", "where": "r.heading == 'staff'", "label": {"en": "Staff"}},
    },
}

APPLICATION = {
    "id": "application",
    "title": {"en": "Application"},
    "sections": [
        {
            "id": "enterprise",
            "title": {"en": "Enterprise", "it": "Impresa"},
            "questions": [
                {
                    "id": "status",
                    "type": "choice",
                    "label": {"en": "Status", "it": "Stato"},
                    "help": {"en": "Where the enterprise stands today."},
                    "required": True,
                    "choices": [
                        {"id": "idea", "label": {"en": "An idea", "it": "Un'idea"}},
                        {"id": "registered", "label": {"en": "Registered", "it": "Registrata"}},
                    ],
                },
                {
                    "id": "nipt",
                    "type": "tax_number",
                    "kind": "al_nipt",
                    "label": {"en": "Tax number"},
                    "show_if": "a.status == 'registered'",
                    "required": True,
                },
                {
                    "id": "extract",
                    "type": "file",
                    "label": {"en": "Register extract"},
                    "show_if": "a.nipt != ''",
                    "accept": ["pdf"],
                },
                {"id": "jobs", "type": "number", "label": {"en": "Jobs"}, "min": 0, "max": "v.most_jobs"},
                {"id": "women", "type": "number", "label": {"en": "Of these, for women"}, "min": 0},
                {
                    "id": "why_none",
                    "type": "long_text",
                    "label": {"en": "Why no jobs?"},
                    "required_if": "a.jobs == 0",
                    "max_length": 40,
                },
            ],
            "rules": [
                {
                    "when": "a.women <= a.jobs",
                    "at": "women",
                    "says": {"en": "More than all {{ a.jobs }} jobs."},
                }
            ],
        },
        {
            "id": "money",
            "title": {"en": "Money"},
            "questions": [
                BUDGET,
                {
                    "id": "truth",
                    "type": "declaration",
                    "label": {"en": "All of this is true, up to {{ ceiling }}."},
                },
            ],
            "rules": [
                {
                    "when": "a.budget_total <= v.ceiling_minor",
                    "at": "budget",
                    "says": {"en": "{{ budget_total }} is above the ceiling of {{ ceiling }}."},
                },
                {
                    "when": "a.budget_staff * 100 <= a.budget_total * 25",
                    "at": "budget",
                    "says": {"en": "Staff may cost a quarter at most."},
                },
            ],
        },
    ],
}


def application(**changes: Any) -> forms.Form:
    """A fresh definition object."""
    return forms.Form.model_validate(APPLICATION | changes)


def field(**question: Any) -> Any:
    """The type object of one question."""
    whole = forms.Form.model_validate(
        {
            "title": {"en": "T"},
            "sections": [
                {
                    "id": "s",
                    "title": {"en": "S"},
                    "questions": [{"id": "q", "label": {"en": "Question", "it": "Domanda"}} | question],
                }
            ],
        }
    )
    return forms.of(whole.question(question.get("id", "q")))


def context(language: str = "en", **values: Any) -> Context:
    """What an answer is read with."""
    return Context(VALUES | values, TODAY, language)


def euro(minor: int) -> dict[str, Any]:
    """A stored amount."""
    return {"minor": minor, "currency": "EUR"}


def row(heading: str, quantity: str, minor: int, note: str = "") -> dict[str, Any]:
    """A stored row of the budget."""
    return {"heading": heading, "quantity": quantity, "unit_price": euro(minor), "note": note}


COMPLETE: dict[str, Any] = {
    "status": "idea",
    "jobs": "3",
    "women": "2",
    "budget": [row("works", "2.5", 199_999), row("staff", "1", 100_000, "one helper")],
    "truth": True,
}


def total_in(language):
    """The product's own word for a sum, translated when the catalogues are at hand."""
    return said(language, lazy_gettext("Total"))
