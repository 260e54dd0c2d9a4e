"""Who reads what on a case page: the office, its evaluators, and the people whom the case is about."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from fundflow.accounts import Actor, Permission
from fundflow.applications.models import Application, FormEntry
from fundflow.applications.policy import CaseActor, is_inside, on_case
from fundflow.applications.subjects import papers_of
from fundflow.evaluation.queries import EVALUATOR
from fundflow.forms import Form, Section
from fundflow.programmes import Definition

OVERVIEW, ANSWERS, DOCUMENTS, MONEY = "overview", "answers", "documents", "money"
CHECKS, REVIEWS, VISITS, HISTORY = "checks", "reviews", "visits", "history"
REFERRALS = "referrals"
INSIDE_VIEWS = (OVERVIEW, ANSWERS, DOCUMENTS, CHECKS, REVIEWS, MONEY, REFERRALS, VISITS, HISTORY)
PARTY_VIEWS = (OVERVIEW, ANSWERS, DOCUMENTS, MONEY, VISITS, HISTORY)
EVALUATOR_VIEWS = (OVERVIEW, ANSWERS, REVIEWS)


@dataclass(frozen=True, slots=True)
class Reader:
    """An actor before one case. Who is a party to it, or evaluates it, reads as such, whatever roles he holds.

    `refers`: may read to whom the person was sent.
    """

    who: CaseActor
    kinds: frozenset[str]
    party: bool
    evaluator: bool
    inside: bool
    refers: bool = False

    def reads_papers_of(self, kind: str | None) -> bool:
        """Whether documents of a part of the case are for this reader, as far as its kind asks for more."""
        return self.refers or papers_of(kind) is None

    @property
    def user_id(self) -> uuid.UUID | None:
        """The reader's account."""
        return self.who.user_id


def reader_of(actor: Actor, case: Application, kinds: Iterable[str]) -> Reader:
    """The actor as reader of a visible case, with the kinds of party that he is."""
    held = frozenset(kinds)
    party = bool(held - {EVALUATOR})
    inside = is_inside(actor, case, held, Permission.APPLICATION_READ)
    refers = is_inside(actor, case, held, Permission.REFERRAL_READ)
    return Reader(on_case(actor, case, held), held, party, EVALUATOR in held and not party, inside, refers)


def views_of(reader: Reader, definition: Definition) -> tuple[str, ...]:
    """The parts of the case page that this reader has, in order."""
    outside = PARTY_VIEWS if reader.party else EVALUATOR_VIEWS
    offered: tuple[str, ...] = INSIDE_VIEWS if reader.inside else outside
    absent = _without(definition)
    if not reader.refers:
        absent.add(REFERRALS)
    return tuple(view for view in offered if view not in absent)


def _without(definition: Definition) -> set[str]:
    """Parts that a programme has no use for."""
    absent = set()
    if not definition.screening.checks:
        absent.add(CHECKS)
    if "review" not in definition.machines:
        absent.add(REVIEWS)
    if not {"visit", "report"} & set(definition.machines):
        absent.add(VISITS)
    if "referral" not in definition.machines:
        absent.add(REFERRALS)
    return absent


def reads_entry(reader: Reader, definition: Definition, entry: FormEntry) -> bool:
    """Whether a filled form is for this reader: staff read all, evaluators the application, parties their own."""
    if reader.inside:
        return True
    if entry.form == definition.programme.application_form:
        filled_by = _fills(reader, definition.forms[entry.form])
        return (reader.evaluator and entry.state == "submitted") or filled_by
    if entry.form not in definition.forms or reader.evaluator:
        return False
    return _fills(reader, definition.forms[entry.form]) or entry.created_by == reader.user_id


def _fills(reader: Reader, form: Form) -> bool:
    return reader.party and bool(reader.kinds & set(form.fill.by))


@dataclass(frozen=True, slots=True)
class Readable:
    """The sections of a form for one reader: shown at once, shown after a recorded opening, not shown."""

    plain: frozenset[str]
    sealed: frozenset[str]
    closed: frozenset[str]


def sections_for(reader: Reader, form: Form, *, own: bool) -> Readable:
    """How a reader meets the sections of a form; `own`: he or his side filled it in, nothing is kept from him."""
    plain, sealed, closed = set(), set(), set()
    for section in form.sections:
        if own or (not section.sensitive and _admits(reader.who.roles, section)):
            plain.add(section.id)
        elif section.sensitive and _admits(reader.who.roles, section) and (reader.inside or section.read_by):
            sealed.add(section.id)
        else:
            closed.add(section.id)
    return Readable(frozenset(plain), frozenset(sealed), frozenset(closed))


def _admits(roles: Collection[str], section: Section) -> bool:
    return not section.read_by or not set(section.read_by).isdisjoint(roles)


def export_sections(roles: Collection[str], form: Form) -> frozenset[str]:
    """The sections of a form that a holder of roles may take along in a list."""
    return frozenset(section.id for section in form.sections if _admits(roles, section))
