"""What people call those who act on a case: roles of the office, kinds of party, and the clock."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from fundflow import accounts


def role_label(name: str) -> str:
    """A role of the office or a kind of party in the reader's language; its id in plain letters for any other."""
    parties: dict[str, Any] = {
        "applicant": _("Applicant"),
        "beneficiary": _("Beneficiary"),
        "guardian": _("Guardian"),
        "owner": _("Evaluator"),
        "provider": _("Provider"),
        "system": _("Automatic"),
    }
    return str(parties[name]) if name in parties else accounts.role_label(name)
