"""Whether the consent of a case covers a provider; the programme says which answers cover which kind."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from fundflow import forms
from fundflow.applications.models import Application
from fundflow.applications.queries import answers, latest_entry
from fundflow.programmes import Definition
from fundflow.referrals.models import Provider
from fundflow.workflow import Condition

SCOPE: dict[str, Any] = {"a": None, "v": None}


def covers(case: Application, definition: Definition, provider: Provider) -> bool:
    """By the form handed in last, so that a consent taken back counts at once; unnamed kinds are never covered."""
    law = definition.programme.referrals
    text = law.consent.covers.get(provider.kind) if law else None
    if law is None or text is None:
        return False
    given = answers(latest_entry(case.id, law.consent.form, submitted=True))
    read = forms.cel_answers(definition.forms[law.consent.form], given, values=definition.values)
    return bool(given) and _condition(text).holds({"a": read, "v": definition.values}, unanswered=False)


@lru_cache(maxsize=64)
def _condition(text: str) -> Condition:
    return Condition(text, SCOPE)
