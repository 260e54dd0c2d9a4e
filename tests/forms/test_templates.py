"""The macros, parsed as HTML: labels are bound, descriptions exist, groups have legends, pages stay small."""

from __future__ import annotations

import json
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from fundflow import forms
from tests.forms.samples import COMPLETE, TODAY, VALUES, application

PAGE = """<html lang="en"><body>
{% from "forms/form.html" import form_assets, render_form, error_summary, autosave, save_status %}
{{ form_assets() }}<form method="post" novalidate {{ autosave("/save") }}>
{{ error_summary(form) }}{{ save_status("14:32") }}{{ render_form(form) }}</form></body></html>"""
SUMMARY = """<html lang="en"><body>{% from "forms/summary.html" import summary_list %}
{{ summary_list(sections, change=change, file=file) }}</body></html>"""

EVERY_TYPE = [
    {"id": "t", "type": "text", "max_length": 150, "autocomplete": "name"},
    {"id": "lt", "type": "long_text", "max_length": 40},
    {"id": "n", "type": "number", "unit": {"en": "jobs"}},
    {"id": "m", "type": "money"},
    {"id": "p", "type": "percentage"},
    {"id": "d", "type": "date"},
    {"id": "yn", "type": "yes_no"},
    {"id": "ynn", "type": "yes_no_na"},
    {"id": "c", "type": "choice", "choices": [{"id": "x", "label": {"en": "X"}, "help": {"en": "The ex."}}]},
    {
        "id": "cs",
        "type": "choices",
        "choices": [{"id": "x", "label": {"en": "<X>"}}, {"id": "y", "label": {"en": "Y"}}],
    },
    {"id": "code", "type": "code", "list": "municipalities"},
    {"id": "e", "type": "email"},
    {"id": "ph", "type": "phone"},
    {"id": "i", "type": "iban"},
    {"id": "tn", "type": "tax_number", "kind": "al_nipt"},
    {"id": "f", "type": "file"},
    {"id": "dec", "type": "declaration"},
    {"id": "h", "type": "heading"},
]


@pytest.fixture
def everything() -> forms.Form:
    """Every type of question, with help, required, and a table of rows."""
    questions = [
        q | {"label": {"en": f"Question {q['id']}"}, "help": {"en": "Help & more"}} for q in EVERY_TYPE
    ]
    questions = [q | {"required": True} if q["type"] != "heading" else q for q in questions]
    rows = {
        "id": "rs",
        "type": "rows",
        "label": {"en": "Rows"},
        "required": True,
        "help": {"en": "All costs."},
    }
    rows["columns"] = [q for q in questions if q["type"] not in ("choices", "file", "declaration", "heading")]
    return application(sections=[{"id": "s", "title": {"en": "S"}, "questions": [*questions, rows]}])


def form_of(definition: forms.Form, section: str | None = None, **options: Any) -> forms.PageForm:
    return forms.build(
        definition, section, **({"language": "en", "values": VALUES, "answers": {}, "today": TODAY} | options)
    )


def assert_accessible(tree: Any) -> None:
    """Each control has one name, each reference leads somewhere, each id stands once, groups have legends."""
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    for element in tree.iter():
        for name in ("aria-describedby", "aria-labelledby"):
            for reference in (element.get(name) or "").split():
                assert reference in ids, (name, reference)
        assert not element.get("style"), "the content security policy allows no inline style"
        assert not [name for name in element.attrib if name.startswith("on")]
    for label in tree.iter("label"):
        assert label.get("for") in ids
        assert label.text_content().strip()
    for control in tree.xpath("//input[not(@type='hidden')] | //select | //textarea"):
        assert len(tree.xpath(f"//label[@for='{control.get('id')}']")) == 1, control.get("name")
    for group in tree.iter("fieldset"):
        assert group.find("legend").text_content().strip()
    for anchor in tree.xpath("//a[starts-with(@href, '#')]"):
        assert anchor.get("href")[1:] in ids


