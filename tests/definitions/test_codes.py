"""Every finding carries a code of the documented list, given where the finding is made and not by its wording."""

from __future__ import annotations

import ast
from pathlib import Path

import fundflow
from fundflow.programmes import check, folders, read_folder
from fundflow.programmes.reasons import reasons
from fundflow.workflow import Finding
from tests.programmes.faults import FAULTS

ROOMS = ("workflow", "programmes", "forms", "documents", "platform")
MAKERS = frozenset({"add", "unknown", "finding", "Finding", "YamlFault", "_fault", "_never"})
"""What makes findings; each takes the code by its name."""


def sources():
    root = Path(fundflow.__file__).parent
    return [ast.parse(path.read_text("utf-8")) for room in ROOMS for path in (root / room).rglob("*.py")]


def calls(tree):
    for node in ast.walk(tree):
        name = node.func if isinstance(node, ast.Call) else None
        if isinstance(name, ast.Name | ast.Attribute):
            yield node, name.id if isinstance(name, ast.Name) else name.attr


def given(node):
    return {
        word.value.value
        for word in node.keywords
        if word.arg == "code" and isinstance(word.value, ast.Constant)
    }


def test_every_code_that_is_given_has_its_words():
    made = {
        code for tree in sources() for node, name in calls(tree) if name in MAKERS for code in given(node)
    }
    assert len(made) > 80
    assert made - set(reasons()) == set()


def test_every_code_with_words_is_given_somewhere():
    said = {
        node.value
        for tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    looked_up = {f"unknown_{kind}" for kind in ("form", "letter", "mail", "role", "stage", "move", "machine")}
    assert set(reasons()) - said - looked_up == set()


def test_codes_are_short_words_and_their_reasons_sentences():
    assert [code for code in reasons() if not code.replace("_", "").isalpha() or len(code) > 30] == []
    assert [code for code, why in reasons().items() if not (why[0].isupper() and why.endswith("."))] == []


def test_a_code_does_not_follow_the_words():
    one = Finding("error", "a.yaml", 1, 1, "unknown stage 'x'", code="unknown_stage")
    other = Finding("error", "a.yaml", 1, 1, "there is no stage 'x'", code="unknown_stage")
    assert one.plain()["code"] == other.plain()["code"] == "unknown_stage"


def test_what_breaks_a_programme_is_told_with_codes_of_the_list(app):
    good = read_folder(folders()["startup_fund"])
    found = [
        finding
        for file, old, new, _marker, _words in FAULTS.values()
        for finding in check({**good, file: good[file].replace(old, new, 1)})
    ]
    assert {finding.code for finding in found} - set(reasons()) == set()
    assert len({finding.code for finding in found}) > 25
    assert [str(finding) for finding in found if not finding.why] == []
