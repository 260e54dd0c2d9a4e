"""The machine of cases finds what is wrong with a programme, and tells it in the fewest steps."""

from __future__ import annotations

import re

import pytest

from fundflow.applications.service.move import move
from fundflow.programmes.loading import compile_definition
from fundflow.programmes.starting import template
from fundflow.simulation import rehearsal
from fundflow.simulation.tally import Tally
from fundflow.simulation.trial import Trial
from tests.properties.machine import Place, try_out
from tests.properties.watching import Watch

MACHINE = "machines/application.yaml"


def with_a_dead_end():
    """The template, but nothing leads on where a decision is due, and nobody can give up there."""
    files = template()
    text = files[MACHINE].replace("from: [submitted, checked]", "from: submitted")
    text = text.replace("from: [draft, submitted, checked, approved]", "from: [draft, approved]")
    assert text.count("reason_given: {least: 20}") == 2
    text = text.replace("- reason_given: {least: 20}", '- condition: {when: "1 > 2", says: {en: "Never."}}')
    return {**files, MACHINE: text}


@pytest.mark.usefixtures("session")
def test_a_case_that_nobody_can_move_any_more_is_found_and_shrunk():
    with rehearsal(with_a_dead_end(), 3) as cast:
        trial = Trial(cast, Tally(cast.definition))
        trial.begin()
        trial.desk.prepare()
        with pytest.raises(
            AssertionError, match=r"nobody can act: application in 'checked': .*Never"
        ) as found:
            try_out(Place(trial, Watch(trial)), examples=120, named="dead end")
    assert str(found.value).splitlines()[1:3] == [
        "applicant: application submit", "programme_officer: application pass_on"
    ]  # fmt: skip
    assert sum(bool(re.match(r"state\.\w+\(.+\)", note)) for note in found.value.__notes__) == 2


def under(damaged, good):
    """A case under a damaged law, its first step made, and a watch that holds it against the good one."""
    trial = Trial(damaged, Tally(damaged.definition))
    trial.begin()
    watch = Watch(trial)
    watch.definition = compile_definition(good)
    trial.desk.prepare()
    form = trial.desk.answers("confirmation", trial.case)
    move(actor=trial.applicant, subject_id=trial.case.id, move="submit", form=form)
    return trial, watch


@pytest.mark.usefixtures("session")
def test_one_person_in_two_duties_is_found():
    good = template()
    law = good["programme.yaml"]
    lenient = {
        **good,
        "programme.yaml": law.replace("separation: [screen, approve]", "separation: [approve, end]"),
        MACHINE: good[MACHINE].replace("    to: closed\n", "    to: closed\n    duty: end\n"),
    }
    with rehearsal(lenient, 5) as cast:
        trial, watch = under(cast, good)
        everything = cast.staff["programme_manager"][-1]
        move(actor=everything, subject_id=trial.case.id, move="pass_on")
        with pytest.raises(AssertionError, match="one person in two duties"):
            try_out(Place(trial, watch), examples=200, named="two duties")


@pytest.mark.usefixtures("session")
def test_a_move_without_its_second_approval_is_found():
    good = template()
    text = (
        good[MACHINE]
        .replace("approvals: {count: 1, above:", "approvals: {count: 2, above:")
        .replace(", count: 2}]}", ", count: 3}]}")
    )
    with rehearsal(good, 5) as cast:
        trial, watch = under(cast, {**good, MACHINE: text})
        move(actor=cast.staff["programme_officer"][0], subject_id=trial.case.id, move="pass_on")
        with pytest.raises(AssertionError, match="fewer approvals than the definition asks for"):
            try_out(Place(trial, watch), examples=200, named="one approval")
