"""Amounts whose currency people choose stand where nothing takes them for an amount of the programme's currency."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from fundflow import forms
from fundflow.forms import Form
from fundflow.programmes.coherence import conditions
from fundflow.programmes.loading import Parsed
from fundflow.programmes.references import CRITERIA, PROGRAMME, Path, Place
from fundflow.workflow import Finding, Move, Registry, RuleFault, RuleRef

_ANSWERS = r"(?:f\s*\.\s*)?answers\s*\.\s*{}"
_HINT = "Ask for it without `currencies`."


def currencies(parsed: Parsed, registry: Registry) -> Iterator[Finding]:
    """All checks of what takes such an amount: rules, facts, lists and conditions outside its form."""
    yield from _rules(parsed, registry)
    yield from _facts(parsed, registry)
    yield from _requested(parsed)
    yield from _read_by_moves(parsed)
    yield from _read_by_letters(parsed)
    yield from _read_by_figures(parsed)


def _rules(parsed: Parsed, registry: Registry) -> Iterator[Finding]:
    """Guards and effects that count in the programme's currency."""
    for kind, machine in parsed.machines.items():
        place = Place(parsed, f"machines/{kind}.yaml")
        for name, move in machine.moves.items():
            for part, number, ref in _used(move):
                for form_id, question in _taken(registry, part, ref, move):
                    if _is_chosen(parsed, form_id, question):
                        message = (
                            f"'{ref.name}' takes '{question}' of the form '{form_id}' for an amount in the "
                            "programme's currency, but there the person chooses the currency"
                        )
                        path: Path = ("moves", name, part, number)
                        yield place.finding(path, message, code="currency_is_chosen", hint=_HINT)


def _used(move: Move) -> Iterator[tuple[str, int, RuleRef]]:
    for part, rules in (("guards", move.guards), ("effects", move.effects)):
        for number, ref in enumerate(rules):
            yield part, number, ref


def _taken(registry: Registry, part: str, ref: RuleRef, move: Move) -> Iterator[tuple[str, str]]:
    """Form and question of each amount that a rule of a move takes; none of a rule that is wrong by itself."""
    try:
        bound = registry.bind_guard(ref) if part == "guards" else registry.bind_effect(ref)
    except RuleFault:
        return
    if bound.rule.amounts is not None:
        for form, question in bound.rule.amounts(**bound.params):
            if named := form or move.form:
                yield named, question


def _facts(parsed: Parsed, registry: Registry) -> Iterator[Finding]:
    for fact in registry.facts.values():
        for form_id, path in fact.amounts() if fact.amounts else ():
            if form_id and _is_chosen(parsed, form_id, path):
                question, _dot, column = path.partition(".")
                section = parsed.forms[form_id].section_of(question)
                at: Path = ("sections", section.id, "questions", question)
                message = (
                    f"the fact '{fact.name}' takes '{path}' for an amount in the programme's currency, "
                    "but here the person chooses the currency"
                )
                place = Place(parsed, f"forms/{form_id}.yaml")
                inner: Path = (*at, "columns", column) if column else at
                yield place.finding(inner, message, code="currency_is_chosen", hint=_HINT)


def _requested(parsed: Parsed) -> Iterator[Finding]:
    """The amount asked for stands in lists and against the call's money."""
    name = parsed.programme.amount_question
    if name and _is_chosen(parsed, parsed.programme.application_form, name):
        message = (
            f"the amount asked for is in the programme's currency, but '{name}' lets the person choose one"
        )
        place = Place(parsed, PROGRAMME)
        yield place.finding(("amount_question",), message, code="currency_is_chosen", hint=_HINT)


def _is_chosen(parsed: Parsed, form_id: str, question: str) -> bool:
    form = parsed.forms.get(form_id)
    return form is not None and forms.is_chosen(forms.named(form, question))


def _read_by_moves(parsed: Parsed) -> Iterator[Finding]:
    """Conditions of machines: the form of the move as `m`, every form under `answers`."""
    for kind, machine in parsed.machines.items():
        file = f"machines/{kind}.yaml"
        for path, text in conditions(parsed.data[file], ()):
            move = machine.moves.get(str(path[1])) if path[0] == "moves" else None
            form = parsed.forms.get(move.form or "") if move else None
            heads = _facts_named(parsed) | ({"m": form} if form else {})
            yield from _misread(Place(parsed, file), path, text, heads)


def _read_by_letters(parsed: Parsed) -> Iterator[Finding]:
    for letter_id in parsed.letters:
        place = Place(parsed, f"letters/{letter_id}.yaml")
        for path, text in conditions(parsed.data[place.file], ()):
            yield from _misread(place, path, text, _facts_named(parsed))


def _read_by_figures(parsed: Parsed) -> Iterator[Finding]:
    """Bonuses and ties, and the consents of those who come of age."""
    texts: list[tuple[Path, str]] = [
        (("bonuses", number, "when"), bonus.when) for number, bonus in enumerate(parsed.criteria.bonuses)
    ]
    for number, rule in enumerate(parsed.criteria.ties):
        if isinstance(rule, dict):
            texts += [(("ties", number, how), text) for how, text in rule.items()]
    form = parsed.forms.get(parsed.programme.application_form)
    for path, text in texts if form else ():
        yield from _misread(Place(parsed, CRITERIA), path, text, {"a": form})
    law = parsed.programme.of_age.consents
    form = parsed.forms.get(law.form) if law else None
    if law is None or form is None:
        return
    for name, text in (("by_person", law.by_person), ("by_guardian", law.by_guardian)):
        yield from _misread(Place(parsed, PROGRAMME), ("of_age", "consents", name), text, {"a": form})


def _facts_named(parsed: Parsed) -> dict[str, Form]:
    """How conditions name the answers of each form that has such amounts."""
    return {
        _ANSWERS.format(re.escape(form_id)): form
        for form_id, form in parsed.forms.items()
        if forms.chosen(form.questions())
    }


def _misread(place: Place, path: Path, text: str, heads: Mapping[str, Form | None]) -> Iterator[Finding]:
    for name, form in heads.items():
        for message in forms.misread(text, name, forms.chosen(form.questions()) if form else ()):
            yield place.finding(path, f"in the condition: {message}", code="faulty_condition")
