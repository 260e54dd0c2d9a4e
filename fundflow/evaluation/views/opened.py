"""One review as its page needs it: who looks, what may be changed, the application beside the score sheet."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import get_locale

from fundflow import forms
from fundflow.accounts import Actor, current_actor
from fundflow.applications import queries
from fundflow.applications.blind import masked, personal_questions, title_for_blind
from fundflow.applications.models import Application
from fundflow.applications.policy import may_read_section, on_case
from fundflow.applications.service.move import moves_of
from fundflow.evaluation.models import Review
from fundflow.evaluation.policy import reads_reviews, sees_others
from fundflow.evaluation.queries import EVALUATOR, get_review, reviews_with_names
from fundflow.evaluation.scoring import review_total
from fundflow.evaluation.service import KIND, plain_scores, review_faults
from fundflow.platform import clock
from fundflow.platform.errors import NotFound
from fundflow.programmes import Definition, definition_of
from fundflow.workflow import MoveState

OWNER = "owner"


@dataclass(frozen=True)
class Sheet:
    """A review open on a page; `others` are the handed-in reviews that this reader may see beside it."""

    actor: Actor
    case: Application
    review: Review
    definition: Definition
    own: bool
    writer: str
    answers: Sequence[forms.SummarySection]
    others: Sequence[tuple[Review, str]]
    states: Sequence[MoveState]

    @property
    def blind(self) -> bool:
        """Whether the applicant's name is kept from this reader."""
        return self.own and self.definition.programme.evaluation.blind

    @property
    def title(self) -> str:
        """What this reader knows the application by."""
        return title_for_blind(self.case) if self.blind else self.case.title or self.case.reference or ""

    @property
    def editable(self) -> bool:
        """Whether the reader writes here."""
        return self.own and self.review.submitted_at is None and self.submit_move is not None

    @property
    def submit_move(self) -> MoveState | None:
        """The owner's move that hands the review in."""
        return next((state for state in self.states if _does(state, "hand_in_review")), None)

    @property
    def recuse_move(self) -> MoveState | None:
        """The owner's move that steps back from the case."""
        return next((state for state in self.states if _does(state, "recuse")), None)

    @property
    def other_moves(self) -> list[MoveState]:
        """What else the reader may do with the review."""
        return [state for state in self.states if state not in (self.submit_move, self.recuse_move)]

    def points(self, scores: Mapping[str, Mapping[str, Any]]) -> Any:
        """Points of a hundred of a complete sheet, else None."""
        criteria = self.definition.criteria
        known = {each.id for each in criteria.criteria}
        given = {
            name: row for name, row in scores.items() if name in known and isinstance(row.get("score"), int)
        }
        return review_total(criteria, plain_scores(given)) if set(given) == known else None

    @property
    def open_criteria(self) -> int:
        """How many criteria bar the stored draft from being handed in."""
        return len(review_faults(self.definition.criteria, self.review.scores))


def _does(state: MoveState, effect: str) -> bool:
    return OWNER in state.move.by and any(rule.name == effect for rule in state.move.effects)


def open_sheet(review_id: uuid.UUID) -> Sheet:
    """A review for its writer, or a handed-in one for who reads reviews; NotFound for everybody else."""
    actor = current_actor()
    review, case = get_review(actor, review_id)
    kinds = queries.party_kinds(actor, case.id)
    own = review.reviewer_id == actor.user_id
    inside = reads_reviews(actor, case, kinds - {EVALUATOR})
    if not own and not (inside and review.submitted_at is not None):
        raise NotFound
    definition = definition_of(case.version_id)
    written = reviews_with_names(case.id)
    return Sheet(
        actor, case, review, definition, own,
        next((name for row, name in written if row.id == review.id), ""),
        answers_for(actor, case, kinds, definition, blind=own and definition.programme.evaluation.blind),
        _others(written, review, definition, own=own),
        moves_of(actor, case, review, KIND),
    )  # fmt: skip


def _others(
    written: Sequence[tuple[Review, str]], review: Review, definition: Definition, *, own: bool
) -> list[tuple[Review, str]]:
    """Evaluators read each other without names."""
    if own and not sees_others(definition, review):
        return []
    others = [(row, name) for row, name in written if row.id != review.id and row.submitted_at]
    return [(row, "" if own else name) for row, name in others]


def answers_for(
    actor: Actor, case: Application, kinds: frozenset[str], definition: Definition, *, blind: bool
) -> list[forms.SummarySection]:
    """The handed-in application as an evaluator reads it: no sensitive section, in blind review no person."""
    form = definition.forms[definition.programme.application_form]
    who = on_case(actor, case, kinds)
    shown = {
        part.id for part in form.sections if not part.sensitive and may_read_section(part, who, fills=False)
    }
    newest = queries.latest_entry(case.id, definition.programme.application_form, submitted=True)
    given = queries.answers(newest)
    hidden = personal_questions(definition) if blind else frozenset()
    read = forms.summary(
        form, masked(definition, case, given) if blind else given, str(get_locale() or "en"), values=definition.values,
        today=clock.today(case.call.timezone), sections=shown,
    )  # fmt: skip
    kept = [
        forms.SummarySection(part.section, part.title, [i for i in part.items if i.question.id not in hidden])
        for part in read
    ]
    return [part for part in kept if part.items]
