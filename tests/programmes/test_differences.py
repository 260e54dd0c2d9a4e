"""What a new version changes is told in words: no change goes unsaid, and a stage is no wording."""

from __future__ import annotations

import re
from collections import defaultdict

import pytest

from fundflow.programmes import check, folders, read_folder
from fundflow.programmes.differences import differences
from fundflow.programmes.loading import compile_definition

KEY = re.compile(r"^\s*(?:- )?(\w+):")
EACH = 1  # so many lines of every key


def lines_of_each_key(text: str) -> list[int]:
    """The lines that begin with a key, a few for each."""
    found = defaultdict(list)
    for number, line in enumerate(text.split("\n")):
        if key := KEY.match(line):
            found[key[1]].append(number)
    return sorted(number for numbers in found.values() for number in numbers[-EACH:])


def alike(old, new):
    """Whether two definitions hold the same, whatever their files say."""

    def parts(one):
        machines = {kind: each.definition.model_dump() for kind, each in one.machines.items()}
        forms = {name: form.model_dump() for name, form in one.forms.items()}
        letters = {name: each.model_dump() for name, each in (*one.letters.items(), *one.mails.items())}
        small = [each.model_dump() for each in (one.programme, one.screening, one.criteria)]
        return machines, forms, letters, small

    return parts(old) == parts(new)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("slug", "file"),
    [
        ("startup_fund", "machines/application.yaml"),
        ("startup_fund", "programme.yaml"),
        ("startup_fund", "criteria.yaml"),
        ("startup_fund", "screening.yaml"),
        ("reintegration_grant", "machines/referral.yaml"),
        ("reintegration_grant", "forms/plan.yaml"),
        ("fellowship", "letters/award.yaml"),
    ],
)
def test_no_line_is_taken_out_unsaid(slug, file):
    files = read_folder(folders()[slug])
    old = compile_definition(files)
    lines = files[file].split("\n")
    told = 0
    for number in lines_of_each_key(files[file]):
        shorter = {**files, file: "\n".join([*lines[:number], *lines[number + 1 :]])}
        if any(each.severity == "error" for each in check(shorter)):
            continue  # what the checker refuses never becomes a version
        new = compile_definition(shorter)
        if alike(old, new):
            continue  # the line said what would hold without it
        said = differences(old, new)
        assert said, f"line {number + 1} of {file}: {lines[number].strip()}"
        told += 1
    assert told


def changed(old: str, new: str) -> list[str]:
    files = read_folder(folders()["startup_fund"])
    text = files["machines/application.yaml"]
    assert text.count(old) >= 1
    after = {**files, "machines/application.yaml": text.replace(old, new, 1)}
    return [each.words for each in differences(compile_definition(files), compile_definition(after))]


def test_a_move_that_leads_elsewhere_is_said_once():
    assert changed("    from: screening\n    to: eligible\n", "    from: screening\n    to: submitted\n") == [
        "move 'mark_eligible': leads to submitted instead of eligible"
    ]


def test_a_move_that_reopens_no_more_is_said():
    assert changed("    reopens: true\n", "") == ["move 'reopen_screening': reopens is false instead of true"]


def test_a_clock_that_stops_is_said():
    assert changed("  suspended:\n", "  suspended:\n    stops_clock: true\n") == [
        "stage 'suspended': stops_clock is true instead of false"
    ]
