"""Why each kind of finding matters, by its code, for findings that do not say so themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from importlib.resources import files

from fundflow.platform.strict_yaml import load
from fundflow.workflow import Finding

_UNKNOWN_RULES = frozenset({"unknown_guard", "unknown_effect"})
_PYTHON = re.compile(r"[.:(]|__")
_NAMED = re.compile(r"'([^']*)'")


@lru_cache(maxsize=1)
def reasons() -> Mapping[str, str]:
    """Every code that a finding may carry, and why what it says matters."""
    source = files(__package__) / "findings.yaml"
    found: Mapping[str, str] = load(source.read_text("utf-8"), "findings.yaml")
    return found


def explained(finding: Finding) -> Finding:
    """The finding with why it matters, and with what to do about a name that means Python."""
    named = _NAMED.search(finding.message)
    if finding.code in _UNKNOWN_RULES and named and _PYTHON.search(named.group(1)):
        hint = "Name a rule of the product; a programme never names Python."
        return replace(finding, code="python_name", hint=hint, why=reasons()["python_name"])
    return finding if finding.why else replace(finding, why=reasons().get(finding.code, ""))
