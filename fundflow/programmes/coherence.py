"""Checks over several files: duties that bind nobody, papers nobody writes, ceilings taken for amounts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from fundflow.forms import Form
from fundflow.programmes.loading import Parsed
from fundflow.programmes.references import CASE, Path, Place
from fundflow.workflow import Finding, Machine, Move, Registry, RuleRef

FILLED = frozenset({"form_complete", "entry_exists", "minor_requires", "freeze_entries"})
"""Rules that wait for a form to be filled."""
_CEILING = r"v\.\w*(?:ceiling|maximum|most|max|limit|cap)\w*"
_AS_AMOUNT = re.compile(rf"{_CEILING}\s*==|==\s*{_CEILING}")
_CONDITIONS = frozenset({"when", "show_if", "required_if"})


def coherence(parsed: Parsed, registry: Registry) -> Iterator[Finding]:
    """All checks of what must fit together across the files of a programme."""
    for kind, machine in parsed.machines.items():
        place = Place(parsed, f"machines/{kind}.yaml")
        yield from _bound_duties(parsed, place, machine, registry)
        yield from _same_hand(place, machine, registry)
        yield from _forms_to_fill(parsed, place, machine)
        yield from _facts_of_others(parsed, place, kind, machine, registry)
        yield from _owners(place, kind, machine)
    yield from _unused(parsed)
    yield from _ceilings(parsed)


def rules_of(move: Move) -> Iterator[tuple[tuple[str, int], RuleRef]]:
    """The guards and effects of a move, each with its place there."""
    for part, rules in (("guards", move.guards), ("effects", move.effects)):
        for index, ref in enumerate(rules):
            yield (part, index), ref


def _money(move: Move, registry: Registry) -> bool:
    return any(ref.name in registry.effects and registry.effects[ref.name].money for ref in move.effects)


def _bound_duties(parsed: Parsed, place: Place, machine: Machine, registry: Registry) -> Iterator[Finding]:
    """A money move's duty must be one that excludes others, or one person could do everything."""
    apart = parsed.programme.separation
    for name, move in machine.moves.items():
        duties = move.duties
        bound = [duty for duty in duties if duty.name in apart.get(duty.on or "case", ())]
        if duties and not bound and _money(move, registry):
            scope = duties[0].on or "case"
            yield place.finding(
                ("moves", name, "duty"),
                f"the duty '{duties[0].name}' of a money move is not kept apart from any other",
                code="duty_not_kept_apart",
                hint=f"Add it to `separation` ({scope}) in programme.yaml.",
                why="One person could act twice on the same money.",
            )


def _same_hand(place: Place, machine: Machine, registry: Registry) -> Iterator[Finding]:
    """Two money moves, one right after the other, by the same duty: one person may make both."""
    moves = {name: move for name, move in machine.moves.items() if _money(move, registry) and move.duties}
    for name, move in moves.items():
        for other, before in moves.items():
            follows = other != name and before.to is not None and before.to in move.from_
            if follows and set(before.duties) & set(move.duties):
                yield place.finding(
                    ("moves", name, "duty"),
                    f"the same person may make '{other}' and then '{name}'",
                    code="same_hand",
                    hint="Give the second a duty of its own.",
                    why="Money would go out past a second pair of eyes.",
                )


def _forms_to_fill(parsed: Parsed, place: Place, machine: Machine) -> Iterator[Finding]:
    """A rule that waits for a form that nobody is asked to fill."""
    asked = {move.form for each in parsed.machines.values() for move in each.moves.values()}
    opened = {
        str(ref.params.get("form"))
        for each in parsed.machines.values()
        for move in each.moves.values()
        for ref in move.effects
        if ref.name == "open_entry"
    }
    asked |= opened | {each.form for each in parsed.programme.follow_up}
    for name, move in machine.moves.items():
        for path, ref in rules_of(move):
            form_id = str(ref.params.get("form"))
            form = parsed.forms.get(form_id)
            if ref.name in FILLED and form is not None and form_id not in asked and not form.fill.by:
                yield place.finding(
                    ("moves", name, *path),
                    f"nobody fills the form '{form_id}', which this waits for",
                    code="form_nobody_fills",
                    hint="Add `fill: {by: [..], in: [..]}` to the form.",
                    why="The move could never be made.",
                )


