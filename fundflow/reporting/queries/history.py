"""The history of a case in plain words: moves by their labels, papers, answers, with who and why."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import select

from fundflow.accounts import RoleGrant, names_of
from fundflow.applications.policy import letters_to_parties
from fundflow.applications.subjects import CASE, subject_kind
from fundflow.approval.models import Decision
from fundflow.audit import AuditEvent
from fundflow.platform.db import db
from fundflow.programmes import ACTS_AS, Definition
from fundflow.reporting.queries.casefile import CaseFile, decisions
from fundflow.reporting.words import role_word, words
from fundflow.workflow import Move

SHOWN = 300
TITLED = {"visit", "report"}  # their titles say what they are
UNNAMED = {"review"}  # their moves name no part
HIDDEN_KINDS = {
    "review",
    "referral",
}  # what evaluators do, and where somebody was sent, is for the office alone


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the timeline, ready for its macro."""

    at: datetime
    title: str
    who: str
    text: str
    tone: str


def timeline(file: CaseFile) -> list[Moment]:
    """What happened to the case, newest first; three queries, and for parties without names of the office."""
    events = db.session.scalars(
        select(AuditEvent)
        .where(AuditEvent.application_id == file.case.id)
        .order_by(AuditEvent.seq.desc())
        .limit(SHOWN)
    ).all()
    people = {event.actor_id for event in events if event.actor_id}
    by_id = {str(row.id): row for row in decisions(file)}
    if file.reader.inside:
        return [moment for moment in _inside(file, events, names_of(people), by_id) if moment]
    return [moment for moment in _outside(file, events, _roles_of(people), by_id) if moment]


def _roles_of(people: Iterable[uuid.UUID]) -> dict[uuid.UUID, set[str]]:
    found: dict[uuid.UUID, set[str]] = {}
    rows = db.session.execute(select(RoleGrant.user_id, RoleGrant.role).where(RoleGrant.user_id.in_(people)))
    for user_id, role in rows:
        found.setdefault(user_id, set()).add(role)
    return found


def _inside(
    file: CaseFile,
    events: Sequence[AuditEvent],
    names: Mapping[uuid.UUID, str],
    by_id: Mapping[str, Decision],
) -> Iterable[Moment | None]:
    reasons = _reasons(events, by_id)
    parts = _parts(events)
    for event in events:
        told = _tell(file.definition, event, parts)
        if told is None:
            continue
        title, tone = told
        who = names.get(event.actor_id, "") if event.actor_id else _nobody(file, event)
        yield Moment(event.at, title, _on_paper(event, who), reasons.get(event.seq, ""), tone)


def _nobody(file: CaseFile, event: AuditEvent) -> str:
    """Who acted without an account: the provider of a referral by the link, else the clock."""
    move = _move_of(file.definition, event)
    by_link = event.action == "referral.opened" or (move is not None and ACTS_AS in move.by)
    return str(role_word(ACTS_AS) if by_link else _("Automatic"))


def _outside(
    file: CaseFile,
    events: Sequence[AuditEvent],
    roles: Mapping[uuid.UUID, set[str]],
    by_id: Mapping[str, Decision],
) -> Iterable[Moment | None]:
    reasons = _reasons(events, by_id)
    theirs = letters_to_parties(file.definition)
    named = _parts(events)
    parties = {party.user_id: party.kind for party in file.parties if party.user_id}
    for event in events:
        if not _for_parties(file, event, theirs):
            continue
        told = _tell(file.definition, event, named)
        if told is None:
            continue
        move = _move_of(file.definition, event)
        text = reasons.get(event.seq, "") if move and _is_told_by_letter(move) else ""
        who = _on_paper(event, _role_of(file, event, roles, parties, move))
        yield Moment(event.at, told[0], who, text, told[1])


def _on_paper(event: AuditEvent, who: str) -> str:
    """Who acted, and for whom if it was recorded from a paper."""
    if not event.data.get("paper"):
        return who
    role = role_word(str(event.data.get("on_behalf")))
    return str(_("%(who)s, from a paper of: %(role)s", who=who, role=role))


def _role_of(
    file: CaseFile,
    event: AuditEvent,
    roles: Mapping[uuid.UUID, set[str]],
    parties: Mapping[uuid.UUID, str],
    move: Move | None,
) -> str:
    """The role in which somebody acted, never a name."""
    if event.actor_id is None:
        return str(_("Automatic"))
    if event.actor_id == file.reader.user_id:
        return str(_("You"))
    if event.actor_id in parties:
        return role_word(parties[event.actor_id])
    held = roles.get(event.actor_id, set())
    asked = [role for role in move.by if role in held] if move else []
    return role_word(asked[0]) if asked else str(_("The office"))


def _for_parties(file: CaseFile, event: AuditEvent, theirs: frozenset[str]) -> bool:
    """What parties are told: steps of the case, their papers, and what they did themselves."""
    if event.action == "move":
        staying = event.data.get("source") == event.data.get("target")
        if event.data.get("kind") in HIDDEN_KINDS or (staying and event.actor_id != file.reader.user_id):
            return False
        return bool(event.data.get("moved"))
    if event.action == "document.issued":
        return event.data.get("letter") in theirs
    if event.action in {"application.started", "application.opened"}:
        return True
    return event.action == "entry.submitted" and event.actor_id == file.reader.user_id


