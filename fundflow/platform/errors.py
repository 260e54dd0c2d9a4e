"""The five ways in which a service may say no; nothing here knows of HTTP, forms or files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class FundflowError(Exception):
    """Base of all refusals that a caller can explain to a person."""


class Invalid(FundflowError):
    """Input is wrong: a map from field name (or "" for the whole) to one clear sentence."""

    def __init__(self, errors: Mapping[str, Any]) -> None:
        super().__init__("; ".join(f"{field}: {message}" for field, message in errors.items()))
        self.errors = dict(errors)


class Forbidden(FundflowError):
    """The actor may see the thing but may not do this to it; the message says why."""


class NotFound(FundflowError):
    """There is no such thing, or the actor may not know that there is."""


class Conflict(FundflowError):
    """The thing changed since the actor looked; `current` tells what it is now."""

    def __init__(self, message: Any, current: Any = None) -> None:
        super().__init__(message)
        self.current = current


class Refused(FundflowError):
    """A rule says no: one sentence per reason, in words for the person who asked."""

    def __init__(self, reasons: Sequence[Any]) -> None:
        super().__init__(" ".join(str(reason) for reason in reasons))
        self.reasons = list(reasons)