def _facts_of_others(
    parsed: Parsed, place: Place, kind: str, machine: Machine, registry: Registry
) -> Iterator[Finding]:
    """A letter or mail about a part of the case (a tranche, a visit) sent by a move of something else."""
    parts = (set(parsed.machines) - {CASE, kind}) & set(registry.facts)
    for name, move in machine.moves.items():
        for path, ref in rules_of(move):
            for paper, text in _papers(parsed, ref):
                for fact in sorted(set(text.facts) & parts):
                    yield place.finding(
                        ("moves", name, *path),
                        f"the {paper} speaks of the {fact} that moves, but here the {kind} moves",
                        code="fact_of_another",
                        hint=f"Send it from a move of machines/{fact}.yaml.",
                        why="The value would be missing when it is written.",
                    )


def _papers(parsed: Parsed, ref: RuleRef) -> Iterator[tuple[str, Any]]:
    letter, mail = str(ref.params.get("letter")), str(ref.params.get("id"))
    if letter in parsed.letters:
        yield f"letter '{letter}'", parsed.letters[letter]
    if ref.name == "mail" and mail in parsed.mails:
        yield f"mail '{mail}'", parsed.mails[mail]


def _owners(place: Place, kind: str, machine: Machine) -> Iterator[Finding]:
    """The case itself belongs to its parties; an `owner` has only a review."""
    for name, move in machine.moves.items():
        if kind == CASE and "owner" in move.by:
            yield place.finding(
                ("moves", name, "by"),
                "a case has no 'owner'",
                code="case_without_owner",
                hint="Name a kind of party (applicant, beneficiary, guardian) or a role.",
                why="Nobody could make the move.",
            )


def _unused(parsed: Parsed) -> Iterator[Finding]:
    """Letters, mails and forms that no file names: mostly a name that was changed in one place only."""
    said = {
        str(value)
        for machine in parsed.machines.values()
        for move in machine.moves.values()
        for _path, ref in rules_of(move)
        for value in ref.params.values()
        if isinstance(value, str)
    }
    deadlines = [
        stage.deadline
        for machine in parsed.machines.values()
        for stage in machine.stages.values()
        if stage.deadline is not None
    ]
    mailed = {deadline.then.mail for deadline in deadlines if deadline.then}
    mailed |= {each.mail for deadline in deadlines for each in (*deadline.remind, *deadline.escalate)}
    filled = {move.form for machine in parsed.machines.values() for move in machine.moves.values()}
    filled |= {each.form for each in parsed.programme.follow_up} | {parsed.programme.application_form}
    for letter in set(parsed.letters) - said:
        yield _never(parsed, f"letters/{letter}.yaml", (), f"no move issues the letter '{letter}'")
    for mail in set(parsed.mails) - said - mailed:
        yield _never(parsed, "mails.yaml", (mail,), f"nothing sends the mail '{mail}'")
    for form_id, form in parsed.forms.items():
        if form_id not in said | filled and not form.fill.by:
            yield _never(parsed, f"forms/{form_id}.yaml", (), f"nobody is asked to fill the form '{form_id}'")


def _never(parsed: Parsed, file: str, path: Path, message: str) -> Finding:
    why = "Perhaps it was meant to be named somewhere."
    return Place(parsed, file).finding(path, message, code="never_used", severity="warning", why=why)


def _ceilings(parsed: Parsed) -> Iterator[Finding]:
    """Up to an amount is not that amount: a ceiling that answers must equal."""
    why = "A ceiling is what one may get at most, not what everybody gets."
    for file, data in parsed.data.items():
        for path, text in conditions(data, ()):
            if _AS_AMOUNT.search(text):
                message = "the condition takes a ceiling for the amount itself"
                yield Place(parsed, file).finding(
                    path, message, code="ceiling_as_amount", severity="warning", hint="Use `<=`.", why=why
                )
    for form_id, form in parsed.forms.items():
        for path, question in _amounts(form):
            if question.min_minor is not None and question.min_minor == question.max_minor:
                message = f"the least and the largest amount of '{question.id}' are the same"
                place = Place(parsed, f"forms/{form_id}.yaml")
                yield place.finding(
                    (*path, "min_minor"), message, code="ceiling_as_amount", severity="warning", why=why
                )


def conditions(data: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Every condition in what stands in a file, with its path."""
    members = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, inner in members:
        if step in _CONDITIONS and isinstance(inner, str):
            yield (*path, step), inner
        else:
            yield from conditions(inner, (*path, step))


def _amounts(form: Form) -> Iterator[tuple[Path, Any]]:
    for section in form.sections:
        for question in section.questions:
            if question.type == "money":
                yield ("sections", section.id, "questions", question.id), question
