"""All types of questions on one page in a real Chromium, and conditions that browser and server decide alike."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import request
from playwright.sync_api import expect
from werkzeug.serving import make_server

from fundflow import forms
from fundflow.forms.reading import Reading
from tests.forms.samples import TODAY, VALUES
from tests.forms.test_browser import PAGE, POLICY, Office, browser, make_app, page

__all__ = ["browser", "page"]
pytestmark = pytest.mark.browser
SHAPES = [shape for each in forms.question_types() for shape in (each, *each.also)]
EXAMPLES = [shape.example for shape in SHAPES]
STORED = {shape.example["id"]: shape.stored for shape in SHAPES if shape.stored is not None}
ALL = forms.Form.model_validate(
    {
        "title": {"en": "Every type"},
        "sections": [{"id": "s", "title": {"en": "Everything"}, "questions": EXAMPLES}],
    }
)
ASKED = [
    {"id": "status", "type": "choice", "choices": [{"id": x, "label": {"en": x}} for x in ("idea", "firm")]},
    {"id": "jobs", "type": "number", "decimals": 1},
    {"id": "women", "type": "number"},
    {"id": "price", "type": "money"},
    {"id": "offer", "type": "money", "currencies": ["EUR", "ALL", "JPY", "KWD"]},
    {"id": "begins", "type": "date"},
    {"id": "note", "type": "text"},
    {"id": "sure", "type": "declaration", "required": False},
    {"id": "kinds", "type": "choices", "choices": [{"id": x, "label": {"en": x}} for x in "xy"]},
    {"id": "home", "type": "address"},
    {
        "id": "costs", "type": "rows",
        "sums": {
            "total": "cost", "paid": {"of": "cost", "where": "r.currency == 'x'", "label": {"en": "Paid"}},
        },
        "columns": [
            *({"id": x, "type": t, "label": {"en": x}} for x, t in (("currency", "text"), ("cost", "money"))),
            {"id": "abroad", "type": "money", "label": {"en": "abroad"}, "currencies": "any"},
        ],
    },
]  # fmt: skip
CONDITIONS = [
    "a.status == 'firm'", "a.status != 'firm'", "a.status in ['firm', 'idea']", "a.jobs > 3", "a.jobs >= 2.5",
    "a.jobs == 3", "a.jobs != 3", "a.jobs == null", "!(a.jobs > 3)", "a.jobs > 3 || a.status == 'firm'",
    "a.jobs > 3 && a.status == 'firm'", "a.women <= a.jobs", "a.price > 100000", "a.price * 2 <= v.ceiling_minor",
    "a.begins >= today", "a.begins == null", "a.note != ''", "size(a.note) > 3", "a.sure", "!a.sure",
    "'x' in a.kinds", "size(a.kinds) == 2", "a.home.place == 'Berat'", "a.home.country in ['AL', 'IT']",
    "(a.status == 'idea' || a.sure) && a.note != 'no'", "a.note == '5'", "a.costs_total <= a.price",
    "a.costs_total * 100 < a.price * 50", "a.jobs in [1, 3, 5]", "v.most_jobs > a.jobs",
    "a.costs_paid > 0", "a.offer.minor > 1500",
    "a.offer.minor == 1500", "a.offer.minor == null", "a.offer.currency == 'JPY'",
    "a.offer.currency != 'EUR'", "a.offer.currency in ['EUR', 'ALL'] && a.offer.minor >= 0", "a.offer.minor <= a.price",
]  # fmt: skip
FILLED: list[dict[str, Any]] = [
    {},
    {"status": "firm", "jobs": "3", "women": "2", "price": {"minor": 100_001, "currency": "EUR"}, "note": "no",
     "offer": {"minor": 1500, "currency": "JPY"}},
    {"status": "idea", "jobs": "2.5", "begins": "2026-11-22", "sure": True, "kinds": ["x"], "note": "5",
     "offer": {"minor": 1500, "currency": "KWD"}},
    {
        "jobs": "60", "women": "61", "begins": "2026-11-21", "note": "honey", "kinds": ["x", "y"],
        "offer": {"minor": 150_000, "currency": "ALL"},
        "home": {"place": "Berat", "country": "AL"}, "price": {"minor": 500_000, "currency": "EUR"},
        "costs": [
            {
                "currency": "x", "cost": {"minor": 250_000, "currency": "EUR"},
                "abroad": {"minor": 5, "currency": "JPY"},
            },
        ],
    },
]  # fmt: skip
LOGIC = forms.Form.model_validate(
    {
        "title": {"en": "Conditions"},
        "sections": [
            {
                "id": "s",
                "title": {"en": "S"},
                "questions": [
                    *({"label": {"en": each["id"]}} | each for each in ASKED),
                    {"id": "why", "type": "text", "label": {"en": "Why"}, "required_if": "a.jobs > 3"},
                    *(
                        {"id": f"c{number}", "type": "text", "label": {"en": text}, "show_if": text}
                        for number, text in enumerate(CONDITIONS)
                    ),
                ],
                "rules": [
                    {"when": "a.women <= a.jobs", "at": "women", "says": {"en": "More women than jobs."}},
                ],
            }
        ],
    }
)
LOOKS = {"all": ALL, "logic": LOGIC}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    app = make_app(Office())

    @app.route("/look/<name>/<int:filled>", methods=["GET", "POST"])
    def look(name: str, filled: int) -> Any:
        stored = FILLED[filled] if name == "logic" else STORED if filled else {}
        form = forms.build(
            LOOKS[name], None, language="en", values=VALUES, today=TODAY, answers=stored,
            formdata=request.form or None, signer=("7", "Ana Hoxha"),
        )  # fmt: skip
        if request.form:
            form.validate()
        return app.jinja_env.from_string(PAGE).render(form=form, language="en"), {
            "Content-Security-Policy": POLICY
        }

    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("filled", range(len(FILLED)))
def test_the_browser_decides_as_the_server(address, page, filled):
    page.goto(f"{address}/look/logic/{filled}")
    reading = Reading(LOGIC, FILLED[filled], VALUES, TODAY)
    expected = {text: reading.shows(f"c{number}") for number, text in enumerate(CONDITIONS)}
    seen = {
        text: page.locator(f"#q_c{number}").is_visible()
        for number, text in enumerate(CONDITIONS)
        if page.locator(f"#q_c{number}").count()
    }
    assert seen == expected


def test_a_chosen_currency_decides_at_once(address, page):
    page.goto(f"{address}/look/logic/0")
    shown = {text: page.locator(f"#q_c{number}") for number, text in enumerate(CONDITIONS)}
    expect(page.locator("#q_offer-currency")).to_have_value("EUR")
    expect(shown["a.offer.currency == 'JPY'"]).to_be_hidden()
    page.select_option("#q_offer-currency", "JPY")
    expect(shown["a.offer.currency == 'JPY'"]).to_be_hidden()
    page.fill("#q_offer", "1,500")
    expect(shown["a.offer.currency == 'JPY'"]).to_be_visible()
    expect(shown["a.offer.minor == 1500"]).to_be_visible()
    page.select_option("#q_offer-currency", "EUR")
    expect(shown["a.offer.minor > 1500"]).to_be_visible()
    page.get_by_role("button", name="Add a row").click()
    page.get_by_label("abroad, Currency 2").select_option("JPY")
    page.get_by_role("button", name="Save and continue").click()
    expect(page.locator("#q_offer")).to_have_value("1,500")
    expect(shown["a.offer.minor > 1500"]).to_be_visible()


def test_what_is_required_and_what_does_not_fit_is_said_while_writing(address, page):
    page.goto(f"{address}/look/logic/1")
    label = page.locator("label[for=q_why]")
    expect(label).to_have_text("why (optional)".replace("w", "W", 1))
    page.fill("#q_jobs", "12")
    expect(label.locator(".optional")).to_be_hidden()
    expect(page.locator("#q_why")).to_have_attribute("aria-required", "true")
    expect(page.get_by_text("More women than jobs.")).to_have_count(0)
    page.fill("#q_women", "13")
    expect(page.get_by_text("More women than jobs.")).to_be_visible()
    page.fill("#q_women", "")
    expect(page.get_by_text("More women than jobs.")).to_have_count(0)


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("filled", [0, 1])
def test_every_type_fits_the_page_and_can_be_hit(address, page, width, filled):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{address}/look/all/{filled}")
    if not filled:
        page.get_by_role("button", name="Save and continue").click()
        expect(page.locator("#errors")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    small = page.evaluate("""[...document.querySelectorAll('button, select, input, textarea, summary')]
        .filter((e) => e.offsetParent && !e.classList.contains('visually-hidden'))
        .map((e) => [e.closest('.form-check') ?? e, e])
        .filter(([box]) => box.getBoundingClientRect().height < 43.5).map(([, e]) => e.name ?? e.textContent)""")
    assert small == []
    clipped = page.evaluate("""[...document.querySelectorAll('label, legend, .field-error')]
        .filter((e) => e.offsetParent && getComputedStyle(e).display !== 'inline')
        .filter((e) => !e.classList.contains('visually-hidden') && e.scrollWidth > e.clientWidth + 1)
        .map((e) => e.textContent)""")
    assert clipped == []


def test_the_links_of_the_error_summary_lead_to_parts(address, page):
    page.goto(f"{address}/look/all/0")
    page.get_by_role("button", name="Save and continue").click()
    page.get_by_role("link", name="Whom may we call?, Full name").click()
    expect(page.locator("#q_contact-name")).to_be_focused()
    expect(page.locator("#q_contact-name")).to_have_attribute("autocomplete", "name")
    page.get_by_role("link", name="How well do you know these?, Selling").click()
    expect(page.locator("#q_skills-sales")).to_be_focused()
