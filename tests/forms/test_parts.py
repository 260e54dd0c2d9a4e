"""Persons, addresses, days and signatures: what their parts refuse, and how definitions reach one part."""

from __future__ import annotations

from random import Random

import pytest
from werkzeug.datastructures import MultiDict

from fundflow import forms
from fundflow.forms import BadInput, codes
from fundflow.forms.sampling import sample_answers
from fundflow.platform import clock
from tests.forms.samples import TODAY, VALUES, context, field

pytestmark = pytest.mark.usefixtures("page")
PERSON = {"type": "person", "ask": ["name", "birth_on", "email"], "need": ["name", "email"]}


def form_of(*questions):
    return forms.Form.model_validate(
        {
            "title": {"en": "T"},
            "sections": [
                {
                    "id": "s",
                    "title": {"en": "S"},
                    "questions": [{"label": {"en": q["id"]}} | q for q in questions],
                }
            ],
        }
    )


def test_each_part_has_its_own_message():
    person = field(**PERSON)
    given = {"birth_on": "2030-01-01", "email": "ana@"}
    assert person.problems_at(given, context()) == {
        "name": "Enter an answer.",
        "birth_on": "Enter November 22, 2026 or an earlier date.",
        "email": "Enter an e-mail address, like name@example.org.",
    }
    assert "name" not in person.problems_at(given, context(), partial=True)
    assert person.problems_at({}, context()) == {}
    assert person.missing_at() == {"name": "Enter an answer.", "email": "Enter an e-mail address."}
    assert person.problems({"name": "Ana", "email": "x"}, context()) == [
        "E-mail address: Enter an e-mail address, like name@example.org."
    ]


def test_a_part_that_cannot_be_read_leaves_what_stood_there():
    form = form_of({"id": "who"} | PERSON)
    stored = {"who": {"name": "Ana", "email": "ana@example.org"}}
    posted = MultiDict([("q_who", ""), ("q_who-name", "Ana Hoxha"), ("q_who-email", "ana@")])
    page = forms.build(form, None, language="en", values=VALUES, answers=stored, formdata=posted, today=TODAY)
    assert not page.validate()
    assert page.problems == {"who.email": "Enter an e-mail address, like name@example.org."}
    assert page.name_of("who.email") == "who, E-mail address"
    assert page.answers() == {"who": {"name": "Ana Hoxha", "email": "ana@example.org"}}


def test_parts_may_be_called_otherwise_and_must_be_asked_to_be_needed():
    person = field(**PERSON, labels={"name": {"en": "Name of the guardian", "it": "Nome del tutore"}})
    assert person.parts["name"].label("it") == "Nome del tutore"
    assert field(type="person", ask=["email"]).faults() == ["need: name is not asked"]
    assert field(type="address", places="planets").faults() == ["places: there is no code list 'planets'"]


def test_browsers_offer_what_they_know_only_of_the_person_who_answers():
    own, other = (field(type="address", own=own) for own in (True, False))
    assert [part.autocomplete for part in own.parts.values()] == [
        "street-address", "postal-code", "address-level2", "country",
    ]  # fmt: skip
    assert {part.autocomplete for part in other.parts.values()} == {"off"}


def test_the_place_of_an_address_may_come_from_a_list():
    home = field(type="address", places="municipalities", ask=["street", "place"])
    stored = home.gather({"street": "Rruga 1", "place": "Tiranë"}, context())
    assert stored == {"street": "Rruga 1", "place": "53"}
    assert home.display(stored, "en") == "Rruga 1\nTiranë"
    with pytest.raises(BadInput, match="Town or municipality: Choose an entry of the list"):
        home.gather({"place": "Atlantis"}, context())