def _reasons(events: Sequence[AuditEvent], by_id: Mapping[str, Decision]) -> dict[int, str]:
    """The reason of a decision, at the number of the move that it was recorded in: the next move of that person."""
    found: dict[int, str] = {}
    for place, event in enumerate(events):
        if event.action != "decision":
            continue
        decision = by_id.get(str(event.data.get("decision")))
        later = (e for e in reversed(events[:place]) if e.action == "move" and e.actor_id == event.actor_id)
        move = next(later, None)
        if decision is not None and move is not None:
            found[move.seq] = decision.reason
    return found


def _move_of(definition: Definition, event: AuditEvent) -> Move | None:
    if event.action != "move":
        return None
    machine = definition.machines.get(str(event.data.get("kind")))
    compiled = machine.moves.get(str(event.data.get("move"))) if machine else None
    return compiled.move if compiled else None


def _is_told_by_letter(move: Move) -> bool:
    """Whether the move sends the people of the case a letter, whose reasons they may read here as well."""
    return any(effect.params.get("letter") for effect in move.effects)


def _parts(events: Sequence[AuditEvent]) -> dict[str, str]:
    """What the moved parts of the case are called, by id; one query a kind."""
    ids: dict[str, set[uuid.UUID]] = {}
    for event in events:
        kind = str(event.data.get("kind"))
        if event.action == "move" and kind not in {CASE, *UNNAMED}:
            ids.setdefault(kind, set()).add(uuid.UUID(event.data["subject"]))
    language = str(get_locale() or "en")
    found: dict[str, str] = {}
    for kind, wanted in ids.items():
        known = subject_kind(kind)
        if known is not None:
            rows = db.session.scalars(select(known.model).where(known.model.id.in_(wanted)))
            found |= {str(row.id): known.describe(row, language) for row in rows}
    return found


def _tell(definition: Definition, event: AuditEvent, parts: Mapping[str, str]) -> tuple[str, str] | None:
    """An event as a sentence with its tone; None for what only the audit trail shows."""
    if event.action == "move":
        return _tell_move(definition, event, parts)
    teller = _TELLERS.get(event.action)
    return teller(definition, event.data) if teller else None


def _tell_move(definition: Definition, event: AuditEvent, parts: Mapping[str, str]) -> tuple[str, str] | None:
    move, data = _move_of(definition, event), event.data
    if move is None:
        return None
    label, kind = words(move.label), str(data.get("kind"))
    tone = "danger" if move.tone == "danger" else "plain"
    if not data.get("moved"):
        given, needed = data.get("approvals") or (0, 0)
        return _("%(move)s: approval %(given)s of %(needed)s", move=label, given=given, needed=needed), tone
    if data.get("source") == data.get("target"):
        return label, tone
    stage = words(definition.stage_label(kind, str(data["target"])))
    if kind != CASE:
        name = parts.get(str(data.get("subject")), "")
        from_kind = f"{kind_word(kind)} {name}" if name else kind_word(kind)
        if name and kind in TITLED:
            from_kind = name
        return _("%(kind)s: %(move)s, now %(stage)s", kind=from_kind, move=label, stage=stage), tone
    return _("%(move)s: now %(stage)s", move=label, stage=stage), tone


def kind_word(kind: str) -> str:
    """What people call a part of a case."""
    known = {
        "application": _("Application"),
        "review": _("Review"),
        "tranche": _("Payment"),
        "purchase": _("Purchase"),
        "visit": _("Visit"),
        "report": _("Report"),
        "referral": _("Referral"),
        "appeal": _("Appeal"),
    }
    return str(known.get(kind, kind.replace("_", " ").capitalize()))


def _form_title(definition: Definition, data: Mapping[str, Any]) -> str:
    form = definition.forms.get(str(data.get("form")))
    return words(form.title) if form else str(data.get("form", ""))


def _letter_title(definition: Definition, data: Mapping[str, Any]) -> str:
    letter = definition.letters.get(str(data.get("letter")))
    return words(letter.title) if letter else str(data.get("letter", ""))


_TELLERS: dict[str, Any] = {
    "application.started": lambda _d, _data: (_("Application started"), "plain"),
    "application.opened": lambda _d, _data: (_("Case opened"), "plain"),
    "document.issued": lambda d, data: (
        _("%(letter)s issued as %(number)s", letter=_letter_title(d, data), number=data.get("number", "")),
        "plain",
    ),
    "entry.submitted": lambda d, data: (_("%(form)s handed in", form=_form_title(d, data)), "plain"),
    "evaluation.assigned": lambda _d, data: (
        _("Evaluators named: %(count)s", count=len(data.get("reviewers", ()))),
        "plain",
    ),
    "evaluation.scored": lambda _d, data: (
        _("Scored with %(total)s points", total=data.get("total", "")),
        "plain",
    ),
    "deadline.reminded": lambda _d, _data: (_("Deadline passed; a reminder was sent"), "warning"),
    "deadline.refused": lambda _d, _data: (_("Deadline passed; the next step was not possible"), "warning"),
    "referral.opened": lambda _d, _data: (_("Referral opened by its link"), "plain"),
    "read": lambda d, data: (_("Sensitive answers read: %(form)s", form=_form_title(d, data)), "plain"),
    "file.read": lambda _d, _data: (_("Sensitive file read"), "plain"),
}
