"""Plays a case that is told as data: who does what with which answers, step by step, by the web's own services."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fundflow.accounts import SYSTEM
from fundflow.applications.jobs import come_of_age, fire_due
from fundflow.applications.models import Application, FormEntry, Party
from fundflow.applications.service import cases, entries, files
from fundflow.applications.service.move import move
from fundflow.applications.subjects import subject_kind
from fundflow.demo.office import Office
from fundflow.demo.paper import sample_pdf
from fundflow.evaluation import service as evaluation
from fundflow.evaluation.models import Review
from fundflow.platform import clock, jobs
from fundflow.platform.db import db, transaction
from fundflow.programmes import Definition, definition_of
from fundflow.referrals.models import Referral
from fundflow.referrals.service.preparing import prepare
from fundflow.screening.service import Result, save_checks
from fundflow.workflow import add_months

RELATIVE = re.compile(r"^@today(?:([+-]\d+)([dm]))?$")
Step = Mapping[str, Any]
"""One step of a script: the verb, and who does it (`as`)."""


@dataclass
class Case:
    """A case on its way, with what the script calls its people."""

    office: Office
    key: str
    call: str
    cast: dict[str, str]
    story: Mapping[str, Any]
    say: Callable[[str], None] = print
    id: uuid.UUID | None = None
    stages: list[str] = field(default_factory=list)

    # --- telling ---
    def play(self, steps: list[Step]) -> None:
        """Play steps in order; each is one transaction and its jobs, like a request and a worker."""
        for step in steps:
            if "run" in step:
                self.play(_filled(self.story["sequences"][step["run"]], step.get("with", {})))
                continue
            self._one(step)

    def _one(self, step: Step) -> None:
        verb = next(iter(set(step) - {"as", "form", "on", "with"}))
        getattr(self, f"_do_{verb}")(step[verb], step)
        if verb != "wait":
            jobs.run_pending()
        self._tell()

    def _tell(self) -> None:
        if self.id is None:
            return
        case = self.row()
        if not self.stages or self.stages[-1] != case.stage:
            self.stages.append(case.stage)
            label = self.definition.stage_label("application", case.stage)["en"]
            self.say(f"  {clock.now():%Y-%m-%d}  {case.reference or self.key:<14} {label}")

    # --- what steps need ---
    def row(self) -> Application:
        """The case, fresh."""
        return db.session.get_one(
            Application, self.id, populate_existing=True, options=[joinedload(Application.call)]
        )

    @property
    def definition(self) -> Definition:
        """Its law."""
        return definition_of(self.row().version_id)

    def _actor(self, step: Step) -> Any:
        who: str = step["as"]
        return SYSTEM if who == "system" else self.office.actor(self.cast.get(who, who))

    # --- verbs ---
    def _do_wait(self, given: Any, _step: Step) -> None:
        if isinstance(given, int):
            clock.advance(timedelta(days=given))
        else:
            moment = getattr(self.row(), "due_at", None) if given == "due" else self.row().call.closes_at
            if moment is not None and moment > clock.now():
                clock.advance(moment - clock.now() + timedelta(seconds=1))
        db.session.rollback()

    def _do_start(self, _given: Any, step: Step) -> None:
        with transaction():
            self.id = cases.start(actor=self._actor(step), call_id=self.office.calls[self.call]).id

    def _do_open(self, _given: Any, step: Step) -> None:
        with transaction():
            self.id = cases.open_case(actor=self._actor(step), call_id=self.office.calls[self.call]).id

    def _do_tie(self, kinds: Mapping[str, str], _step: Step) -> None:
        """Accounts of people who are parties by name so far."""
        with transaction():
            for kind, who in kinds.items():
                for party in db.session.scalars(
                    select(Party).where(Party.application_id == self.id, Party.kind == kind)
                ):
                    party.user_id = self.office.people[self.cast.get(who, who)]

    def _do_fill(self, form: str, step: Step) -> None:
        """Fill a form section by section, as its pages do; hand it in unless it belongs to a move."""
        actor, form_def = self._actor(step), self.definition.forms[form]
        with transaction():
            case = self.row()
            entry = self._draft(actor, case, form)
            given = self._answers(form, self._like(step.get("with", {})), entry)
            for section in form_def.sections:
                data = {q.id: given[q.id] for q in section.questions if q.id in given}
                entries.save_section(
                    actor=actor,
                    entry_id=entry.id,
                    section=section.id,
                    data=data,
                    seen_version=None,
                    complete=True,
                )

    def _draft(self, actor: Any, case: Application, form: str) -> FormEntry:
        found = db.session.scalar(
            select(FormEntry).where(
                FormEntry.application_id == case.id, FormEntry.form == form, FormEntry.state == "draft"
            )
        )
        return found or entries.begin(actor=actor, case=case, form=form)

    def _do_hand_in(self, form: str, step: Step) -> None:
        with transaction():
            actor = self._actor(step)
            entries.submit_entry(actor=actor, entry_id=self._draft(actor, self.row(), form).id)

    def _do_move(self, name: str, step: Step) -> None:
        kind, subject_id = self._subject(step.get("on"))
        form = self.definition.machines[kind].move(name).move.form
        with transaction():
            given = self._answers(form, step.get("form", {}), None) if form else None
            move(actor=self._actor(step), subject_id=subject_id, move=name, kind=kind, form=given)

    def _do_prepare(self, given: Mapping[str, Any], step: Step) -> None:
        """To whom a referral goes, and what is ticked."""
        _kind, referral_id = self._subject(step.get("on"))
        seen = db.session.get_one(Referral, referral_id, populate_existing=True).row_version
        db.session.rollback()
        with transaction():
            prepare(
                actor=self._actor(step), referral_id=referral_id, shared=given["shared"], seen=seen,
                provider_id=self.office.providers[given["provider"]],
            )  # fmt: skip

    def _subject(self, on: Mapping[str, Any] | None) -> tuple[str, uuid.UUID]:
        if not on:
            return "application", self.id  # type: ignore[return-value]  # started by then
        kind, which = next(iter(on.items()))
        found = subject_kind(kind)
        assert found is not None, kind  # noqa: S101 - a mistake in the script
        column = found.model.code if isinstance(which, str) else found.model.number
        subject_id = db.session.scalar(
            select(found.model.id).where(found.model.application_id == self.id, column == which)
        )
        db.session.rollback()
        return kind, subject_id  # type: ignore[return-value]  # the script names what exists

    def _do_checks(self, given: Mapping[str, str], step: Step) -> None:
        """All checks pass but those named, which fail with a note."""
        checks = self.definition.screening.checks
        results = {
            check.id: Result("fail", given[check.id]) if check.id in given else Result("pass")
            for check in checks
        }
        with transaction():
            save_checks(
                actor=self._actor(step), application_id=self.row().id, results=results, seen_version=None
            )

    def _do_assign(self, people: list[str], step: Step) -> None:
        with transaction():
            evaluation.assign(
                actor=self._actor(step),
                application_id=self.row().id,
                reviewer_ids=[self.office.people[person] for person in people],
            )

    def _do_review(self, given: Mapping[str, Any], step: Step) -> None:
        actor = self._actor(step)
        review_id = db.session.scalars(
            select(Review.id).where(Review.application_id == self.id, Review.reviewer_id == actor.user_id)
        ).one()
        db.session.rollback()
        named = self.story["scores"][given["scores"]]
        scores = {name: {"score": score, "comment": given["comment"]} for name, score in named.items()}
        with transaction():
            evaluation.submit_review(
                actor=actor, review_id=review_id, scores=scores, comment=given["comment"],
                move_name=given.get("move", "submit"),
            )  # fmt: skip

    def _do_rank(self, move_name: str, step: Step) -> None:
        with transaction():
            evaluation.rank_all(actor=self._actor(step), call_id=self.row().call_id, move_name=move_name)

    def _do_deadlines(self, _given: Any, _step: Step) -> None:
        """What the clock's jobs would have done by now."""
        fire_due()
        come_of_age()

    # --- answers ---
    def _answers(self, form: str, given: Mapping[str, Any], entry: FormEntry | None) -> dict[str, Any]:
        return {name: self._value(form, name, value, entry) for name, value in given.items()}

    def _like(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Answers that begin with named ones of the story."""
        merged: dict[str, Any] = {}
        for name in given.get("like", ()):
            merged.update(self.story["answers"].get(name) or self.story["changes"][name])
        return merged | {name: value for name, value in given.items() if name != "like"}

    def _value(self, form: str, name: str, value: Any, entry: FormEntry | None) -> Any:
        if isinstance(value, dict) and set(value) == {"file"}:
            question = files.question_of(self.definition.forms[form], name)
            return files.store(
                case=self.row(), question=question, name=value["file"], data=sample_pdf(value["file"]),
                actor_id=None, entry_id=entry.id if entry else None,
            )  # fmt: skip
        if isinstance(value, dict):
            return {key: self._value(form, key, each, entry) for key, each in value.items()}
        if isinstance(value, list):
            return [self._value(form, name, each, entry) for each in value]
        return _dated(value)


def _dated(value: Any) -> Any:
    """`@today`, `@today-5d`, `@today+2m` as ISO dates of the held clock."""
    found = RELATIVE.match(value) if isinstance(value, str) else None
    if found is None:
        return value
    day, step = clock.today("Europe/Tirane"), int(found[1] or 0)
    return (add_months(day, step) if found[2] == "m" else day + timedelta(days=step)).isoformat()


def _filled(steps: list[Step], given: Mapping[str, Any]) -> list[Step]:
    """A sequence with its `$names` replaced."""
    filled: list[Step] = list(_replace(steps, given))
    return filled


def _replace(value: Any, given: Mapping[str, Any]) -> Any:
    if isinstance(value, str) and value.startswith("$"):
        return given[value[1:]]
    if isinstance(value, dict):
        return {key: _replace(each, given) for key, each in value.items()}
    if isinstance(value, list):
        return [_replace(each, given) for each in value]
    return value