@pytest.mark.parametrize(
    ("first", "last", "message"),
    [
        ("2026-01-10", "2026-01-09", {"to": "The last day must not be before the first."}),
        ("2026-01-01", "2026-01-01", {"to": "Take at least 2 days."}),
        ("2026-01-01", "2026-01-02", {}),
        ("2026-01-01", "2026-01-10", {}),
        ("2026-01-01", "2026-01-11", {"to": "Take at most 10 days."}),
    ],
)
def test_a_span_of_days_counts_both_ends(first, last, message):
    period = field(type="date_range", least_days=2, most_days="v.most_days")
    assert period.problems_at({"from": first, "to": last}, context(most_days=10)) == message


def test_a_span_with_one_end_lacks_the_other():
    period = field(type="date_range")
    assert period.problems_at({"from": "2026-01-01"}, context()) == {"to": "Enter a date."}
    assert (
        period.display({"from": "2026-01-01", "to": "2026-01-31"}, "it") == "1 gennaio 2026 – 31 gennaio 2026"
    )


MATRIX = {
    "type": "matrix",
    "rows": [{"id": "a", "label": {"en": "A"}}, {"id": "b", "label": {"en": "B"}}],
    "scale": [
        {"id": "low", "label": {"en": "Low"}, "points": 0},
        {"id": "high", "label": {"en": "High"}, "points": 4},
    ],
}


def test_a_matrix_adds_its_points_and_needs_every_row():
    skills = form_of({"id": "skills", "required": True} | MATRIX)
    given = {"skills": {"a": "high"}}
    problems = forms.validate(skills, given, values=VALUES, today=TODAY)
    assert problems == {"skills.b": "Choose an option."}
    seen = forms.cel_answers(skills, given, values=VALUES)
    assert seen == {"skills": {"a": 4, "b": None}, "skills_total": 4}
    whole = {"skills": {"a": "high", "b": "high"}}
    assert forms.normalise_submission(skills, whole, values=VALUES, today=TODAY) == whole | {
        "skills_total": "8"
    }
    (section,) = forms.summary(skills, whole, "en", values=VALUES, today=TODAY)
    assert section.items[0].table.rows == (("A", "High"), ("B", "High"))
    assert section.items[0].table.totals[0][1] == "8"
    assert field(**MATRIX | {"scale": [*MATRIX["scale"], {"id": "x", "label": {"en": "X"}}]}).faults() == [
        "scale: give points to every step or to none"
    ]


SIGNED = {"id": "sig", "type": "signature", "statement": {"en": "I accept.", "it": "Accetto."}}


def sign(name, stored=None, signer=("7", "Ana Hoxha")):
    posted = MultiDict([("q_sig", ""), ("q_sig-name", name), ("q_sig-on", "2026-11-22" if name else "")])
    posted.update({"q_sig-by": "Somebody", "q_sig-at": "1999-01-01T00:00:00+00:00"})
    page = forms.build(
        form_of(SIGNED), None, language="it", values=VALUES, answers={"sig": stored} if stored else {},
        formdata=posted, today=TODAY, signer=signer,
    )  # fmt: skip
    return page.answers()["sig"]


def test_only_the_server_says_who_signed_and_when():
    now = clock.now()
    with clock.at(now):
        signed = sign("Ana Hoxha")
    assert signed == {
        "name": "Ana Hoxha", "on": "2026-11-22", "statement": "Accetto.", "by": "Ana Hoxha", "account": "7",
        "at": now.isoformat(),
    }  # fmt: skip
    assert sign("Ana Hoxha", signed, ("8", "Other")) == signed
    again = sign("Besa Kola", signed, ("8", "Other"))
    assert (again["name"], again["by"], again["account"]) == ("Besa Kola", "Other", "8")
    assert sign("", signed) == {}
    assert field(**SIGNED).problems_at({"name": "Ana", "on": "2026-11-22"}, context()) == {
        "name": "Sign again."
    }


