"""What a person may be granted in kind: a row of the programme's entitlement table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

KEYS = ("donor", "host_country", "return_type", "household_role")
DAYS = ("returned_on", "return_date")
DEPENDANTS = "dependants"
DEPENDANT_ROLE = "dependant"
TABLE = "entitlements"


def entitlement(values: Mapping[str, Any], given: Mapping[str, Mapping[str, Any]]) -> int | None:
    """Minor units in kind for a person and the dependants who share the plan, or None without a fitting row.

    A row fits when its keys are those answered in the forms of the case and it was in force on the day of
    return; `dependants` counts those for whom the row of a dependant is added.
    """
    merged: dict[str, Any] = {}
    for answers in given.values():
        merged.update({key: answers[key] for key in (*KEYS, *DAYS, DEPENDANTS) if answers.get(key)})
    own = _in_kind(values, merged)
    if own is None:
        return None
    count = int(merged.get(DEPENDANTS) or 0)
    each = _in_kind(values, {**merged, "household_role": DEPENDANT_ROLE}) if count else 0
    return own + count * (each or 0)


def _in_kind(values: Mapping[str, Any], case: Mapping[str, Any]) -> int | None:
    day = next((case[name] for name in DAYS if case.get(name)), None)
    if day is None:
        return None
    for row in values.get(TABLE, ()):
        if all(row[key] == case.get(key) for key in KEYS) and row["from"] <= day <= (row["until"] or day):
            return int(row["in_kind_minor"])
    return None
