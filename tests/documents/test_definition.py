"""Letter files: their shape, and the checks that find every fault before a letter is issued."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from fundflow.documents import Letter, check
from fundflow.documents.definition import ListBlock, TableBlock
from tests.documents.letters import AWARD, GREEK, one_text


def test_blocks_are_told_apart_by_their_key():
    kinds = [type(block).__name__ for block in AWARD.body]
    assert kinds == [
        "TextBlock",
        "DetailsBlock",
        "HeadingBlock",
        "TableBlock",
        "ListBlock",
        "TextBlock",
        "TextBlock",
        "SignaturesBlock",
    ]
    assert isinstance(AWARD.body[3], TableBlock)
    assert AWARD.body[3].columns[3].total is True
    assert isinstance(AWARD.body[4], ListBlock)


@pytest.mark.parametrize(
    ("change", "at"),
    [
        ({"surprise": 1}, ("surprise",)),
        ({"prefix": "lower"}, ("prefix",)),
        ({"title": {}}, ("title",)),
        ({"title": {"english": "x"}}, ("title", "english", "[key]")),
        ({"body": []}, ("body",)),
        ({"body": [{"text": {"en": "x"}, "heading": {"en": "y"}}]}, ("body", 0)),
        ({"body": [{"video": {"en": "x"}}]}, ("body", 0)),
        ({"body": [{"table": "a", "columns": []}]}, ("body", 0, "table", "columns")),
        ({"body": [{"table": "a.__class__", "columns": [{"key": "k", "label": {"en": "x"}}]}]},
         ("body", 0, "table", "table")),
        ({"body": [{"page_break": False}]}, ("body", 0, "page_break", "page_break")),
    ],
)  # fmt: skip
def test_a_letter_of_the_wrong_shape_is_refused_with_its_place(change, at):
    good = {"title": {"en": "T"}, "prefix": "TST", "body": [{"text": {"en": "x"}}]}
    with pytest.raises(ValidationError) as error:
        Letter.model_validate({**good, **change})
    assert error.value.errors()[0]["loc"] == at


def test_good_letters_have_no_errors_and_missing_languages_are_warnings():
    assert check(GREEK, languages=["el"]) == []
    found = check(AWARD, languages=["sq", "en"])
    assert {finding.level for finding in found} == {"warning"}
    assert [finding.path for finding in found] == [
        ("body", 5, "text"),
        ("body", 6, "text"),
        ("body", 7, "signatures", 1),
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{{ other.name }}", "unknown name 'other'"),
        ("{{ case.__init__ }}", "not a key"),
        ("{{ case.run() }}", "nothing can be called"),
        ("{{ case.x | safe }}", "unknown filter 'safe'"),
        ("**half", "never closed"),
        ("{% if case %}", "not a template"),
    ],
)
def test_a_text_that_is_not_allowed_is_an_error_at_its_place(text, says):
    found = check(one_text(text), languages=["en"])
    assert [(finding.path, finding.level) for finding in found] == [(("body", 0, "text", "en"), "error")]
    assert says in found[0].message


def test_tables_lists_conditions_and_fixed_texts_are_checked():
    letter = Letter.model_validate(
        {
            "title": {"en": "For {{ case.name }}"},
            "prefix": "TST",
            "facts": ["case"],
            "copy_languages": ["it"],
            "body": [
                {
                    "table": "rows",
                    "columns": [
                        {"key": "a", "label": {"en": "A"}},
                        {"key": "a", "label": {"en": "A"}, "type": "date", "total": True},
                    ],
                },
                {"list": "case.items", "item": {"en": "{{ item.name }} {{ thing }}"}},
                {"when": "caze.x > 1", "text": {"en": "x"}},
            ],
        }
    )
    found = [(finding.path, finding.message.split(":")[0]) for finding in check(letter, languages=["en"])]
    assert found == [
        (("title", "en"), "this text is fixed"),
        (("body", 1, "item", "en"), "line 1 of the text"),
        (("body", 0, "table"), "unknown fact 'rows'; declared are case"),
        (("body", 0, "columns", 1, "key"), "the column 'a' is already in the table"),
        (("body", 0, "columns", 1, "total"), "only amounts and numbers add up"),
        (("body", 2, "when"), "caze.x > 1"),
        (("copy_languages",), "the programme does not speak 'it'"),
    ]
