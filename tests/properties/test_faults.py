"""The machine of cases finds what is wrong with a programme, and tells it in the fewest steps."""

from __future__ import annotations

import re

import pytest

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
