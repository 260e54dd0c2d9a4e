"""What a page about a call sent: read field by field, each fault at its field."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from fundflow.calls.service import Terms
from fundflow.platform.errors import Invalid

LONGEST = {"title": 120, "summary": 600, "words": 2000}
MOST_CASES = 100_000
YEARS = range(2000, 2200)  # of a call, whether taken over or planned


def terms(form: Mapping[str, str], *, languages: Sequence[str], timezone: str, caseload: bool) -> Terms:
    """The terms of a call; raises Invalid with one sentence per field that cannot be read."""
    errors: dict[str, str] = {}
    title = words(form, "title", languages, errors)
    summary = words(form, "summary", languages, errors, needed=False)
    opens_at = _moment(form, "opens_at", timezone, errors)
    closes_at = None if caseload else _moment(form, "closes_at", timezone, errors)
    line_id = _line(form, errors)
    cap = _cap(form, errors) if caseload else None
    if errors or opens_at is None or line_id is None:
        raise Invalid(errors)
    return Terms(title, summary, opens_at, closes_at, line_id, cap)


def words(
    form: Mapping[str, str],
    name: str,
    languages: Sequence[str],
    errors: dict[str, str],
    *,
    needed: bool = True,
) -> dict[str, str]:
    """A text in each language of the programme; the first may be needed, the others fall back to it."""
    found = {language: form.get(f"{name}-{language}", "").strip() for language in languages}
    for language, text in found.items():
        if len(text) > LONGEST[name]:
            errors[f"{name}-{language}"] = _("Use at most %(max)d characters.", max=LONGEST[name])
    if needed and not found[languages[0]]:
        errors[f"{name}-{languages[0]}"] = _("This is needed.")
    return {language: text for language, text in found.items() if text}


def require(errors: Mapping[str, str]) -> None:
    """Raise Invalid with what was found wrong so far, if anything was."""
    if errors:
        raise Invalid(errors)


def moment(form: Mapping[str, str], name: str, timezone: str) -> datetime:
    """A local day and time; raises Invalid."""
    errors: dict[str, str] = {}
    found = _moment(form, name, timezone, errors)
    if found is None:
        raise Invalid(errors)
    return found


def _moment(form: Mapping[str, str], name: str, timezone: str, errors: dict[str, str]) -> datetime | None:
    given = form.get(name, "").strip()
    try:
        found = datetime.fromisoformat(given).replace(tzinfo=ZoneInfo(timezone))
    except ValueError:
        found = None
    if found is not None and found.year in YEARS:
        return found
    errors[name] = _("Write a day and a time, such as 2027-01-31T23:59.") if given else _("This is needed.")
    return None


def _line(form: Mapping[str, str], errors: dict[str, str]) -> uuid.UUID | None:
    try:
        return uuid.UUID(form.get("line", ""))
    except ValueError:
        errors["line"] = _("Choose a budget line.")
        return None


def _cap(form: Mapping[str, str], errors: dict[str, str]) -> int | None:
    given = form.get("cap", "").strip()
    if not given:
        return None
    if not given.isdecimal() or not 0 < int(given) <= MOST_CASES:
        errors["cap"] = _("Write a whole number of cases, or leave it empty.")
        return None
    return int(given)
