"""What is done to a case beside moves: forms filled, checks answered, evaluators named, reviews written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from fundflow.accounts import Actor, Permission
from fundflow.applications.models import Application, FormEntry, StoredFile
from fundflow.applications.queries import latest_entry, sections
from fundflow.applications.service import entries
from fundflow.applications.service.recording import SCAN
from fundflow.applications.subjects import CASE
from fundflow.documents import Document, DocumentState
from fundflow.documents.service import render
from fundflow.evaluation.queries import barred, evaluators, reviews
from fundflow.evaluation.service import assigning
from fundflow.forms import validate
from fundflow.forms.sampling import sample_answers
from fundflow.platform import clock
from fundflow.platform.db import db, savepoint
from fundflow.platform.errors import FundflowError
from fundflow.platform.ids import new_id
from fundflow.screening.service import EFFECT, Result, save_checks
from fundflow.simulation import fitting
from fundflow.simulation.cast import Cast, person
from fundflow.workflow import CompiledMove

SELDOM = 5
"""One checklist in so many has a check that fails, and one review in so many differs from the others."""
VARIETY, AGAIN = 6, 4
"""Different answers to a form, after which old ones serve again; and how often a lot is drawn anew."""
_SAID = "Tried out by a simulation."


class Desk:
    """The work on one case that is no move."""

    def __init__(self, cast: Cast, case: Application, applicant: Actor) -> None:
        self.cast, self.case, self.applicant = cast, case, applicant
        self._filled: set[tuple[str, str, Any]] = set()
        self.partner = person()
        self.minor = cast.lots.randint(1, 4) == 1

    def grow_up(self) -> None:
        """The young person decides alone from now on: forms say so, and are taken up again."""
        self.minor = False
        self._filled.clear()

    def prepare(self) -> None:
        """Fill the forms that are open now, answer the checks, name the evaluators: each as far as somebody may."""
        for form_id, form in self.cast.definition.forms.items():
            stay = (form_id, self.case.stage, self.case.stage_since)
            if (
                form.fill.by
                and self.case.stage in (form.fill.stages or (self.case.stage,))
                and stay not in self._filled
            ):
                self._filled.add(stay)
                self._quietly(lambda form_id=form_id: self._fill(form_id))
        self._print()
        self._quietly(self._check)
        self._quietly(self._assign)

    def _quietly(self, work: Any) -> None:
        """What cannot be done is left; the moves that need it say what is missing."""
        try:
            with savepoint():
                work()
        except FundflowError:
            return

    def _fill(self, form_id: str) -> None:
        form = self.cast.definition.forms[form_id]
        is_call = self.cast.definition.programme.kind == "call"
        people = [self.applicant] if "applicant" in form.fill.by and is_call else []
        people += [self.partner] if "beneficiary" in form.fill.by else []
        for actor in [*people, *self.cast.somebody(frozenset(form.fill.by))][:1]:
            known = latest_entry(self.case.id, form_id)
            draft = known is not None and known.state == "draft"
            entry = known if draft else entries.begin(actor=actor, case=self.case, form=form_id)
            if entry is None:
                return
            given = self._corrected(entry) or self.answers(form_id, self.case)
            for section in form.sections:
                data = {each.id: given[each.id] for each in section.questions if each.id in given}
                entries.save_section(
                    actor=actor,
                    entry_id=entry.id,
                    section=section.id,
                    data=data,
                    seen_version=None,
                    complete=True,
                )
            if not (is_call and form_id == self.cast.definition.programme.application_form):
                entries.submit_entry(actor=actor, entry_id=entry.id)

    def _corrected(self, entry: FormEntry) -> dict[str, Any]:
        """What an applicant was asked about is answered anew, or said again where nothing else would fit the rest."""
        if entry.open_questions is None:
            return {}
        said: dict[str, Any] = {}
        for row in sections(entry.id).values():
            said |= row.data
        asked = set(entry.open_questions)
        kept = {name: answer for name, answer in said.items() if name not in asked}
        given = self._sampled(entry.form, kept, [])
        today = clock.today(self.cast.definition.programme.timezone)
        form = self.cast.definition.forms[entry.form]
        return said if validate(form, given, values=self.cast.definition.values, today=today) else given

    def _print(self) -> None:
        """The agreements that wait to be signed; all other papers are left to the workers, who never see them."""
        letters = {
            str(bound.params["letter"])
            for each in self.cast.definition.machines["application"].moves.values()
            for bound in each.effects
            if bound.rule.name == "offer_agreement"
        }
        waiting = select(Document.id).where(
            Document.application_id == self.case.id,
            Document.letter.in_(letters),
            Document.state == DocumentState.requested,
        )
        for document_id in db.session.scalars(waiting).all():
            render(document_id)

    def _check(self) -> None:
        """The checklist, once in a stay, where a move of this stage records it."""
        stay = ("", self.case.stage, self.case.stage_since)
        if stay in self._filled:
            return
        machine = self.cast.definition.machines["application"]
        for each in machine.leaving(self.case.stage):
            if any(bound.rule.name == EFFECT for bound in each.effects):
                checks = [check.id for check in self.cast.definition.screening.checks]
                failed = self.cast.lots.choice(checks) if self._seldom() else None
                results = {
                    check: Result("fail", _SAID) if check == failed else Result("pass") for check in checks
                }
                self._filled.add(stay)
                for actor in self.cast.somebody(each.roles)[:1]:
                    save_checks(actor=actor, application_id=self.case.id, results=results, seen_version=None)

    def _seldom(self) -> bool:
        return self.cast.lots.randint(1, SELDOM) == 1

    def _assign(self) -> None:
        """As many evaluators as the programme wants, by somebody who may name them; one more when all were heard."""
        if self.case.stage not in assigning.assignable_stages(self.case):
            return
        present = [party.user_id for party in evaluators(self.case.id) if party.user_id]
        heard = {review.reviewer_id for review in reviews(self.case.id, submitted=True)}
        many = self.cast.definition.programme.evaluation.reviewers
        if present and set(present) <= heard:
            many = max(many, len(present) + 1)
        away = set(present) | set(barred(self.case))
        free = [actor.user_id for actor in self.cast.staff.get("evaluator", ()) if actor.user_id not in away]
        chosen = [*present, *(each for each in free if each)][: max(many, len(present))]
        if len(chosen) == len(present):
            return
        for actor in self.cast.somebody(frozenset(self.cast.staff)):
            if actor.has(Permission.REVIEW_ASSIGN):
                assigning.assign(actor=actor, application_id=self.case.id, reviewer_ids=chosen)
                return

    def before(self, each: CompiledMove, _kind: str, row: Any, actor: Actor) -> None:
        """A review is written before it is handed in, and a provider is chosen before somebody is sent to it."""
        if any(bound.rule.name == "send_referral" for bound in each.effects) and row.provider_id is None:
            row.provider_id = fitting.provider(self.cast).id
            db.session.flush()
        if any(bound.rule.name == "hand_in_review" for bound in each.effects):
            from fundflow.evaluation.service.reviewing import save_review  # noqa: PLC0415 - only programmes with reviews

            grid = self.cast.definition.criteria
            middle = (grid.scale_least + grid.scale_most + 1) // 2
            scores = {
                each.id: {"score": self.cast.lots.randint(middle, grid.scale_most), "comment": _SAID}
                for each in grid.criteria
            }
            if self._seldom():
                scores[self.cast.lots.choice(grid.criteria).id]["score"] = grid.scale_least
            save_review(actor=actor, review_id=row.id, scores=scores, comment=_SAID)

    def scanned(self) -> dict[str, str]:
        """A paper that came today, as the trail keeps it."""
        row = StoredFile(
            id=new_id(), application_id=self.case.id, question=SCAN, name="paper.pdf", media_type="application/pdf",
            size=1, sha256="0" * 64, storage_key="simulated", uploaded_at=clock.now(),
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
        return {"received_on": clock.today(self.case.call.timezone).isoformat(), "paper": str(row.id)}

    def answers(
        self, form_id: str, row: Any, kind: str = CASE, each: CompiledMove | None = None
    ) -> dict[str, Any]:
        """Answers to a form that fit the case: its people, and amounts near what was asked for."""
        definition = self.cast.definition
        form = definition.forms[form_id]
        names = ("amount_minor", "price_minor", "budget_minor")
        amounts = [*(getattr(row, name, None) for name in names), self.case.requested_minor]
        db.session.flush()
        wanted = fitting.wanted(self.cast, form, minor=self.minor)
        wanted |= fitting.addressed(definition, form, self.partner.email)
        if each is not None:
            wanted |= fitting.for_move(self.case, kind, row, each, form)
        return self._sampled(form_id, wanted, [amount for amount in amounts if amount][:1])

    def _sampled(self, form_id: str, wanted: Mapping[str, Any], amounts: list[int]) -> dict[str, Any]:
        """Answers that the form accepts, if some are found: new ones, or some that were found before and still fit."""
        definition = self.cast.definition
        form, values = definition.forms[form_id], definition.values
        today = clock.today(definition.programme.timezone)
        kept = self.cast.kept.setdefault((form_id, self.minor, *amounts), [])
        if len(kept) >= VARIETY:
            given = {**self.cast.lots.choice(kept), **wanted}
            if not validate(form, given, values=values, today=today):
                return given
        for _time in range(AGAIN):
            given = sample_answers(
                form, values=values, today=today, lots=self.cast.lots, amounts=amounts, wanted=wanted
            )
            if not validate(form, given, values=values, today=today):
                kept.append(given)
                break
        return given
