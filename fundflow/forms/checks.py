"""Static checks of a form: what its models cannot refuse, found before anyone fills it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any, Literal, NamedTuple

from fundflow.forms import arithmetic, fields, limits
from fundflow.forms import definition as d
from fundflow.forms.circles import circles
from fundflow.forms.currencies import chosen, is_chosen, misread
from fundflow.forms.reading import NAMES, cel_answers
from fundflow.forms.validation import sum_names
from fundflow.forms.wording import known, places
from fundflow.platform import cel

Severity = Literal["error", "warning"]


class Finding(NamedTuple):
    """One fault of a form; a path is like `sections.budget.questions.total.show_if`."""

    path: str
    severity: Severity
    message: str
    code: str


_ROW = frozenset({"r", "v"})
_PARTS = ("columns", "computed", "sums")
_NO_SUM = "people choose the currency of {!r}, and amounts of several currencies do not add up"


def check(form_def: d.Form, *, values: Mapping[str, Any], languages: Collection[str]) -> list[Finding]:
    """All findings of a form; conditions and wording are looked at when its questions are sound."""
    found = list(_doubles(form_def))
    for section in form_def.sections:
        for question in section.questions:
            path = f"sections.{section.id}.questions.{question.id}"
            found += [
                Finding(*_placed(path, fault), code="wrong_question") for fault in _faults(question, values)
            ]
    if any(each.severity == "error" for each in found):
        return found + list(_languages(form_def, languages))
    return [
        *found,
        *_columns(form_def),
        *_conditions(form_def, values),
        *_circles(form_def),
        *_words(form_def, values),
        *_languages(form_def, languages),
    ]


def _placed(path: str, fault: str) -> tuple[str, Severity, str]:
    """A fault of a part of rows (`columns.price: ...`) at that part."""
    part, _colon, said = fault.partition(": ")
    inside = said and part.partition(".")[0] in _PARTS and " " not in part
    return (f"{path}.{part}", "error", said) if inside else (path, "error", fault)


def _doubles(form_def: d.Form) -> Iterator[Finding]:
    sections: set[str] = set()
    questions = sum_names(form_def.questions())
    for at, section in enumerate(form_def.sections):
        if section.id in sections:
            yield Finding(
                f"sections.{at}", "error", f"section {section.id!r} stands twice", code="doubled_id"
            )
        sections.add(section.id)
        for number, question in enumerate(section.questions):
            if question.id in questions:
                path = f"sections.{at}.questions.{number}"
                yield Finding(path, "error", f"question {question.id!r} stands twice", code="doubled_id")
            questions.add(question.id)


def _columns(form_def: d.Form) -> Iterator[Finding]:
    """Parts, currencies and sums are columns of lists beside the questions: each name stands for one."""
    taken: set[str] = set()
    for section in form_def.sections:
        for question in section.questions:
            for column in fields.of(question).csv_columns():
                if column in taken:
                    path = f"sections.{section.id}.questions.{question.id}"
                    message = f"two answers would fill the column {column!r} of lists"
                    yield Finding(path, "error", message, code="columns_collide")
                taken.add(column)


def _faults(question: d.AnyQuestion, values: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with a question by itself."""
    try:
        answer = fields.of(question)
        yield from answer.faults()
        if isinstance(question, d.Rows):
            yield from _row_faults(question)
    except (cel.CelFault, limits.BadLimit, KeyError) as fault:
        yield str(fault)
        return
    for asked in [question, *(question.columns if isinstance(question, d.Rows) else ())]:
        yield from (
            f"the programme has no value {name!r}" for name in _values_asked(asked) if name not in values
        )
        one = isinstance(asked, d.Money) and not is_chosen(asked)
        if one and not (getattr(asked, "currency", None) or values.get("currency")):
            yield "no currency, neither here nor as the value 'currency'"


def _values_asked(question: d.Base) -> list[str]:
    bounds = (
        getattr(question, name, None)
        for name in ("min", "max", "min_minor", "max_minor", "least_days", "most_days")
    )
    return [name for bound in bounds if (name := limits.value_name(bound))]


def _row_faults(question: d.Rows) -> Iterator[str]:
    """Columns, calculations and sums of repeating rows."""
    names = [column.id for column in question.columns] + list(question.computed)
    for double in sorted({name for name in names if names.count(name) > 1}):
        yield f"column {double!r} stands twice"
    yield from _figure_faults(question)
    conditions = [s.where for s in question.sums.values()] + [c.required_if for c in question.columns]
    for text in filter(None, conditions):
        yield from misread(text, "r", chosen(question.columns))
        used = cel.compile(text, _ROW).members
        for strange in sorted({member for kind, member in used if kind == "r"} - set(names)):
            yield f"{text}: no column {strange!r}"
    for column in question.columns:
        if column.show_if:
            yield f"columns.{column.id}: a column cannot be hidden (show_if)"


