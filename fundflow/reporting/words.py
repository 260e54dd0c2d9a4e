"""Words that several pages of this room share: roles, kinds of party, accounts of the ledger, actions of the trail."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _

from fundflow.accounts import roles
from fundflow.web.filters import words

__all__ = ["account_word", "action_word", "phase_place", "phase_word", "role_word", "role_words", "words"]


def role_word(role: str) -> str:
    """What people call a role of the office or a kind of party."""
    known = roles().get(role)
    if known is not None:
        return words(known.label)
    parties: dict[str, Any] = {
        "applicant": _("Applicant"),
        "beneficiary": _("Beneficiary"),
        "guardian": _("Guardian"),
        "owner": _("Evaluator"),
        "system": _("Automatic"),
    }
    return str(parties.get(role, role.replace("_", " ").capitalize()))


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


PHASES = ("applications", "screening", "evaluation", "approval", "disbursement", "followup", "end")


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
    known: dict[str, Any] = {
        "move": _("Step"),
        "read": _("Sensitive answers read"),
        "file.read": _("Sensitive file read"),
        "document.read": _("Document opened"),
        "document.issued": _("Document issued"),
        "document.rendered": _("PDF made"),
        "document.retried": _("Document tried again"),
        "message.retried": _("Mail tried again"),
        "job.retried": _("Job tried again"),
        "decision": _("Decision recorded"),
        "payment.cleared": _("Held payment cleared"),
        "entry.submitted": _("Form handed in"),
        "application.started": _("Application started"),
        "application.opened": _("Case opened"),
        "application.given_time": _("Time given"),
        "application.imported": _("Case brought over"),
        "application.migrated": _("Moved to another version"),
        "applications.exported": _("Applications exported"),
        "audit.exported": _("Audit trail exported"),
        "audit.verified": _("Audit trail verified"),
        "evaluation.assigned": _("Evaluators named"),
        "evaluation.scored": _("Application scored"),
        "deadline.reminded": _("Reminder sent"),
        "deadline.refused": _("Deadline passed without effect"),
        "programme.published": _("Programme published"),
        "programme.sent_in": _("Programme sent in"),
        "programme.discarded": _("Sent-in programme thrown away"),
        "call.drafted": _("Call drafted"),
        "call.rewritten": _("Draft of a call changed"),
        "call.opened": _("Call opened"),
        "call.moved": _("Step of a call"),
        "call.corrected": _("Corrigendum"),
        "role.granted": _("Role given"),
        "role.revoked": _("Role taken away"),
        "user.created": _("Account opened"),
        "user.registered": _("Account registered"),
        "user.confirmed": _("Address confirmed"),
        "user.signed_in": _("Signed in"),
        "user.password_changed": _("Password changed"),
        "user.password_reset": _("Password reset"),
        "user.second_factor_set": _("Second step set up"),
        "user.second_factor_removed": _("Second step switched off"),
        "user.second_step_removed": _("Second step removed"),
        "user.profile_changed": _("Profile changed"),
        "user.language_set": _("Language chosen"),
    }
    if action.startswith("ledger."):
        return str(_("Money posted"))
    return str(known.get(action, action))
