"""CPU time to build, check and draw a page of 60 questions, beside a plain WTForms form of 60 text fields."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping
from datetime import date
from statistics import median
from typing import Any

from flask import Flask
from flask_babel import Babel
from werkzeug.datastructures import MultiDict
from wtforms import Form, StringField, validators

from benchmarks.stage import emit, machine, percentile
from fundflow import forms
from fundflow.platform.locate import locate

NAME = "forms"
AIM_MS = 5.0
TODAY = date(2026, 11, 22)
VALUES = {"currency": "EUR", "ceiling_minor": 1_000_000}
CHOICES = [{"id": f"c{n}", "label": {"en": f"Choice {n}"}} for n in range(5)]
# How many of each type, with their parameters and a stored answer.
MIX: list[tuple[int, dict[str, Any], Any]] = [
    (20, {"type": "text", "required": True}, "Rruga e Kalasë 5, Berat"),
    (8, {"type": "long_text", "max_length": 2000}, "We keep bees and want to sell honey. " * 10),
    (8, {"type": "number", "min": 0, "max": 500}, "12"),
    (5, {"type": "money", "max_minor": "v.ceiling_minor"}, {"minor": 125_050, "currency": "EUR"}),
    (4, {"type": "date", "min": "2020-01-01"}, "2026-11-01"),
    (6, {"type": "yes_no", "required": True}, "yes"),
    (4, {"type": "choice", "choices": CHOICES}, "c2"),
    (1, {"type": "choices", "choices": CHOICES}, ["c1", "c3"]),
    (1, {"type": "email"}, "ana@example.org"),
    (1, {"type": "phone"}, "+355691234567"),
    (1, {"type": "iban"}, "AL47212110090000000235698741"),
    (1, {"type": "declaration"}, True),
]
PAGE = """{% from "forms/form.html" import render_form, error_summary, autosave %}
<form method="post" novalidate {{ autosave("/save") }}>{{ error_summary(form) }}{{ render_form(form) }}</form>"""
PLAIN = """{% for field in form %}<label for="{{ field.id }}">{{ field.label.text }}</label>{{ field() }}
{% for error in field.errors %}<span>{{ error }}</span>{% endfor %}{% endfor %}"""


def sixty() -> tuple[forms.Form, dict[str, Any]]:
    """The definition, with a condition on every tenth question and a rule, and answers to all of it."""
    questions: list[dict[str, Any]] = []
    answers: dict[str, Any] = {}
    for count, given, stored in MIX:
        for _ in range(count):
            number = len(questions)
            shown = {"show_if": "a.q50 == 'yes'"} if number % 10 == 7 else {}
            words = {"label": {"en": f"Question {number}"}, "help": {"en": "What we mean by this question."}}
            questions.append({"id": f"q{number}"} | given | words | shown)
            answers[f"q{number}"] = stored
    rule = {"when": "a.q28 <= a.q29", "at": "q28", "says": {"en": "More than the next."}}
    section = {"id": "s", "title": {"en": "All"}, "questions": questions, "rules": [rule]}
    return forms.Form.model_validate({"title": {"en": "Sixty"}, "sections": [section]}), answers


def measured(do: Callable[[], Any], runs: int) -> list[float]:
    """CPU milliseconds of the process for each run, after ten that are not counted."""
    for _ in range(10):
        do()
    found = []
    for _ in range(runs):
        begun = time.process_time()
        do()
        found.append((time.process_time() - begun) * 1000)
    return found


def report(what: str, times: list[float], **more: Any) -> None:
    """Median and 95th percentile of one step."""
    emit(NAME, step=what, cpu_ms=round(median(times), 3), p95_ms=round(percentile(times, 0.95), 3), **more)


def ours(app: Flask, runs: int) -> None:
    """The product's page: opened, and posted, checked and drawn again."""
    definition, answers = sixty()
    options: dict[str, Any] = {"language": "en", "values": VALUES, "today": TODAY}
    posted: MultiDict[str, str] = MultiDict()
    for field in forms.build(definition, None, answers=answers, **options):
        for value in field.selected or [field.value]:
            posted.add(field.name, value)
    template = app.jinja_env.from_string(PAGE)

    def opened() -> forms.PageForm:
        return forms.build(definition, None, answers=answers, **options)

    def sent() -> forms.PageForm:
        return forms.build(definition, None, answers=answers, formdata=posted, **options)

    def checked() -> bool:
        return sent().validate()

    def whole() -> str:
        page = sent()
        page.validate()
        return template.render(form=page)

    page, problems = sent(), sent()
    if not page.validate():
        raise SystemExit(f"the answers do not fit: {page.problems}")
    problems.validate()
    report("build", measured(opened, runs))
    report("build from what was posted", measured(sent, runs))
    report("build and check", measured(checked, runs))
    report("draw", measured(lambda: template.render(form=page), runs), bytes=len(template.render(form=page)))
    report("open: build and draw", measured(lambda: template.render(form=opened()), runs))
    report("build, check and draw", measured(whole, runs), aim_ms=AIM_MS, questions=60)
    report(
        "check stored answers",
        measured(lambda: forms.validate(definition, answers, values=VALUES, today=TODAY), runs),
    )


def plain(app: Flask, runs: int) -> None:
    """Sixty text fields of WTForms with two checks each and its own inputs: no help, no messages, no conditions."""
    checks = [validators.InputRequired(), validators.Length(max=200)]
    kind = type("Plain", (Form,), {f"q{n}": StringField(f"Question {n}", checks) for n in range(60)})
    given: Mapping[str, str] = {f"q{n}": "Rruga e Kalasë 5, Berat" for n in range(60)}
    template, posted = app.jinja_env.from_string(PLAIN), MultiDict(given)

    def whole() -> str:
        page = kind(posted)
        page.validate()
        return template.render(form=page)

    report("plain WTForms: build, check and draw", measured(whole, runs), questions=60)


def main() -> None:
    """Each step in turn, in one process without a database."""
    options = argparse.ArgumentParser()
    options.add_argument("--runs", type=int, default=300)
    runs = options.parse_args().runs
    app = Flask("forms", template_folder=str(locate("templates")))
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    Babel(app, locale_selector=lambda: "en")
    machine(NAME)
    with app.test_request_context():
        ours(app, runs)
        plain(app, runs)


if __name__ == "__main__":
    main()