def test_every_type_is_accessible_when_empty(page, everything):
    tree = page(PAGE, form=form_of(everything))
    assert_accessible(tree)
    assert tree.xpath("//*[@aria-invalid]") == []
    assert tree.xpath("//textarea")[0].get("aria-describedby") == "q_lt-help q_lt-count"
    assert tree.get_element_by_id("q_m").get("aria-describedby") == "q_m-help q_m-unit"
    assert tree.get_element_by_id("q_m-unit").text == "EUR"
    assert tree.get_element_by_id("q_t").get("autocomplete") == "name"
    assert tree.get_element_by_id("q_f").get("accept") == ".pdf,.jpg,.jpeg,.png"
    assert len(tree.xpath("//*[@id='q_code']//optgroup")) == 12
    assert "Help & more" in tree.get_element_by_id("q_t-help").text


def test_every_type_is_accessible_with_errors(page, everything):
    form = form_of(
        everything, formdata=MultiDict([("q_rs", ""), ("q_rs", "0"), ("q_rs-0-t", "x"), ("q_lt", "y" * 41)])
    )
    assert not form.validate()
    tree = page(PAGE, form=form)
    assert_accessible(tree)
    summary = tree.get_element_by_id("errors")
    assert (summary.get("tabindex"), summary.get("role")) == ("-1", "alert")
    links = summary.xpath(".//a")
    assert len(links) == len(form.problems)
    for link, (path, message) in zip(links, form.problems.items(), strict=True):
        assert link.text_content() == f"{form.name_of(path)} – {message}"
        if path.startswith("rs"):
            continue
        target = tree.get_element_by_id(link.get("href")[1:])
        owner = target if target.get("aria-invalid") else target.xpath("ancestor::fieldset")[0]
        assert owner.get("aria-invalid") == "true" or owner.xpath(".//*[@aria-invalid]")
        assert tree.get_element_by_id(f"q_{path}-error").text == message
    assert tree.get_element_by_id("q_rs-0-m").get("aria-invalid") == "true"
    assert tree.get_element_by_id("q_lt").value.strip() == "y" * 41


def test_errors_of_a_service_are_shown_in_place(page):
    text = PAGE.replace("error_summary(form)", "error_summary(form, problems)").replace(
        "render_form(form)", "render_form(form, problems)"
    )
    problems = {"jobs": "Too many for this call.", "": "The call is closed."}
    tree = page(text, form=form_of(application()), problems=problems)
    assert tree.get_element_by_id("q_jobs-error").text == "Too many for this call."
    assert [item.text_content() for item in tree.xpath("//*[@id='errors']//li")] == [
        "Jobs – Too many for this call.",
        "The call is closed.",
    ]


def test_what_people_wrote_is_escaped(page, everything):
    form = form_of(everything, answers={"t": '"><script>x</script>', "lt": "</textarea><b>", "cs": ["x"]})
    tree = page(PAGE, form=form)
    assert tree.get_element_by_id("q_t").get("value") == '"><script>x</script>'
    assert tree.get_element_by_id("q_lt").value.strip() == "</textarea><b>"
    assert tree.xpath("//label[@for='q_cs']")[0].text_content() == "<X>"
    assert len(tree.xpath("//script")) == 2


def test_answers_are_ticked_and_chosen(page, everything):
    answers = {"yn": "no", "cs": ["y"], "code": "53", "dec": True, "lt": "\nfirst line empty"}
    tree = page(PAGE, form=form_of(everything, answers=answers))
    checked = {(box.get("name"), box.get("value")) for box in tree.xpath("//input[@checked]")}
    assert checked == {("q_yn", "no"), ("q_cs", "y"), ("q_dec", "true")}
    assert tree.xpath("//select[@id='q_code']//option[@selected]")[0].text == "Tiranë"
    assert tree.get_element_by_id("q_lt").text == "\n\nfirst line empty"


