"""What a person may be granted in kind: a row of the programme's entitlement table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

KEYS = ("donor", "host_country", "return_type", "household_role")
TABLE = "entitlements"


def entitlement(values: Mapping[str, Any], given: Mapping[str, Mapping[str, Any]]) -> int | None:
    """Minor units in kind of the row that fits the answers and was in force on the day of return, or None.

    The keys are looked for in the forms of the case, in the order in which they were filled.
    """
    merged: dict[str, Any] = {}
    for answers in given.values():
        merged.update({key: answers[key] for key in (*KEYS, "returned_on", "return_date") if answers.get(key)})
    day = merged.get("returned_on") or merged.get("return_date")
    if day is None:
        return None
    for row in values.get(TABLE, ()):
        if all(row[key] == merged.get(key) for key in KEYS) and row["from"] <= day <= (row["until"] or day):
            return int(row["in_kind_minor"])
    return None
