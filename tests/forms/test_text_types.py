"""Texts, declarations, headings and files: what is typed, kept, refused and shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundflow.forms import BadInput, Line
from tests.forms.samples import context, field


def test_text_is_trimmed_composed_and_limited():
    name = field(type="text", min_length=2, max_length=5)
    assert name.load(["  C\u0327e \t le "], context()) == "Çe le"
    assert name.load([""], context()) == ""
    assert name.dump("Çelë", context()) == "Çelë"
    assert name.check("", context()) == []
    assert name.check("Çelë", context()) == []
    assert name.check("Çelëzat", context()) == ["Shorten this to 5 characters; it has 2 too many."]
    assert name.check("a", context()) == ["Write at least 2 characters."]
    assert name.check(7, context()) == ["Enter text."]
    assert name.display("Çelë", "sq") == "Çelë"
    assert name.csv_columns() == ["q"]
    assert name.csv_values("Çelë") == ["Çelë"]
    assert name.pdf_rows("Çelë", "it") == [Line("Domanda", "Çelë")]


def test_text_may_have_a_pattern_with_its_own_words():
    number = field(type="text", pattern="[A-Z]{2}[0-9]{4}", pattern_says={"en": "Two letters, four digits."})
    assert number.check("AB1234", context()) == []
    assert number.check("AB1234 ", context()) == ["Two letters, four digits."]
    assert field(type="text", pattern="[").faults() == ["pattern: unterminated character set at position 0"]


@given(st.text(max_size=200))
def test_text_that_was_loaded_stays_the_same(text):
    line, lines = field(type="text"), field(type="long_text")
    for answer in (line, lines):
        stored = answer.load([text], context())
        assert answer.load([answer.dump(stored, context())], context()) == stored


def test_long_text_counts_a_line_end_once():
    story = field(type="long_text", max_length=5)
    stored = story.load(["ab\r\ncd"], context())
    assert stored == "ab\ncd"
    assert story.check(stored, context()) == []
    assert story.check("abcdef", context()) == ["Shorten this to 5 characters; it has 1 too many."]
    assert story.counter == 5
    assert story.display(stored, "en") == "ab\ncd"
    assert story.csv_values(stored) == ["ab\ncd"]
    assert story.pdf_rows(stored, "en") == [Line("Question", "ab\ncd")]
    assert field(type="long_text", min_length=9, max_length=3).faults() == [
        "min_length 9 and max_length 3 cannot both hold"
    ]


def test_declaration_is_true_or_nothing():
    truth = field(type="declaration")
    assert truth.question.required is True
    assert truth.load(["", "true"], context()) is True
    assert truth.load([""], context()) is False
    assert truth.empty(False)
    assert truth.check(True, context()) == []
    assert truth.check("yes", context()) == ["Confirm this statement to go on."]
    assert truth.dump(True, context()) == "true"
    assert truth.display(True, "en") == "Confirmed"
    assert truth.display(False, "en") == ""
    assert truth.csv_values(True) == ["yes"]
    assert truth.cel(None) is False


def test_heading_has_no_answer():
    heading = field(type="heading", help={"en": "Read this."})
    assert heading.load(["x"], context()) is None
    assert heading.check(None, context()) == []
    assert heading.csv_columns() == []
    assert heading.csv_values(None) == []
    assert heading.pdf_rows(None, "en") == []


FILE = {"file_id": "0198", "name": "Plan.PDF", "size": 1_540_000, "sha256": "ab" * 32}


def test_file_is_a_reference():
    plan = field(type="file", accept=["pdf", "docx"], max_mb=2)
    assert plan.check(FILE, context()) == []
    assert plan.check(None, context()) == []
    assert plan.check({"name": "x.pdf"}, context()) == ["Upload the file again."]
    assert plan.check(FILE | {"name": "x.exe"}, context()) == [
        "Upload a file of one of these types: pdf, docx."
    ]
    assert plan.check(FILE | {"size": 2_000_001}, context()) == ["Upload a file of at most 2 MB."]
    assert plan.check(FILE | {"size": 0}, context()) == ["This file is empty."]
    assert plan.dump(FILE, context()) == "Plan.PDF"
    assert plan.display(FILE, "it") == "Plan.PDF (1,5 MB)"
    assert plan.display(FILE | {"size": 900}, "en") == "Plan.PDF (900 B)"
    assert plan.csv_values(FILE) == ["Plan.PDF"]
    assert plan.cel(FILE) == "Plan.PDF"
    assert plan.pdf_rows(FILE, "en") == [Line("Question", "Plan.PDF (1.5 MB)")]
    assert field(type="file", accept=[".PDF"]).faults() == [
        "accept: write '.PDF' in small letters without a dot"
    ]


def test_what_cannot_be_read_is_no_answer():
    with pytest.raises(BadInput, match="Enter a date"):
        field(type="date").load(["soon"], context())
