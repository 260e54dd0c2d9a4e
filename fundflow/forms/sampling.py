"""Sample answers that a form accepts: for previews, and for cases that are walked to try a programme."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from random import Random
from typing import Any

from fundflow.forms import codes, fields, limits
from fundflow.forms import definition as d
from fundflow.forms.catalogue import question_types
from fundflow.forms.reading import Reading
from fundflow.forms.validation import validate

ROUNDS = 24
OTHERS = 3
"""In one round of so many, what else a broken rule speaks of is drawn anew, for the fault may lie there."""
PARTS = (2, 4, 8)
"""What money without a limit may be of the largest sum of its form."""
_WORDS = "Sample words that stand for what somebody would write here. "
_PAIR = re.compile(r"a\.(\w+)\s*(==|<=|>=|<|>)\s*(?:a\.(\w+)|(\d+))")
_USED = re.compile(r"a\.(\w+)")

Answers = dict[str, Any]


def sample_answers(
    form_def: d.Form,
    *,
    values: Mapping[str, Any],
    today: date,
    lots: Random,
    amounts: Sequence[int] = (),
    wanted: Mapping[str, Any] | None = None,
) -> Answers:
    """Answers to the whole form, mended until the form accepts them or the rounds are over.

    `amounts` are sums of money (minor units) that fit the case; `wanted` are answers to keep. The caller validates:
    a form may ask for what no lot finds.
    """
    lot = _Lot(values, today, lots, amounts, _scale(form_def, values))
    given = {q.id: _answer(q, lot) for q in form_def.questions() if not isinstance(q, d.Unasked)}
    kept = wanted or {}
    given |= kept
    for turn in range(1, ROUNDS + 1):
        problems = validate(form_def, given, values=values, today=today)
        if not problems:
            break
        for path in problems:
            name = path.partition(".")[0]
            try:
                question = form_def.question(name)
            except KeyError:
                given.pop(name, None)
                continue
            if name not in kept and not _levelled(form_def, given, name, values, today):
                given[name] = _answer(question, lot)
        if turn % OTHERS == 0:
            behind = _behind(form_def, problems)
            given |= {each.id: _answer(each, lot) for each in behind if each.id not in kept}
    return {name: answer for name, answer in given.items() if answer is not None}


def _behind(form_def: d.Form, problems: Iterable[str]) -> list[Any]:
    """The questions that the rules speak of at the places where something is wrong."""
    places = {path.partition(".")[0] for path in problems}
    rules = (rule for section in form_def.sections for rule in section.rules if rule.at in places)
    used = {name for rule in rules for name in _USED.findall(rule.when)}
    return [
        each
        for each in form_def.questions()
        if not isinstance(each, d.Unasked)
        and any(name == each.id or name.startswith(f"{each.id}_") for name in used)
    ]


def _levelled(form_def: d.Form, given: Answers, at: str, values: Mapping[str, Any], today: date) -> bool:
    """For a rule that compares two answers at this question: give the second the value of the first."""
    reading = Reading(form_def, given, values, today)
    for section in form_def.sections:
        for rule in section.rules:
            pair = _PAIR.search(rule.when)
            if rule.at != at or pair is None or reading.holds(rule):
                continue
            first, second = pair[1], pair[3]
            target = pair[4] if second is None else given.get(second)
            if _fitted(form_def, given, first, target):
                return True
            worth = _worth(form_def, given, first, values)
            if worth is None or second not in given:
                continue
            given[second] = _as_stored(form_def.question(second), worth, given[second])
            return True
    return False


def _fitted(form_def: d.Form, given: Answers, name: str, target: Any) -> bool:
    """For a sum of rows that must come to a target: one row whose figures come to it, where that is plain."""
    for question in form_def.questions():
        if not isinstance(question, d.Rows) or target is None:
            continue
        for total, summed in question.sums.items():
            column = _plain_column(question, summed.of)
            if f"{question.id}_{total}" == name and column is not None and given.get(question.id):
                row = dict(given[question.id][0])
                row |= {
                    each.id: "1" for each in question.columns if each.type == "number" and each.id != column
                }
                row[column] = target
                given[question.id] = [row]
                return True
    return False


def _plain_column(question: d.Rows, name: str) -> str | None:
    """The column whose figure a sum adds up: itself, or the amount of a column worked out as a product."""
    if name not in question.computed:
        return name
    used = re.findall(r"r\.(\w+)", question.computed[name].value)
    amounts = [each.id for each in question.columns if each.id in used and each.type == "money"]
    return amounts[0] if len(amounts) == 1 else None


def _worth(form_def: d.Form, given: Answers, name: str, values: Mapping[str, Any]) -> Any:
    """What an answer or a sum of rows is worth, as it would be stored."""
    if name in given:
        return given[name]
    for question in form_def.questions():
        if isinstance(question, d.Rows):
            answer = fields.of(question)
            for total, figure in answer.sums(given.get(question.id), values).items():
                if f"{question.id}_{total}" == name:
                    return figure
    return None


def _as_stored(question: d.AnyQuestion, worth: Any, old: Any) -> Any:
    minor = worth.get("minor") if isinstance(worth, Mapping) else None
    if question.type == "money" and minor is not None:
        return {**old, "minor": minor}
    return worth


@lru_cache(maxsize=1)
def _stored() -> Mapping[str, Any]:
    return {each.name: each.stored for each in question_types()}


@dataclass(frozen=True)
class _Lot:
    """What sampling one answer knows of its form."""

    values: Mapping[str, Any]
    today: date
    lots: Random
    amounts: Sequence[int]
    scale: Sequence[int]
    """Sums that money without a limit of its own may come to, in a form that limits other money."""


def _scale(form_def: d.Form, values: Mapping[str, Any]) -> list[int]:
    """Parts of the largest sum that the form allows anywhere: what adds up to it must be smaller."""
    money = [each for each in form_def.questions() if each.type == "money"]
    most = max((int(limits.number(each.max_minor, values) or 0) for each in money), default=0)
    return [most // part for part in PARTS if most // part]


def _answer(question: Any, lot: _Lot) -> Any:
    """One answer of the question's type, within its limits as far as they are plain."""
    sample = _SAMPLES.get(question.type)
    return sample(question, lot) if sample is not None else _of_type(question)