def test_rows_work_without_javascript(page):
    tree = page(PAGE, form=form_of(application(), "money", answers=COMPLETE))
    assert tree.xpath("//button[@name='rows_add']/@value") == ["budget"]
    assert tree.xpath("//tbody//button[@name='rows_remove']/@value") == ["budget:0", "budget:1"]
    assert tree.xpath("//tbody//input[@name='q_budget']/@value") == ["0", "1"]
    assert [cell.text for cell in tree.xpath("//tfoot//td[@data-sum]")] == ["€5,999.98", "€1,000.00"]
    assert tree.xpath("//td/@data-label")[:5] == ["Heading", "Quantity", "Unit price (EUR)", "Note", "Cost"]
    live = json.loads(tree.xpath("//*[@data-live]/@data-live")[0])
    assert live["computed"] == {"cost": ["quantity", "unit_price", "*"]}
    assert live["sums"]["staff"] == {"of": "cost", "where": [{"q": "heading", "in": ["staff"]}]}
    assert live["figures"]["unit_price"] == {"places": 2, "currency": "EUR"}
    # Return in a text must not press "remove".
    assert tree.xpath("//form//button")[0].get("name") is None


def test_a_new_row_takes_the_focus(page):
    data = MultiDict([("q_budget", ""), ("q_budget", "0"), ("q_budget-0-note", "x"), ("rows_add", "budget")])
    definition = application()
    form = form_of(definition, "money", formdata=forms.apply_row_action(definition, data))
    assert page(PAGE, form=form).xpath("//*[@autofocus]/@id") == ["q_budget-1-heading"]


def test_optional_questions_say_so_and_conditions_reach_the_browser(page):
    tree = page(PAGE, form=form_of(application(), "enterprise"))
    labels = {label.get("for"): label.text_content() for label in tree.xpath("//label")}
    assert labels["q_jobs"] == "Jobs (optional)"
    assert labels["q_nipt"] == "Tax number"
    assert [json.loads(text)[1]["q"] for text in tree.xpath("//@data-show-if")] == ["status", "nipt"]


def test_a_hidden_question_of_another_page_is_not_drawn(page):
    split = application(
        sections=[
            {
                "id": "one",
                "title": {"en": "One"},
                "questions": [{"id": "x", "type": "yes_no", "label": {"en": "X"}}],
            },
            {
                "id": "two",
                "title": {"en": "Two"},
                "questions": [{"id": "y", "type": "text", "label": {"en": "Y"}, "show_if": "a.x == 'yes'"}],
            },
        ]
    )
    assert page(PAGE, form=form_of(split, "two", answers={"x": "no"})).xpath("//*[@id='q_y']") == []
    assert len(page(PAGE, form=form_of(split, "two", answers={"x": "yes"})).xpath("//*[@id='q_y']")) == 1


def test_words_of_autosave_come_with_the_form(page):
    tree = page(PAGE, form=form_of(application(), "enterprise"))
    form = tree.xpath("//form")[0]
    assert form.get("data-autosave-url") == "/save"
    assert "{time}" in form.get("data-saved")
    status = tree.xpath("//*[@data-save-status]")[0]
    assert (status.get("aria-live"), status.text) == ("polite", "Saved 14:32")


def test_a_summary_leads_back_to_each_question(page):
    stored = {"file_id": "7", "name": "extract.pdf", "size": 2000, "sha256": "0" * 64}
    answers = COMPLETE | {"status": "registered", "nipt": "J91402501L", "extract": stored}
    tree = page(
        SUMMARY,
        sections=forms.summary(application(), answers, "en", values=VALUES),
        change=lambda section, question: f"/edit/{section}#q_{question}",
        file=lambda reference: f"/files/{reference['file_id']}",
    )
    assert_accessible(tree)
    assert tree.xpath("//a[@href='/files/7']")[0].text == "extract.pdf (2 KB)"
    change = tree.xpath("//a[starts-with(@href, '/edit/')]")
    assert change[0].get("href") == "/edit/enterprise#q_status"
    assert change[0].text_content() == "Change Status"
    assert [cell.text for cell in tree.xpath("//tfoot//td")] == ["€5,999.98", "€1,000.00"]
    empty = tree.xpath("//dt[text()='Why no jobs?']/following-sibling::dd")[0]
    assert empty.text_content() == "Not provided"


def test_a_page_of_every_type_is_small(page_app, everything):
    with page_app.test_request_context():
        text = page_app.jinja_env.from_string(PAGE).render(form=form_of(everything))
    assert len(text.encode()) < 40_000