def test_a_soft_limit_warns_and_a_hard_one_refuses():
    story = field(type="long_text", max_length=10, soft_max_length=5)
    assert (story.check("abcdefg", context()), story.counter) == ([], 5)
    assert story.notices("abcdefg", context()) == [
        "This is 2 characters longer than the advised 5. It will be taken as it is."
    ]
    assert story.notices("abcde", context()) == []
    assert story.check("a" * 11, context()) == ["Shorten this to 10 characters; it has 1 too many."]
    form = form_of({"id": "t", "type": "text", "max_length": 10, "soft_max_length": 5})
    (section,) = forms.summary(form, {"t": "abcdefg"}, "en", values=VALUES, today=TODAY)
    assert section.items[0].notice.startswith("This is 2 characters longer")
    assert field(type="text", max_length=5, soft_max_length=9).faults() == [
        "soft_max_length 9 must lie between min_length 0 and max_length 5"
    ]


def test_tax_numbers_by_country():
    assert (
        field(type="tax_number", country="DE").load(["DE 136,695 976".replace(",", "")], context())
        == "136695976"
    )
    with pytest.raises(BadInput, match="of this country: Germany"):
        field(type="tax_number", country="DE").load(["136695977"], context())
    assert field(type="tax_number").faults() == ["give a kind or a country, one of them"]
    assert field(type="tax_number", country="QQ").faults() == [
        "country: the rules of QQ's tax numbers are not known"
    ]


def test_several_codes_and_lists_in_four_languages():
    goals = field(type="codes", list="sdg_targets", most=2)
    assert goals.load(["", "12.8", "8.3", "8.3"], context()) == ["8.3", "12.8"]
    assert goals.check(["1.1", "1.2", "1.3"], context()) == ["Choose at most 2 options."]
    assert goals.check(["99.9"], context()) == ["Choose entries of the list."]
    assert goals.display(["8.9"], "it") == "8.9 – Turismo sostenibile"
    assert [len(codes.entries(name, "en")) for name in ("sectors", "sdg_goals", "sdg_targets")] == [
        42,
        17,
        169,
    ]
    for name in ("sectors", "sdg_goals", "sdg_targets"):
        texts = [
            [entry.name for entry in codes.entries(name, language)] for language in ("en", "sq", "it", "el")
        ]
        assert len({tuple(each) for each in texts}) == 4
        assert all(text.partition(" – ")[2] for each in texts for text in each)
    assert {entry.group for entry in codes.entries("sdg_targets", "it")} == set(
        codes.names("sdg_goals", "it").values()
    )


def test_definitions_reach_one_part():
    form = form_of({"id": "who"} | PERSON, {"id": "home", "type": "address"})
    given = {
        "who": {"name": "Ana", "email": "a@example.org"},
        "home": {"street": "Rruga 1", "place": "Berat"},
    }
    assert forms.part_names(form)[:2] == ["who.name", "who.birth_on"]
    said = forms.with_parts(form, given, "en")
    assert (said["who.name"], said["home"], said.get("who.birth_on")) == ("Ana", "Rruga 1\nBerat", None)


def test_two_answers_never_fill_one_column_of_a_list():
    form = form_of({"id": "who"} | PERSON, {"id": "who_name", "type": "text"})
    message = "two answers would fill the column 'who_name' of lists"
    assert forms.check(form, values=VALUES, languages=["en"]) == [
        ("sections.s.questions.who_name", "error", message, "columns_collide")
    ]


def test_words_of_parts_and_statements_are_wanted_in_every_language():
    form = form_of({"id": "who", "labels": {"name": {"en": "Owner"}}} | PERSON, SIGNED)
    found = {each.path for each in forms.check(form, values=VALUES, languages=["en", "it"])}
    assert "sections.s.questions.who.labels.name" in found
    assert "sections.s.questions.sig.statement" not in found


def test_samples_of_every_type_are_accepted():
    asked = [each.example for each in forms.question_types()]
    form = forms.Form.model_validate(
        {"title": {"en": "T"}, "sections": [{"id": "s", "title": {"en": "S"}, "questions": asked}]}
    )
    given = sample_answers(form, values=VALUES, today=TODAY, lots=Random(7))
    assert forms.validate(form, given, values=VALUES, today=TODAY) == {}
