"""Words that several pages of this room share: roles, kinds of party, accounts of the ledger, actions of the trail."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fundflow.applications.words import role_label
from fundflow.programmes.definition import PHASES
from fundflow.web.filters import words

__all__ = ["account_word", "action_word", "phase_place", "phase_word", "role_word", "role_words", "words"]

ACTIONS = {
    "move": _l("Step"),
    "read": _l("Sensitive answers read"),
    "file.read": _l("Sensitive file read"),
    "document.read": _l("Document opened"),
    "document.issued": _l("Document issued"),
    "document.rendered": _l("PDF made"),
    "document.retried": _l("Document tried again"),
    "message.retried": _l("Mail tried again"),
    "job.retried": _l("Job tried again"),
    "decision": _l("Decision recorded"),
    "payment.cleared": _l("Held payment cleared"),
    "entry.submitted": _l("Form handed in"),
    "application.started": _l("Application started"),
    "application.opened": _l("Case opened"),
    "application.given_time": _l("Time given"),
    "application.imported": _l("Case brought over"),
    "application.migrated": _l("Moved to another version"),
    "applications.exported": _l("Applications exported"),
    "audit.exported": _l("Audit trail exported"),
    "audit.verified": _l("Audit trail verified"),
    "evaluation.assigned": _l("Evaluators named"),
    "evaluation.scored": _l("Application scored"),
    "deadline.reminded": _l("Reminder sent"),
    "deadline.refused": _l("Deadline passed without effect"),
    "programme.published": _l("Programme published"),
    "programme.sent_in": _l("Programme sent in"),
    "programme.discarded": _l("Sent-in programme thrown away"),
    "call.drafted": _l("Call drafted"),
    "call.rewritten": _l("Draft of a call changed"),
    "call.opened": _l("Call opened"),
    "call.moved": _l("Step of a call"),
    "call.corrected": _l("Corrigendum"),
    "role.granted": _l("Role given"),
    "role.revoked": _l("Role taken away"),
    "user.created": _l("Account opened"),
    "user.registered": _l("Account registered"),
    "user.confirmed": _l("Address confirmed"),
    "user.signed_in": _l("Signed in"),
    "user.password_changed": _l("Password changed"),
    "user.password_reset": _l("Password reset"),
    "user.second_factor_set": _l("Second step set up"),
    "user.second_factor_removed": _l("Second step switched off"),
    "user.second_step_removed": _l("Second step removed"),
    "user.profile_changed": _l("Profile changed"),
    "user.language_set": _l("Language chosen"),
    "fund.opened": _l("Fund opened"),
    "provider.added": _l("Provider entered"),
    "provider.changed": _l("Provider changed"),
    "referral.prepared": _l("Referral prepared"),
    "referral.opened": _l("Referral opened by its link"),
    "referral.answered": _l("Referral answered by its link"),
}


def role_word(role: str) -> str:
    """What people call a role of the office or a kind of party."""
    label = role_label(role)
    return label[:1].upper() + label[1:]


def role_words(names: Iterable[str]) -> str:
    """Several roles in one phrase."""
    return ", ".join(role_word(name) for name in names)


def phase_word(phase: str) -> str:
    """What people call a part of the journey."""
    known: dict[str, Any] = {
        "applications": _("Application"),
        "screening": _("Screening"),
        "evaluation": _("Evaluation"),
        "approval": _("Approval"),
        "disbursement": _("Disbursement"),
        "followup": _("Follow-up"),
        "end": _("Ended"),
    }
    return str(known.get(phase, phase.replace("_", " ").capitalize()))


def phase_place(phase: str) -> int:
    """The place of a phase in the journey; one of a programme's own stands before the end."""
    return PHASES.index(phase) if phase in PHASES else len(PHASES) - 2


def account_word(account: str) -> str:
    """What people call an account of a budget line."""
    known: dict[str, Any] = {
        "agreement": _("Agreement"),
        "unallocated": _("Not allocated"),
        "available": _("Available"),
        "reserved": _("Reserved"),
        "obligated": _("Committed"),
        "advanced": _("Advanced"),
        "spent": _("Spent"),
    }
    return str(known.get(account, account))


def action_word(action: str) -> str:
    """What people call an action of the audit trail; the action itself where there is no word."""
    if action.startswith("ledger."):
        return str(_("Money posted"))
    return str(ACTIONS.get(action, action))
