"""Clarification: one round, only the listed answers open, the version handed in before stays as it was."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from fundflow import forms
from fundflow.applications.queries import answers, entries, latest_entry
from fundflow.applications.service.entries import save_section
from fundflow.applications.service.move import moves_of
from fundflow.platform import clock
from fundflow.platform.db import transaction
from fundflow.platform.errors import Forbidden
from fundflow.programmes import definition_of
from fundflow.screening.queries import all_rounds, handed_in
from fundflow.screening.rules import clarification
from tests.evaluation.panel import Panel, Quiet

OLD = "Savings of the family, on the account since last year."
NEW = "Savings of my mother at the bank of Bologna since January."
ASK = "Please say on which account the savings are."


def asked(panel: Panel) -> Quiet:
    (case,) = panel.submitted("applicant")
    items = [{"question": "own_source", "ask": ASK}]
    case.play(
        [
            {"move": "start_screening", "as": "officer"},
            {"move": "ask_clarification", "as": "officer", "form": {"items": items}},
        ]
    )
    return case


def save(panel: Panel, case: Quiet, section: str, **given: Any) -> None:
    with transaction():
        entry = latest_entry(case.row().id, "application")
        assert entry is not None
        save_section(
            actor=panel.actor("applicant"), entry_id=entry.id, section=section, data=given, seen_version=None,
            complete=True,
        )  # fmt: skip


def answer(case: Quiet) -> None:
    case.play([{"move": "answer_clarification", "as": "applicant", "form": {"answer": "Named above."}}])


def test_only_the_listed_answers_open_and_the_old_version_stays(panel: Panel) -> None:
    case = asked(panel)
    before = latest_entry(case.row().id, "application", submitted=True)
    assert before is not None
    first_hash, first = before.content_hash, answers(before)
    save(panel, case, "budget", own_source=NEW, requested={"minor": 1_900_000, "currency": "EUR"})
    save(panel, case, "project", title="Something else altogether")
    answer(case)
    versions = entries(case.row().id, "application")
    assert [entry.state for entry in versions] == ["submitted", "submitted"]
    assert (versions[0].content_hash, answers(versions[0])) == (first_hash, first)
    second = answers(versions[1])
    assert {name for name in second if second[name] != first.get(name)} == {"own_source"}
    assert second["own_source"] == NEW
    assert case.row().content_hash == versions[1].content_hash != first_hash
    assert (case.row().title, case.row().requested_minor) == ("Stone-oven bakery in Përmet", 1_800_000)


def test_what_was_right_when_it_was_handed_in_bars_no_answer_later(panel: Panel) -> None:
    case = asked(panel)
    save(panel, case, "budget", own_source=NEW)
    clock.advance(
        timedelta(days=460)
    )  # the start lay eight months ahead; now it lies too far back to be given
    definition = definition_of(case.row().version_id)
    form = definition.forms["application"]
    given = answers(latest_entry(case.row().id, "application"))
    late = forms.validate(form, given, values=definition.values, today=clock.today("Europe/Tirane"))
    assert "start_on" in late
    answer(case)
    assert case.row().stage == "screening"


def test_the_round_shows_what_was_before_and_after(panel: Panel) -> None:
    case = asked(panel)
    due = case.row().due_at
    _answers, (waiting,) = handed_in(case.row())
    assert (waiting.round.due_on, waiting.changes[0].changed) == (due.date() if due else None, False)
    assert (waiting.changes[0].before.text, waiting.changes[0].after) == (OLD, None)
    save(panel, case, "budget", own_source=NEW)
    answer(case)
    newest, (found,) = handed_in(case.row())
    assert newest["own_source"] == NEW
    (change,) = found.changes
    assert (change.ask, change.before.text, change.after.text, change.changed) == (ASK, OLD, NEW, True)
    assert found.words[0].items[0].text == "Named above."


def test_there_is_one_round(panel: Panel) -> None:
    case = asked(panel)
    save(panel, case, "budget", own_source=NEW)
    answer(case)
    row = case.row()
    states = {state.name: state.allowed for state in moves_of(panel.actor("officer"), row, row)}
    assert states["ask_clarification"] is False


def test_after_silence_the_version_handed_in_counts(panel: Panel) -> None:
    case = asked(panel)
    save(panel, case, "budget", own_source=NEW)
    case.play([{"wait": "due"}, {"deadlines": True}])
    assert case.row().stage == "screening"
    assert [entry.state for entry in entries(case.row().id, "application")] == ["submitted", "superseded"]
    (found,) = all_rounds(case.row().id)
    assert (found.silent, found.answered_at) == (True, None)
    newest, (round_,) = handed_in(case.row())
    assert newest["own_source"] == OLD
    assert (round_.changes[0].before.text, round_.changes[0].after) == (OLD, None)
    with pytest.raises(Forbidden):
        save(panel, case, "budget", own_source=NEW)


def test_the_letter_names_the_questions_in_the_language_of_the_case(panel: Panel) -> None:
    from fundflow.accounts import SYSTEM  # noqa: PLC0415
    from fundflow.applications.policy import on_case  # noqa: PLC0415
    from fundflow.applications.service.hooks import context  # noqa: PLC0415

    case = asked(panel)
    row = case.row()
    found = clarification(context(who=on_case(SYSTEM, row, ()), case=row, subject=row, kind="application"))
    assert found["round"] == 1
    assert found["items"] == [{"question": "Da dove viene la tua parte?", "ask": ASK}]
    assert found["due_on"] == row.due_at.astimezone().date().isoformat()
