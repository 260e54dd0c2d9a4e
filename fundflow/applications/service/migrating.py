"""Moving running cases to another version of their programme: named, tried first, recorded, and never in part."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fundflow import forms
from fundflow.accounts import SYSTEM, Actor, Permission
from fundflow.applications.models import Application
from fundflow.applications.policy import on_case
from fundflow.applications.queries import answers_by_form
from fundflow.applications.service.hooks import HOOKS, context
from fundflow.applications.service.migration_map import MigrationMap
from fundflow.applications.subjects import CASE, subject_kinds
from fundflow.audit import record
from fundflow.platform import clock
from fundflow.platform.db import db
from fundflow.platform.errors import Forbidden, Invalid, NotFound, Refused
from fundflow.programmes import Call, Definition, Programme, ProgrammeVersion, definition_of
from fundflow.workflow import enter


@dataclass(frozen=True)
class Row:
    """One row of a case that stands in a stage: what it is, where it stands and where it would."""

    kind: str
    id: uuid.UUID
    stage: str
    becomes: str


@dataclass(frozen=True)
class Outcome:
    """What a case would become; `against` says in words why it cannot, and is empty when it can."""

    case_id: uuid.UUID
    name: str
    rows: tuple[Row, ...]
    against: tuple[str, ...]


def plan(*, actor: Actor, slug: str, wanted: MigrationMap) -> list[Outcome]:
    """What each case that the map names would become; nothing is written.

    Raises Forbidden without the right to publish, NotFound for an unknown programme, Invalid for a version or a case
    that does not exist, or a map that names unknown kinds or stages.
    """
    _require_publisher(actor, slug)
    old, new = _versions(slug, wanted)
    law_before, law_after = definition_of(old.id), definition_of(new.id)
    _require_known(wanted, law_before, law_after)
    cases = _cases(old, wanted)
    return [_outcome(case, wanted, law_before, law_after) for case in cases]


def migrate(*, actor: Actor, slug: str, wanted: MigrationMap) -> list[Outcome]:
    """Move every case that the map names, or none: one audit event each, with the reason.

    A row that keeps its stage, unchanged by the new version, keeps deadline and approvals; any other enters its
    stage anew. What was filled in and handed in stays as it is, under its hash. Raises as `plan`, and Refused with
    every reason when a case cannot be moved.
    """
    outcomes = plan(actor=actor, slug=slug, wanted=wanted)
    if reasons := [f"{each.name}: {why}" for each in outcomes for why in each.against]:
        raise Refused(reasons)
    old, new = _versions(slug, wanted)
    for outcome in outcomes:
        _move_over(actor, outcome, wanted, old, new)
    return outcomes


def _require_publisher(actor: Actor, slug: str) -> None:
    programme = db.session.scalar(select(Programme.id).where(Programme.slug == slug))
    if programme is None:
        raise NotFound
    if not actor.is_system and not actor.may(Permission.PROGRAMME_PUBLISH, programme_id=programme):
        raise Forbidden


def _versions(slug: str, wanted: MigrationMap) -> tuple[ProgrammeVersion, ProgrammeVersion]:
    query = select(ProgrammeVersion).join(Programme).where(Programme.slug == slug)
    known = {version.number: version for version in db.session.scalars(query)}
    for key, number in (("from", wanted.source), ("to", wanted.target)):
        if number not in known:
            raise Invalid(
                {key: f"{slug} has no version {number}; it has {', '.join(map(str, sorted(known)))}"}
            )
    return known[wanted.source], known[wanted.target]


def _require_known(wanted: MigrationMap, old: Definition, new: Definition) -> None:
    faults: dict[str, Any] = {}
    for kind, stages in wanted.stages.items():
        if kind not in old.machines:
            faults[f"stages.{kind}"] = f"the programme has no machine '{kind}'"
            continue
        for before, after in stages.items():
            if before not in old.machines[kind].stages:
                faults[f"stages.{kind}.{before}"] = f"version {wanted.source} has no stage '{before}'"
            elif kind not in new.machines or after not in new.machines[kind].stages:
                faults[f"stages.{kind}.{before}"] = f"version {wanted.target} has no stage '{after}'"
    if faults:
        raise Invalid(faults)


def _cases(old: ProgrammeVersion, wanted: MigrationMap) -> Sequence[Application]:
    """The named cases, locked; `all` are those that run."""
    query = (
        select(Application)
        .where(Application.version_id == old.id)
        .options(joinedload(Application.call).joinedload(Call.programme))
        .order_by(Application.reference, Application.id)
        .with_for_update(of=Application)
        .execution_options(populate_existing=True)
    )
    if wanted.cases == "all":
        return db.session.scalars(query.where(Application.closed_at.is_(None))).all()
    ids = [as_id for name in wanted.cases if (as_id := _as_id(name)) is not None]
    found = db.session.scalars(
        query.where(Application.reference.in_(wanted.cases) | Application.id.in_(ids))
    ).all()
    known = {str(case.id) for case in found} | {case.reference for case in found}
    if missing := [name for name in wanted.cases if name not in known]:
        raise Invalid({"cases": f"no case of version {old.number} is called {', '.join(missing)}"})
    return found


def _as_id(name: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(name)
    except ValueError:
        return None


def _outcome(case: Application, wanted: MigrationMap, old: Definition, new: Definition) -> Outcome:
    rows = tuple(
        Row(kind, row.id, row.stage, wanted.becomes(kind, row.stage)) for kind, row in _rows_of(case)
    )
    against = [why for row in rows for why in _against_row(row, old, new)]
    if case.closed_at is not None:
        against.append("it has ended and stays with the law it ended under")
    return Outcome(
        case.id, case.reference or str(case.id), rows, (*dict.fromkeys(against), *_gaps(case, old, new))
    )


def _rows_of(case: Application) -> Iterator[tuple[str, Any]]:
    yield CASE, case
    for kind in subject_kinds():
        if kind.name != CASE:
            rows = select(kind.model).where(kind.model.application_id == case.id).order_by(kind.model.id)
            for row in db.session.scalars(rows.with_for_update()):
                yield kind.name, row


def _against_row(row: Row, old: Definition, new: Definition) -> Iterator[str]:
    if row.kind not in new.machines:
        yield f"the new version has no machine '{row.kind}', but the case has a {row.kind}"
    elif row.becomes not in new.machines[row.kind].stages:
        yield f"its {row.kind} stands in '{row.stage}', and the new version has no stage '{row.becomes}'"
    elif (
        new.machines[row.kind].stages[row.becomes].stage.final
        != old.machines[row.kind].stages[row.stage].stage.final
    ):
        yield f"its {row.kind} would go from '{row.stage}' to '{row.becomes}': a migration neither ends nor revives"


def _gaps(case: Application, old: Definition, new: Definition) -> Iterator[str]:
    """What the new version asks for in forms that this case has filled already."""
    form_id, given = new.programme.application_form, answers_by_form(case.id)
    filled = {form_id: given[form_id]} if case.submitted_at is not None and form_id in given else {}
    filled |= {name: each for name, each in given.items() if name in new.forms and new.forms[name].fill.by}
    today = clock.today(new.programme.timezone)
    for name, answers in filled.items():
        form_def = new.forms[name]
        if old.forms.get(name) == form_def and old.values == new.values:
            continue
        known = {question.id for question in form_def.questions()} | forms.sum_names(form_def.questions())
        kept = {key: value for key, value in answers.items() if key in known}
        partial = name == form_id and case.submitted_at is None
        problems = forms.validate(form_def, kept, values=new.values, today=today, partial=partial)
        for path, sentence in problems.items():
            yield f"the form '{name}' lacks what the new version needs: {path}: {sentence}"


def _move_over(
    actor: Actor, outcome: Outcome, wanted: MigrationMap, old: ProgrammeVersion, new: ProgrammeVersion
) -> None:
    case = db.session.get_one(Application, outcome.case_id)
    law_before, law_after = definition_of(old.id), definition_of(new.id)
    case.version_id = new.id
    rows = {row.id: row for row in outcome.rows}
    for kind, subject in list(_rows_of(case)):
        row = rows[subject.id]
        subject.row_version += 1
        before = law_before.machines[kind].definition
        after = law_after.machines[kind].definition
        same = (
            row.stage == row.becomes
            and before.stages[row.stage] == after.stages[row.stage]
            and before.moves_from(row.stage) == after.moves_from(row.stage)
        )
        if not same:
            ctx = context(who=on_case(SYSTEM, case, ()), case=case, subject=subject, kind=kind)
            enter(law_after.machines[kind], ctx, HOOKS, row.becomes)
    db.session.flush()
    record(
        action="application.migrated",
        actor_id=actor.user_id,
        application_id=case.id,
        source=old.number,
        target=new.number,
        version=new.sha256[:12],
        reason=wanted.reason,
        stages=[[row.kind, str(row.id), row.stage, row.becomes] for row in outcome.rows],
    )
