"""A form's answers as conditions see them: what is shown, what is required, which rules hold."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from functools import cached_property
from itertools import chain
from typing import Any

from fundflow.forms import definition as d
from fundflow.forms import fields
from fundflow.platform import cel

NAMES = frozenset({"a", "v", "today"})

Answers = Mapping[str, Any]
Asked = tuple[frozenset[str], frozenset[str] | None]  # names of answers, names of values (None: all)
_BARE = re.compile(r"(?<![\w.])[av](?!\w|\s*\.)")  # used as a whole, such as a["name"]


def cel_answers(
    form_def: d.Form, answers: Answers, *, values: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Every question's answer for conditions: money in minor units, dates as ISO text, sums `<rows>_<sum>`.

    No answer is "" for texts and choices, [] for lists, null for figures and dates.
    """
    seen: dict[str, Any] = {}
    for question in form_def.questions():
        if not isinstance(question, d.Unasked):
            seen |= _cel_answer(question, answers.get(question.id), values or {})
    return seen


def _cel_answer(question: d.Base, stored: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    answer = fields.of(question)
    seen = {question.id: answer.cel(answer.blank() if stored is None else stored)}
    return seen | _sums(question, answer, stored, values) if question.sum_names else seen


def _wanted_answers(
    form_def: d.Form, names: Collection[str], answers: Answers, values: Mapping[str, Any]
) -> dict[str, Any]:
    """As `cel_answers`, but only the answers and sums of these names: a form has many, its conditions ask few."""
    sources = d.derived(form_def, "sources", lambda: _sources(form_def))
    seen: dict[str, Any] = {}
    for name in names:
        if name in seen or name not in sources:
            continue
        question, is_sum = sources[name]
        answer, stored = fields.of(question), answers.get(question.id)
        if is_sum:
            seen |= _sums(question, answer, stored, values)
        else:
            seen[name] = answer.cel(answer.blank() if stored is None else stored)
    return seen


def _sources(form_def: d.Form) -> dict[str, tuple[d.Base, bool]]:
    """The question behind each name that conditions may use, and whether the name is one of its sums."""
    found: dict[str, tuple[d.Base, bool]] = {}
    for question in form_def.questions():
        if not isinstance(question, d.Unasked):
            found[question.id] = (question, False)
        found |= {f"{question.id}_{name}": (question, True) for name in question.sum_names}
    return found


def _sums(
    question: d.Base, answer: fields.FieldType[Any], stored: Any, values: Mapping[str, Any]
) -> dict[str, Any]:
    figures = answer.sums(stored, values)
    return {
        f"{question.id}_{name}": 0 if figure is None else answer.sum_type(name).cel(figure)
        for name, figure in figures.items()
    }


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
            return any(kind == "a" and _lacks(seen.get(name)) for kind, name in condition.members)

    @property
    def scope(self) -> cel.Scope:
        """The names `a`, `v` and `today` as far as the form's conditions and rules ask for them; nothing hidden."""
        if self._scope is None:
            asked = d.derived(
                self.form_def, "asked", lambda: _asked(self.form_def, _expressions(self.form_def))
            )
            self._scope = self._scope_without(self.hidden, asked)
        return self._scope

    @cached_property
    def hidden(self) -> frozenset[str]:
        """The questions that are not asked."""
        conditions = d.derived(self.form_def, "conditions", lambda: _conditions(self.form_def))
        asked = d.derived(
            self.form_def, "asked to show", lambda: _asked(self.form_def, chain(*conditions.values()))
        )
        hidden: frozenset[str] = frozenset()
        # Each round hides what the answers hidden before had kept open; a circle ends after as many rounds.
        for _round in range(len(conditions)):
            scope = self._scope_without(hidden, asked)
            met = {each.text: _is(each, scope) for each in set(chain(*conditions.values()))}
            now = frozenset(
                name for name, wanted in conditions.items() if not all(met[each.text] for each in wanted)
            )
            if all(not self.answers.get(name) for name in now ^ hidden):
                return now
            hidden = now
        return hidden

    def _scope_without(self, hidden: Collection[str], asked: Asked) -> cel.Scope:
        names, values = asked
        answered = {name for name in hidden if self.answers.get(name)}
        answers = {k: v for k, v in self.answers.items() if k not in answered} if answered else self.answers
        seen = _wanted_answers(self.form_def, names, answers, self.values)
        known = {name: value for name, value in self.values.items() if values is None or name in values}
        return cel.Scope({"a": seen, "v": known, "today": self.today})

    def _is(self, text: str) -> bool:
        return _is(cel.compile(text, NAMES), self.scope)


def _lacks(answer: Any) -> bool:
    """Whether an answer, or a part of it, is open."""
    return answer is None or (isinstance(answer, Mapping) and None in answer.values())


def _conditions(form_def: d.Form) -> dict[str, list[cel.Expression]]:
    """Question id -> its own condition and that of its section."""
    found: dict[str, list[cel.Expression]] = {}
    for section in form_def.sections:
        for question in section.questions:
            texts = [text for text in (section.show_if, question.show_if) if text]
            if texts:
                found[question.id] = [cel.compile(text, NAMES) for text in texts]
    return found


def _expressions(form_def: d.Form) -> list[cel.Expression]:
    """All conditions and rules over the answers of a form."""
    questions = list(form_def.questions())
    texts = [text for each in (*form_def.sections, *questions) for text in (each.show_if,) if text]
    texts += [question.required_if for question in questions if question.required_if]
    texts += [rule.when for section in form_def.sections for rule in section.rules]
    return [cel.compile(text, NAMES) for text in texts]


def _asked(form_def: d.Form, conditions: Iterable[cel.Expression]) -> Asked:
    """The answers that some conditions look at, and the values of the programme; None for all of these."""
    each = list(conditions)
    bare = {found[0] for condition in each for found in _BARE.finditer(condition.text)}
    members = {kind: {name for c in each for of, name in c.members if of == kind} for kind in "av"}
    answers = _sources(form_def) if "a" in bare else members["a"]
    return frozenset(answers), None if "v" in bare else frozenset(members["v"])


def _is(condition: cel.Expression, scope: cel.Scope) -> bool:
    try:
        return condition.holds(scope)
    except cel.CelFault:
        return False
