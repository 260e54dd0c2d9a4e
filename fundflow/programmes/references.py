"""What `programme.yaml`, `criteria.yaml` and `screening.yaml` name must exist, and their figures must add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from fundflow.forms import Form, part_names
from fundflow.programmes.loading import Parsed
from fundflow.workflow import Condition, ConditionFault, Finding, Registry, nearest
from fundflow.workflow.findings import Severity

CASE = "application"
PARTY_KINDS = frozenset({"applicant", "beneficiary", "guardian", "evaluator"})
"""The ways in which a person may be tied to a case."""
WHOLE = 100
LOT = "lot"
PROGRAMME, CRITERIA, SCREENING = "programme.yaml", "criteria.yaml", "screening.yaml"

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Place:
    """Writes findings into one file of a programme."""

    parsed: Parsed
    file: str

    def finding(
        self,
        path: Path,
        message: str,
        *,
        code: str,
        severity: Severity = "error",
        hint: str = "",
        why: str = "",
        line: int = 1,
    ) -> Finding:
        """A finding at the place of a path (at a line of a longer text there), or at the top of a missing file."""
        places = self.parsed.places.get(self.file)
        row, column = places.at_line(path, line) if places else (1, 1)
        return Finding(severity, self.file, row, column, message, code, hint, why)

    def unknown(self, path: Path, what: str, name: str, known: Collection[str], *, code: str) -> Finding:
        """A name that stands for nothing, with the nearest one that does."""
        return self.finding(path, f"unknown {what} '{name}'", code=code, hint=nearest(name, known))


def references(parsed: Parsed, _registry: Registry) -> Iterator[Finding]:
    """All checks of what the small files name."""
    place = Place(parsed, PROGRAMME)
    form = parsed.forms.get(parsed.programme.application_form)
    if form is None:
        name = parsed.programme.application_form
        yield place.unknown(("application_form",), "form", name, parsed.forms, code="unknown_form")
    else:
        yield from _questions(parsed, place, form)
        yield from _conditions(parsed, form)
    yield from _money(parsed, place)
    yield from _follow_up(parsed, place)
    yield from _separation(parsed, place)
    yield from _criteria(parsed)
    yield from _screening(parsed)


def _questions(parsed: Parsed, place: Place, form: Form) -> Iterator[Finding]:
    """The questions that lists, persons and papers lean on stand in the application form, in the right type."""
    programme = parsed.programme
    types: dict[str, str] = {each.id: each.type for each in form.questions()}
    types |= dict.fromkeys(part_names(form), "part")
    leaning: list[tuple[Path, str | None, str]] = [
        (("title_question",), programme.title_question, ""),
        (("summary_question",), programme.summary_question, ""),
        (("amount_question",), programme.amount_question, "money"),
        (("language_question",), programme.language_question, ""),
    ]
    leaning += [
        (("documents", i, "question"), each.question, "file") for i, each in enumerate(programme.documents)
    ]
    for kind, fields in programme.party_questions.items():
        if kind not in PARTY_KINDS:
            here = ("party_questions", kind)
            yield place.unknown(here, "kind of party", kind, PARTY_KINDS, code="unknown_party")
        leaning += [(("party_questions", kind, field), name, "") for field, name in fields.items()]
    for path, name, wanted in leaning:
        if name is not None and name not in types:
            what = f"question of the form '{programme.application_form}':"
            yield place.unknown(path, what, name, types, code="unknown_question")
        elif name is not None and wanted and types[name] != wanted:
            message = f"the question '{name}' is of type {types[name]}; it must be {wanted}"
            yield place.finding(path, message, code="question_of_wrong_type")


def _conditions(parsed: Parsed, form: Form) -> Iterator[Finding]:
    """Bonuses and ties read answers of the application form and the programme's values."""
    sums = {f"{each.id}_{name}" for each in form.questions() for name in each.sum_names}
    scope = {
        "a": {each.id for each in form.questions()} | sums,
        "v": {*parsed.programme.values, "currency"},
    }
    place = Place(parsed, CRITERIA)
    texts: list[tuple[Path, str]] = [
        (("bonuses", number, "when"), bonus.when) for number, bonus in enumerate(parsed.criteria.bonuses)
    ]
    for number, rule in enumerate(parsed.criteria.ties):
        if isinstance(rule, dict):
            texts += [(("ties", number, how), text) for how, text in rule.items()]
    for path, text in texts:
        try:
            Condition(text, scope)
        except ConditionFault as fault:
            yield place.finding(path, f"in the condition: {fault}", code="faulty_condition")


