"""The strict loader: few types, no tricks, and a place for everything."""

import pytest

from fundflow.platform import strict_yaml
from fundflow.platform.strict_yaml import YamlFault, load, load_with_places, locate_key

TEXT = """\
initial: draft
moves:
  submit:
    from: draft
    guards:
      - call_open
      - form_complete: {form: application}
"""


def test_only_booleans_integers_and_null_are_typed():
    text = "[true, false, 'true', null, ~, 7, -3, '7', 010, 1.10, no, 2026-01-01, 0x1f, 1_000, on]"
    assert load(text, "f") == [
        *[True, False, "true", None, None, 7, -3, "7"],
        *["010", "1.10", "no", "2026-01-01", "0x1f", "1_000", "on"],
    ]


def test_keys_stay_words():
    assert load("{no: 1, on: 2, 1: 3, true: 4}", "f") == {"no": 1, "on": 2, "1": 3, "true": 4}


def test_an_empty_text_is_nothing():
    assert load("", "f") is None


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("a: 1\nb: 2\na: 3", 3, 1, "the key 'a' is already given in line 1"),
        ("a: &x 1", 1, 4, "anchors and aliases are not allowed: write the value out"),
        ("a: *x", 1, 4, "anchors and aliases are not allowed: write the value out"),
        ("&x a: 1", 1, 1, "anchors and aliases are not allowed: write the value out"),
        ("a: !thing 1", 1, 4, "tags such as !thing are not allowed"),
        ("a: {<<: {b: 1}}", 1, 5, "merge keys and empty keys are not allowed"),
        ("? [a]\n: 1", 1, 3, "a key must be a word"),
        ("a: 1\n---\nb: 1", 2, 1, "only one YAML document is allowed in a file"),
        (
            "a:\n  b: [1\nc: 2",
            3,
            2,
            "this is not YAML: did not find expected ',' or ']' while parsing a flow sequence",
        ),
        ("a: 1\nb: \x07", 2, 4, "this is not YAML: control characters are not allowed"),
        ("a: 1234567890123456789", 1, 4, "this number is too long: put it in quotes if it is a code"),
        ("[" * 21, 1, 21, "the nesting is deeper than 20"),
    ],
)
def test_a_fault_names_its_place(text, line, column, message):
    with pytest.raises(YamlFault) as caught:
        load(text, "machines/x.yaml")
    fault = caught.value
    assert (fault.source, fault.line, fault.column, fault.message) == (
        "machines/x.yaml",
        line,
        column,
        message,
    )
    assert str(fault) == f"machines/x.yaml:{line}:{column}: {message}"


def test_python_objects_are_never_made():
    with pytest.raises(YamlFault, match="tags such as"):
        load("!!python/object/apply:os.system ['true']", "f")


def test_a_large_file_and_a_deep_one_are_refused():
    with pytest.raises(YamlFault, match="larger than 1,000,000 bytes"):
        load("a" * (strict_yaml.MAX_BYTES + 1), "f")
    with pytest.raises(YamlFault, match="deeper than 20"):
        load("[" * 900_000, "f")
    assert load("[" * 20 + "]" * 20, "f") is not None


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("initial",), (1, 1)),
        (("moves", "submit"), (3, 3)),
        (("moves", "submit", "guards"), (5, 5)),
        (("moves", "submit", "guards", 0), (6, 9)),
        (("moves", "submit", "guards", 1, "form_complete", "form"), (7, 25)),
        (("moves", "submit", "missing", "deeper"), (3, 3)),
        ((), (1, 1)),
    ],
)
def test_every_value_has_a_place(path, place):
    assert locate_key(TEXT, path) == place
    assert load_with_places(TEXT, "f")[1].at(path) == place


def test_a_member_of_a_list_is_found_by_its_id_and_unknown_steps_are_skipped():
    text = (
        "questions:\n  - {id: name, label: {en: Name}}\n  - id: budget\n    columns: [{id: price, type: x}]\n"
    )
    places = load_with_places(text, "f")[1]
    assert places.at(("questions", "budget", "columns", "price", "type")) == (4, 27)
    assert places.at(("questions", "1", "rows", "columns")) == (4, 5)
    assert places.at(("questions", 0, "text", "label", "en")) == (2, 24)
