"""A form's answers as conditions see them: what is shown, what is required, which rules hold."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from functools import cached_property
from typing import Any

from fundflow.forms import definition as d
from fundflow.forms import fields
from fundflow.platform import cel

NAMES = frozenset({"a", "v", "today"})

Answers = Mapping[str, Any]


def cel_answers(
    form_def: d.Form, answers: Answers, *, values: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Every question's answer for conditions: money in minor units, dates as ISO text, sums `<rows>_<sum>`.

    No answer is "" for texts and choices, [] for lists, null for figures and dates.
    """
    seen: dict[str, Any] = {}
    for question in form_def.questions():
        if not isinstance(question, d.Heading):
            seen |= _cel_answer(question, answers.get(question.id), values or {})
    return seen


def _cel_answer(question: d.Base, stored: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    answer = fields.of(question)
    seen = {question.id: answer.cel(answer.blank() if stored is None else stored)}
    if isinstance(answer, fields.RowsField):
        for name, figure in answer.sums(stored, values).items():
            seen[f"{question.id}_{name}"] = 0 if figure is None else answer.sum_type(name).cel(figure)
    return seen


def _unanswered(form_def: d.Form, names: Collection[str], values: Mapping[str, Any]) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    for name in names:
        seen |= _cel_answer(form_def.question(name), None, values)
    return seen


class Reading:
    """Answers read once: `shows`, `requires` and `holds` ask the definition's conditions about them.

    A hidden question counts as not answered for the conditions of others: a chain of show_if folds up whole.
    A condition that cannot be known (an answer it needs is missing) hides, and requires nothing.
    """

    def __init__(self, form_def: d.Form, answers: Answers, values: Mapping[str, Any], today: date) -> None:
        self.form_def = form_def
        self.answers = answers
        self.values = values
        self.today = today
        self._scope: cel.Scope | None = None

    def shows(self, question_id: str) -> bool:
        """Whether the question is asked at all."""
        return question_id not in self.hidden

    def requires(self, question: d.Base) -> bool:
        """Whether the question must be answered."""
        return question.required or (question.required_if is not None and self._is(question.required_if))

    def section_shown(self, section: d.Section) -> bool:
        """Whether any question of the section is asked."""
        return any(question.id not in self.hidden for question in section.questions)

    def holds(self, rule: d.Rule) -> bool:
        """Whether a rule over several answers holds; one that lacks an answer has nothing to say yet."""
        condition = cel.compile(rule.when, NAMES)
        try:
            return condition.holds(self.scope)
        except cel.CelFault:
            seen = self.scope.values["a"]
            return any(kind == "a" and seen.get(name) is None for kind, name in condition.members)

    @property
    def scope(self) -> cel.Scope:
        """The names `a`, `v` and `today`, without hidden answers."""
        if self._scope is None:
            self._scope = self._scope_without(self.hidden)
        return self._scope

    @cached_property
    def hidden(self) -> frozenset[str]:
        """The questions that are not asked."""
        conditions = d.derived(self.form_def, "conditions", lambda: _conditions(self.form_def))
        hidden: frozenset[str] = frozenset()
        # Each round hides what the answers hidden before had kept open; a circle ends after as many rounds.
        for _round in range(len(conditions)):
            scope = self._scope_without(hidden)
            now = frozenset(
                name for name, wanted in conditions.items() if not all(_is(c, scope) for c in wanted)
            )
            if all(not self.answers.get(name) for name in now ^ hidden):
                self._scope = scope
                return now
            hidden = now
        return hidden

    @cached_property
    def _seen(self) -> dict[str, Any]:
        return cel_answers(self.form_def, self.answers, values=self.values)

    def _scope_without(self, hidden: Collection[str]) -> cel.Scope:
        seen = self._seen
        if answered := [name for name in hidden if self.answers.get(name)]:
            seen = seen | _unanswered(self.form_def, answered, self.values)
        return cel.Scope({"a": seen, "v": self.values, "today": self.today})

    def _is(self, text: str) -> bool:
        return _is(cel.compile(text, NAMES), self.scope)


def _conditions(form_def: d.Form) -> dict[str, list[cel.Expression]]:
    """Question id -> its own condition and that of its section."""
    found: dict[str, list[cel.Expression]] = {}
    for section in form_def.sections:
        for question in section.questions:
            texts = [text for text in (section.show_if, question.show_if) if text]
            if texts:
                found[question.id] = [cel.compile(text, NAMES) for text in texts]
    return found


def _is(condition: cel.Expression, scope: cel.Scope) -> bool:
    try:
        return condition.holds(scope)
    except cel.CelFault:
        return False