def _of_type(question: Any) -> Any:
    """The catalogue's answer for a type; a code of a list that was cut down is one of the rest."""
    if question.type in ("code", "codes") and question.only:
        return question.only[0] if question.type == "code" else [question.only[0]]
    if question.type == "code":
        return next(iter(codes.names(question.list, "en")))
    if question.type == "tax_number":
        known = {
            "al_nipt": "L61234567A", "it_codicefiscale": "RSSMRA80A01H501U", "gr_vat": "094259216",
            "AL": "L61234567A", "IT": "00743110157", "GR": "094259216",
        }  # fmt: skip
        return known.get(question.kind or question.country)
    if question.type == "iban" and question.countries and "AL" not in question.countries:
        return {"IT": "IT60X0542811101000000123456", "GR": "GR1601101250000000012300695"}.get(
            question.countries[0]
        )
    return _stored().get(question.type)


def _text(question: Any, lot: _Lot) -> str:
    length = min(question.max_length, max(question.min_length + 1, lot.lots.choice((24, 60, 120))))
    words: str = (_WORDS * (length // len(_WORDS) + 1))[:length].strip()
    return words.ljust(question.min_length, ".")


def _number(question: Any, lot: _Lot) -> str:
    least = limits.number(getattr(question, "min", None), lot.values)
    most = limits.number(getattr(question, "max", None), lot.values)
    low = int(least) if least is not None else 0
    high = int(most) if most is not None else low + 10
    return str(lot.lots.randint(low, max(low, min(high, low + 20))))


def _money(question: Any, lot: _Lot) -> dict[str, Any]:
    least, most = limits.number(question.min_minor, lot.values), limits.number(question.max_minor, lot.values)
    low = int(least) if least is not None else 0
    high = int(most) if most is not None else max(low, 100_000)
    fitting = [each for each in lot.amounts if low <= each <= high]
    if question.max_minor is None and lot.scale:
        some = [*fitting, *(max(low, each) for each in lot.scale)]
    else:
        some = fitting or [low or min(high, 10_000), (low + high) // 2]
    return {
        "minor": lot.lots.choice(some),
        "currency": question.currency or _currency(question, lot),
    }


def _currency(question: Any, lot: _Lot) -> str:
    """The programme's, or one of those that the person may choose; of all there are, the one that stands chosen."""
    if isinstance(question.currencies, tuple):
        return str(lot.lots.choice(question.currencies))
    if question.currencies:
        return str(fields.of(question).usual(lot.values))  # type: ignore[attr-defined]
    return str(lot.values.get("currency", "EUR"))


def _day(question: Any, lot: _Lot) -> str:
    least = limits.day(question.min, lot.values, lot.today)
    most = limits.day(question.max, lot.values, lot.today)
    if least is None:
        day = lot.today if most is None else most - timedelta(days=lot.lots.randint(0, 30))
    else:
        first = least if most else max(least, lot.today)  # an open end: what holds today holds for a while
        day = first + timedelta(days=lot.lots.randint(0, 30))
        day = min(day, most) if most else day
    return day.isoformat()


def _choices(question: Any, lot: _Lot) -> list[str]:
    many = lot.lots.randint(max(question.least, 1), max(question.least, 1, question.most or 1))
    return [each.id for each in question.choices[:many]]


def _rows(question: Any, lot: _Lot) -> list[dict[str, Any]]:
    row = {each.id: _answer(each, lot) for each in question.columns}
    return [dict(row) for _number_of in range(max(1, question.min_rows))]


def _parts(question: Any, lot: _Lot) -> dict[str, Any]:
    answer = fields.of(question)
    drawn = {name: _answer(part.question, lot) for name, part in answer.parts.items()}  # type: ignore[attr-defined]
    return {name: said for name, said in drawn.items() if said}


def _days(question: Any, lot: _Lot) -> dict[str, str]:
    first = _day(question, lot)
    least = limits.number(question.least_days, lot.values)
    last = date.fromisoformat(first) + timedelta(days=int(least or 1) - 1)
    return {"from": first, "to": last.isoformat()}


_SAMPLES: Mapping[str, Callable[[Any, _Lot], Any]] = {
    "text": _text,
    "long_text": _text,
    "number": _number,
    "percentage": _number,
    "scale": _number,
    "money": _money,
    "date": _day,
    "yes_no": lambda _question, lot: lot.lots.choice(("yes", "no")),
    "choice": lambda question, lot: lot.lots.choice(question.choices).id,
    "choices": _choices,
    "rows": _rows,
    "person": _parts,
    "organisation": _parts,
    "address": _parts,
    "matrix": _parts,
    "date_range": _days,
    "signature": lambda question, lot: fields.of(question).sample() | {"on": lot.today.isoformat()},
    "declaration": lambda _question, _lot: True,
    "file": lambda question, _lot: fields.of(question).sample(),
}
