"""What a person may be granted in kind: a row of the programme's entitlement table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

KEYS = ("donor", "host_country", "return_type", "household_role")
DAY = "returned_on"
DEPENDANTS = "dependants"
DEPENDANT_ROLE = "dependant"
TABLE = "entitlements"


def entitlement(values: Mapping[str, Any], given: Mapping[str, Mapping[str, Any]]) -> int | None:
    """Minor units in kind for a person and the dependants who share the plan, or None without a fitting row.

    A row fits when its keys are those answered in one form of the case and it was in force on the day of
    return; `dependants` counts those for whom the row of a dependant is added.
    """
    for answers in given.values():
        own = _in_kind(values, answers)
        if own is not None:
            count = int(answers.get(DEPENDANTS) or 0)
            each = _in_kind(values, {**answers, "household_role": DEPENDANT_ROLE}) if count else 0
            return own + count * (each or 0)
    return None


def _in_kind(values: Mapping[str, Any], answers: Mapping[str, Any]) -> int | None:
    day = answers.get(DAY)
    if not day or not all(answers.get(key) for key in KEYS):
        return None
    for row in values.get(TABLE, ()):
        if all(row[key] == answers[key] for key in KEYS) and row["from"] <= day <= (row["until"] or day):
            return int(row["in_kind_minor"])
    return None
