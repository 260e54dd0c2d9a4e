"""The staff's list of applications: filters, search, order, and counts per stage that give the total as well."""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, tuple_
from sqlalchemy.orm import joinedload

from fundflow.accounts import Actor, Permission
from fundflow.applications.models import Application
from fundflow.applications.queries import visible_to
from fundflow.platform import clock
from fundflow.platform.db import db
from fundflow.platform.wording import Words
from fundflow.programmes import Call, definition_of
from fundflow.reporting.words import phase_place
from fundflow.web import Page

SIZE = 60
ORDERS: Mapping[str, tuple[Any, ...]] = {
    "newest": (Application.created_at.desc(), Application.id),
    "oldest": (Application.created_at, Application.id),
    "due": (Application.due_at.nulls_last(), Application.id),
    "waiting": (Application.stage_since, Application.id),
    "amount": (Application.requested_minor.desc().nulls_last(), Application.id),
    "name": (func.lower(Application.applicant_name), Application.id),
    "reference": (Application.reference, Application.id),
}
_WORD = re.compile(r"[^\s'\\:&|!()<>*]+")
MOST_WORDS = 8


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; empty values narrow nothing."""

    programme: uuid.UUID | None = None
    call: uuid.UUID | None = None
    phase: str = ""
    stage: str = ""
    overdue: bool = False
    search: str = ""
    order: str = "newest"

    @property
    def any(self) -> bool:
        """Whether anything is left out."""
        return bool(
            self.programme or self.call or self.phase or self.stage or self.overdue or self.search.strip()
        )


def read_filters(given: Mapping[str, str]) -> Filters:
    """The filters of an address; anything odd counts as not given."""
    order = given.get("sort", "newest")
    return Filters(
        programme=_uuid(given.get("programme", "")),
        call=_uuid(given.get("call", "")),
        phase=given.get("phase", "")[:40],
        stage=given.get("stage", "")[:40],
        overdue=given.get("overdue") == "1",
        search=given.get("q", "").strip()[:100],
        order=order if order in ORDERS else "newest",
    )


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class StageCount:
    """How many visible cases stand in a stage of a version."""

    version_id: uuid.UUID
    stage: str
    count: int

    @property
    def phase(self) -> str:
        """The phase of the stage."""
        stages = definition_of(self.version_id).machines["application"].definition.stages
        return stages[self.stage].phase if self.stage in stages else ""

    @property
    def label(self) -> Words:
        """The words of the stage."""
        stages = definition_of(self.version_id).machines["application"].definition.stages
        return stages[self.stage].label if self.stage in stages else {"en": self.stage}


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the list with what its filters offer."""

    page: Page[Application]
    phases: Mapping[str, int]
    stages: Sequence[tuple[str, Words, int]]
    all: int


def calls(actor: Actor) -> Sequence[Call]:
    """The calls that a filter offers: those that the actor's permission to list covers."""
    query = select(Call).options(joinedload(Call.programme)).order_by(Call.opens_at.desc(), Call.id)
    scopes = actor.scopes(Permission.APPLICATION_LIST)
    if not scopes.everywhere:
        seen = select(Application.call_id).where(visible_to(actor, Permission.APPLICATION_LIST))
        query = query.where(
            or_(Call.programme_id.in_(scopes.programmes), Call.id.in_(scopes.calls), Call.id.in_(seen))
        )
    return db.session.scalars(query).all()


def listing(actor: Actor, filters: Filters, number: int) -> Listing:
    """A page of the list in two queries: the counts per stage, which add up to the total, and the rows."""
    counts = stage_counts(actor, filters)
    phases, stages, total = _tally(counts, filters)
    pages = max(1, -(-total // SIZE))
    number = min(number, pages)
    rows: Sequence[Application] = ()
    if total:
        wanted = narrowed(select(Application), actor, filters, counts).order_by(*ORDERS[filters.order])
        rows = db.session.scalars(wanted.limit(SIZE).offset((number - 1) * SIZE)).all()
    return Listing(Page(rows, number, SIZE, total), phases, stages, sum(phases.values()))


def _tally(
    counts: Sequence[StageCount], filters: Filters
) -> tuple[Mapping[str, int], Sequence[tuple[str, Words, int]], int]:
    phases: Counter[str] = Counter()
    stages: Counter[str] = Counter()
    labels: dict[str, Words] = {}
    total = 0
    for each in counts:
        phases[each.phase] += each.count
        if filters.phase and each.phase != filters.phase:
            continue
        stages[each.stage] += each.count
        labels.setdefault(each.stage, each.label)
        if not filters.stage or each.stage == filters.stage:
            total += each.count
    ordered = {phase: phases[phase] for phase in sorted(phases, key=phase_place)}
    return ordered, [(stage, labels[stage], count) for stage, count in stages.items()], total


def stage_counts(actor: Actor, filters: Filters) -> Sequence[StageCount]:
    """Visible cases per version and stage under the filters other than phase and stage, in the machines' order."""
    query = (
        select(Application.version_id, Application.stage, func.count())
        .where(*_conditions(actor, filters))
        .group_by(Application.version_id, Application.stage)
    )
    found = [StageCount(*row) for row in db.session.execute(query)]
    return sorted(found, key=lambda each: (_place(each), each.stage))


def _place(each: StageCount) -> int:
    stages = list(definition_of(each.version_id).machines["application"].definition.stages)
    return stages.index(each.stage) if each.stage in stages else len(stages)


def narrowed(
    query: Select[*tuple[Any, ...]],
    actor: Actor,
    filters: Filters,
    counts: Sequence[StageCount] | None = None,
) -> Select[*tuple[Any, ...]]:
    """A select of applications limited to what the actor sees under all filters."""
    query = query.where(*_conditions(actor, filters))
    if filters.stage:
        query = query.where(Application.stage == filters.stage)
    if filters.phase:
        known = stage_counts(actor, filters) if counts is None else counts
        pairs = [(each.version_id, each.stage) for each in known if each.phase == filters.phase]
        query = query.where(tuple_(Application.version_id, Application.stage).in_(pairs))
    return query


def _conditions(actor: Actor, filters: Filters) -> list[ColumnElement[bool]]:
    found = [visible_to(actor, Permission.APPLICATION_LIST, own=False)]
    if filters.programme:
        found.append(Application.programme_id == filters.programme)
    if filters.call:
        found.append(Application.call_id == filters.call)
    if filters.overdue:
        found.append(Application.due_at < clock.now())
    if filters.search:
        found.append(_found_by(filters.search))
    return found


def _found_by(text: str) -> ColumnElement[bool]:
    """Every word must begin a word of the reference, the title or the name."""
    words = _WORD.findall(text)[:MOST_WORDS]
    if not words:
        return Application.reference.is_(None)
    return Application.search.bool_op("@@")(
        func.to_tsquery("simple", " & ".join(f"'{word}':*" for word in words))
    )