def _money(parsed: Parsed, place: Place) -> Iterator[Finding]:
    tranches = parsed.programme.tranches
    if tranches and (total := sum(each.share for each in tranches)) != WHOLE:
        message = f"the shares of the tranches add up to {total}, not to {WHOLE}"
        yield place.finding(("tranches",), message, code="shares_not_whole")
    yield from _doubles(place, ("tranches",), "tranche", [str(each.number) for each in tranches])


def _follow_up(parsed: Parsed, place: Place) -> Iterator[Finding]:
    appointments = parsed.programme.follow_up
    yield from _doubles(place, ("follow_up",), "appointment", [each.id for each in appointments])
    for number, each in enumerate(appointments):
        if each.form not in parsed.forms:
            path = ("follow_up", number, "form")
            yield place.unknown(path, "form", each.form, parsed.forms, code="unknown_form")
        if each.kind != "survey" and each.kind not in parsed.machines:
            path = ("follow_up", number, "kind")
            yield place.unknown(path, "machine", each.kind, parsed.machines, code="unknown_machine")


def _separation(parsed: Parsed, place: Place) -> Iterator[Finding]:
    """Every duty that is kept apart is the duty of some move, in its scope."""
    given: dict[str, set[str]] = {}
    for machine in parsed.machines.values():
        for move in machine.moves.values():
            for taken in move.duties:
                given.setdefault(taken.on or "case", set()).add(taken.name)
    raw = parsed.data[PROGRAMME].get("separation")
    for scope, duties in parsed.programme.separation.items():
        path: Path = ("separation", scope) if isinstance(raw, dict) else ("separation",)
        if scope == CASE:
            message = "the duties of the case itself stand under 'case'"
            yield place.finding(path, message, code="unknown_machine", hint="Write `case:`.")
            continue
        if scope != "case" and scope not in parsed.machines:
            yield place.unknown(path, "machine", scope, parsed.machines, code="unknown_machine")
        for number, duty in enumerate(duties):
            if duty not in given.get(scope, set()):
                known = given.get(scope, set())
                yield place.unknown((*path, number), "duty", duty, known, code="unknown_duty")


def _criteria(parsed: Parsed) -> Iterator[Finding]:
    grid, place = parsed.criteria, Place(parsed, CRITERIA)
    ids = [each.id for each in grid.criteria]
    if grid.criteria and (total := sum(each.weight for each in grid.criteria)) != WHOLE:
        message = f"the weights of the criteria add up to {total}, not to {WHOLE}"
        yield place.finding(("criteria",), message, code="weights_not_whole")
    yield from _moderation(parsed, place)
    yield from _doubles(place, ("criteria",), "criterion", ids)
    yield from _doubles(place, ("bonuses",), "bonus", [each.id for each in grid.bonuses])
    for number, rule in enumerate(grid.ties):
        if isinstance(rule, str) and rule != LOT and rule not in ids:
            yield place.unknown(("ties", number), "criterion", rule, [*ids, LOT], code="unknown_criterion")
    for number, criterion in enumerate(grid.criteria):
        if criterion.minimum is not None and not _is_figure(criterion.minimum):
            message = f"'{criterion.minimum}' is no number"
            yield place.finding(("criteria", number, "minimum"), message, code="no_number")


def _moderation(parsed: Parsed, place: Place) -> Iterator[Finding]:
    """A limit that no two reviews can pass would never ask the chair."""
    rule, widest = parsed.criteria.moderation, parsed.criteria.scale_most - parsed.criteria.scale_least
    if rule is None:
        return
    if rule.total is None and rule.steps is None:
        message = "the moderation has neither a limit of points nor of steps"
        yield place.finding(("moderation",), message, code="idle_moderation")
    if rule.steps is not None and rule.steps > widest:
        message = f"no two scores lie {rule.steps} steps apart on this scale"
        yield place.finding(("moderation", "steps"), message, code="idle_moderation")


def _screening(parsed: Parsed) -> Iterator[Finding]:
    place, checks = Place(parsed, SCREENING), parsed.screening.checks
    yield from _doubles(place, ("checks",), "check", [each.id for each in checks])
    for number, each in enumerate(checks):
        if each.mandatory and not each.reason_code:
            message = f"the mandatory check '{each.id}' has no reason_code"
            yield place.finding(("checks", number), message, code="check_without_reason")


def _is_figure(text: Any) -> bool:
    whole, _, rest = str(text).partition(".")
    return whole.isdigit() and (not rest or rest.isdigit())


def _doubles(place: Place, path: Path, what: str, ids: list[str]) -> Iterator[Finding]:
    for name, count in Counter(ids).items():
        if count > 1:
            last = len(ids) - 1 - ids[::-1].index(name)
            yield place.finding((*path, last), f"the {what} '{name}' stands twice", code="doubled_id")
