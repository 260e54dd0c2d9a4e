"""Two hundred faults, done to good programmes in every way there is: each is found at its file and line."""

from __future__ import annotations

import re

import pytest

from fundflow.programmes import check, folders, read_folder
from fundflow.programmes.reasons import reasons
from tests.definitions.damages import DAMAGES, drawn, faults

SEED, MANY = 20261122, 200


@pytest.fixture(scope="module")
def programmes(app):
    return {slug: read_folder(path) for slug, path in folders().items()}


def test_a_good_programme_gives_no_alarm(programmes):
    assert {slug: check(files) for slug, files in programmes.items()} == {slug: [] for slug in programmes}


def test_the_damages_are_of_many_kinds(programmes):
    assert len({damage.name for damage in DAMAGES}) == len(DAMAGES) >= 25
    assert all(any(faults(damage, files) for files in programmes.values()) for damage in DAMAGES)


def test_every_fault_is_found_at_its_file_and_line(programmes):
    missed = []
    for slug, fault in drawn(programmes, SEED, MANY):
        found = check(fault.files)
        here = [
            each
            for each in found
            if (each.file, each.line, each.severity) == (fault.file, fault.line, fault.damage.severity)
            and re.search(fault.damage.says, each.message)
        ]
        if not here:
            missed.append(
                (fault.damage.name, slug, fault.file, fault.line, [str(each) for each in found][:4])
            )
        else:
            assert {each.code for each in found} <= set(reasons())
            assert [str(each) for each in found if not each.why] == []
    assert missed == []
