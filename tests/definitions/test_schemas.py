"""The JSON Schema for editors takes every file of every good programme, and underlines what is plainly wrong."""

from __future__ import annotations

from fnmatch import fnmatch

import pytest

from fundflow.platform.strict_yaml import load
from fundflow.programmes import folders, read_folder
from fundflow.programmes.schemas import schemas
from fundflow.programmes.starting import template
from tests.definitions.json_schema import faults

GOOD = {slug: read_folder(path) for slug, path in folders().items()} | {"template": template()}


@pytest.fixture(scope="module")
def known(app):
    """Pattern of files -> schema, with the rules of all rooms."""
    return schemas()


def fault_lines(known, name, data):
    pattern = next(each for each in known if fnmatch(name, each))
    return faults(known[pattern], data)


@pytest.mark.parametrize("slug", sorted(GOOD))
def test_every_file_of_a_good_programme_fits(known, slug):
    found = {
        name: lines
        for name, text in GOOD[slug].items()
        if (lines := fault_lines(known, name, load(text, name)))
    }
    assert found == {}


@pytest.mark.parametrize("currencies", ["any", "[EUR, ALL]"])
def test_currencies_to_choose_are_a_list_or_any(known, currencies):
    text = GOOD["template"]["forms/application.yaml"].replace(
        "type: money", f"type: money, currencies: {currencies}", 1
    )
    assert fault_lines(known, "forms/application.yaml", load(text, "application.yaml")) == []


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("programme.yaml", "kind: call", "kind: fair"),
        ("programme.yaml", "country:", "land:"),
        ("machines/application.yaml", "initial:", "first:"),
        ("machines/application.yaml", "assign_reference", "asign_reference"),
        ("machines/application.yaml", "tone: primary", "tone: loud"),
        ("forms/application.yaml", "type: text", "type: prose"),
        ("forms/application.yaml", "required: true", "required: perhaps"),
        ("forms/application.yaml", "type: money", "type: money, currencies: 5"),
        ("forms/application.yaml", "type: money", "type: money, currencies: [euro]"),
        ("mails.yaml", "subject:", "about:"),
    ],
)
def test_what_is_plainly_wrong_does_not(known, name, old, new):
    text = GOOD["template"][name]
    assert old in text
    assert fault_lines(known, name, load(text.replace(old, new, 1), name))