def _figure_faults(question: d.Rows) -> Iterator[str]:
    """Calculations and sums take figures that stand before them and add up."""
    mixed = chosen(question.columns)
    ready = {column.id for column in question.columns if column.type in ("money", "number", "percentage")}
    for name, computed in question.computed.items():
        figures = arithmetic.compile(computed.value).columns
        yield from (f"computed.{name}: {_NO_SUM.format(column)}" for column in sorted(figures & mixed))
        if missing := figures - ready:
            yield f"computed.{name}: no figure {', '.join(sorted(missing))} before it"
        ready.add(name)
    for name, total in question.sums.items():
        if total.of in mixed:
            yield f"sums.{name}: {_NO_SUM.format(total.of)}"
        elif total.of not in ready:
            yield f"sums.{name}: {total.of!r} is no figure of these rows"


def _expressions(form_def: d.Form) -> Iterator[tuple[str, str]]:
    for section in form_def.sections:
        here = f"sections.{section.id}"
        if section.show_if:
            yield f"{here}.show_if", section.show_if
        for question in section.questions:
            for name in ("show_if", "required_if"):
                if text := getattr(question, name):
                    yield f"{here}.questions.{question.id}.{name}", text
        for number, rule in enumerate(section.rules):
            yield f"{here}.rules.{number}.when", rule.when


def _conditions(form_def: d.Form, values: Mapping[str, Any]) -> Iterator[Finding]:
    """Every condition compiles, asks for what there is, and is true or false on answers of the right kind."""
    samples = {question.id: fields.of(question).sample() for question in form_def.questions()}
    seen = cel_answers(form_def, samples, values=values)
    scope = cel.Scope({"a": seen, "v": values, "today": date(2026, 1, 31)})
    amounts = chosen(form_def.questions())
    for path, text in _expressions(form_def):
        try:
            condition = cel.compile(text, NAMES)
            unknown = {m for kind, m in condition.members if m not in (seen if kind == "a" else values)}
            mistaken = next(misread(text, "a", amounts), "")
            if unknown:
                message = f"{text}: unknown {', '.join(sorted(unknown))}"
                yield Finding(path, "error", message, code="faulty_condition")
            elif mistaken:
                yield Finding(path, "error", mistaken, code="faulty_condition")
            else:
                condition.holds(scope)
        except cel.CelFault as fault:
            yield Finding(path, "error", str(fault), code="faulty_condition")
    for section in form_def.sections:
        for number, rule in enumerate(section.rules):
            if rule.at not in samples:
                here = f"sections.{section.id}.rules.{number}.at"
                yield Finding(here, "error", f"there is no question {rule.at!r}", code="unknown_question")


def _circles(form_def: d.Form) -> Iterator[Finding]:
    for path, way in circles(form_def):
        message = f"the question waits for its own answer: {' → '.join(way)}"
        yield Finding(path, "error", message, code="question_waits_for_itself")


def _words(form_def: d.Form, values: Mapping[str, Any]) -> Iterator[Finding]:
    answers = {question.id for question in form_def.questions()} | sum_names(form_def.questions())
    for path, words in _all_words(form_def, ""):
        for place in dict.fromkeys(place for text in words.values() for place in places(text)):
            if not known(place, values) and not (".says" in path and place.removeprefix("a.") in answers):
                yield Finding(path, "error", f"nothing fills {{{{ {place} }}}}", code="nothing_fills")


def _languages(form_def: d.Form, languages: Collection[str]) -> Iterator[Finding]:
    for path, words in _all_words(form_def, ""):
        if missing := sorted(set(languages) - set(words)):
            yield Finding(path, "warning", f"no words in {', '.join(missing)}", code="missing_language")


def _all_words(part: Any, path: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Every map of words in a definition with its path, parts named by their ids."""
    if isinstance(part, d.Model):
        for name in type(part).model_fields:
            value = getattr(part, name)
            inner = f"{path}.{name}" if path else name
            if (
                isinstance(value, dict)
                and value
                and name in ("title", "label", "help", "says", "unit", "pattern_says", "statement")
            ):
                yield inner, value
            elif name == "labels":
                yield from ((f"{inner}.{part_name}", words) for part_name, words in value.items())
            else:
                yield from _all_words(value, inner)
    elif isinstance(part, tuple):
        for number, item in enumerate(part):
            yield from _all_words(item, f"{path}.{getattr(item, 'id', number)}")
    elif isinstance(part, dict):
        for name, item in part.items():
            yield from _all_words(item, f"{path}.{name}")
