"""What `of_age` names must exist: the consent's form and questions, and the moves that the clock makes."""

from __future__ import annotations

from collections.abc import Iterator

from fundflow.forms import Form
from fundflow.programmes.loading import Parsed
from fundflow.programmes.references import CASE, PROGRAMME, Path, Place
from fundflow.workflow import Condition, ConditionFault, Finding, Registry

SYSTEM = "system"


def coming_of_age(parsed: Parsed, _registry: Registry) -> Iterator[Finding]:
    """All checks of `of_age`, and that the forms a minor needs are dated by a question of theirs."""
    place, law = Place(parsed, PROGRAMME), parsed.programme.of_age
    yield from _consents(parsed, place)
    if law.notice is not None:
        yield from _clock_move(parsed, place, ("of_age", "notice", "move"), law.notice.move)
    if law.move is not None:
        yield from _clock_move(parsed, place, ("of_age", "move"), law.move)
    yield from _dates(parsed)


def _consents(parsed: Parsed, place: Place) -> Iterator[Finding]:
    law = parsed.programme.of_age.consents
    if law is None:
        return
    at: Path = ("of_age", "consents")
    form = parsed.forms.get(law.form)
    if form is None:
        yield place.unknown((*at, "form"), "form", law.form, parsed.forms, code="unknown_form")
    else:
        scope = {"a": _questions(form), "v": {*parsed.programme.values, "currency"}}
        for name, text in (("by_person", law.by_person), ("by_guardian", law.by_guardian)):
            try:
                Condition(text, scope)
            except ConditionFault as fault:
                yield place.finding((*at, name), f"in the condition: {fault}", code="faulty_condition")
    if law.then is not None:
        yield from _clock_move(parsed, place, (*at, "then"), law.then)


def _clock_move(parsed: Parsed, place: Place, path: Path, name: str) -> Iterator[Finding]:
    """The clock makes the move by itself, wherever the case stands."""
    machine = parsed.machines.get(CASE)
    if machine is None:
        return
    move = machine.moves.get(name)
    if move is None:
        yield place.unknown(path, "move", name, machine.moves, code="unknown_move")
        return
    if SYSTEM not in move.by:
        message = f"the clock makes the move '{name}', but it is not for '{SYSTEM}'"
        yield place.finding(path, message, code="move_not_for_system")
    if move.form is not None:
        message = f"the clock cannot fill in the form that the move '{name}' asks for"
        yield place.finding(path, message, code="form_for_the_clock")
    left_out = [id_ for id_, stage in machine.stages.items() if not stage.final and id_ not in move.from_]
    if left_out:
        message = f"the clock makes the move '{name}' in every stage; it leaves out: {', '.join(left_out)}"
        yield place.finding(path, message, code="clock_leaves_out")


def _dates(parsed: Parsed) -> Iterator[Finding]:
    for kind, machine in parsed.machines.items():
        place = Place(parsed, f"machines/{kind}.yaml")
        for name, move in machine.moves.items():
            for number, rule in enumerate(move.guards):
                form, dated = parsed.forms.get(rule.params.get("form", "")), rule.params.get("dated")
                if form is None or dated is None:
                    continue
                dates = {each.id for each in form.questions() if each.type == "date"}
                if dated not in dates:
                    path = ("moves", name, "guards", number)
                    what = f"date of the form '{rule.params['form']}':"
                    yield place.unknown(path, what, str(dated), dates, code="unknown_date")


def _questions(form: Form) -> set[str]:
    return {each.id for each in form.questions()}
