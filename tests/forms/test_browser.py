"""forms.js and autosave.js in a real Chromium: rows, sums, counters, conditions, saving and its failures."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import flask_bootstrap
import pytest
from flask import Flask, jsonify, request, send_from_directory
from flask_babel import Babel
from playwright.sync_api import Page, expect, sync_playwright
from werkzeug.serving import make_server

from fundflow import forms
from fundflow.platform.locate import locate
from tests.forms.samples import COMPLETE, TODAY, VALUES, application

pytestmark = pytest.mark.browser

WEB = Path(__file__).resolve().parents[2] / "fundflow" / "web" / "static"
BOOTSTRAP = Path(flask_bootstrap.__file__).parent / "static" / "bootstrap5"
PAGE = """<!doctype html><html lang="{{ language }}"><head><title>Form</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/bootstrap/css/bootstrap.min.css">
<link rel="stylesheet" href="/web/fundflow.css">
{% from "forms/form.html" import form_assets, render_form, error_summary, autosave, save_status %}
{{ form_assets() }}</head><body><main><div class="container"><div class="panel">
<h1>Application</h1>{{ error_summary(form) }}{{ save_status() }}
<form method="post" novalidate {{ autosave("/save") }}><input type="hidden" name="csrf_token" value="t0ken">
<input type="hidden" name="seen_version" value="1">{{ render_form(form) }}
<div class="actions"><button class="btn btn-primary">Save and continue</button></div>
</form></div></div></main></body></html>"""
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'"


@dataclass
class Office:
    """The server's side of the test: what it answers, and what it got."""

    url: str = ""
    status: int = 200
    saved: list[Any] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)


def make_app(office: Office) -> Flask:
    app = Flask("forms", template_folder=str(locate("templates")))
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.add_url_rule(
        "/web/<path:filename>", "web.static", lambda filename: send_from_directory(WEB, filename)
    )
    app.add_url_rule(
        "/bootstrap/<path:filename>", "b", lambda filename: send_from_directory(BOOTSTRAP, filename)
    )
    Babel(app, locale_selector=lambda: "en")
    definition = application()

    @app.route("/<language>/<stored>", methods=["GET", "POST"])
    def show(language: str, stored: str) -> Any:
        data = request.form if request.method == "POST" else None
        changed = forms.apply_row_action(definition, data) if data is not None else None
        form = forms.build(
            definition, None, language=language, values=VALUES, today=TODAY,
            answers=COMPLETE if stored == "full" else {}, formdata=changed or data,
        )  # fmt: skip
        if data is not None and not changed:
            form.validate()
        page = app.jinja_env.from_string(PAGE).render(form=form, language=language)
        return page, {"Content-Security-Policy": POLICY}

    @app.post("/save")
    def save() -> Any:
        office.tokens.append(request.headers.get("X-CSRFToken"))
        if office.status != 200:
            return jsonify(url="/conflict"), office.status
        office.saved.append(request.form)
        return jsonify(saved_at="14:32", fields={"seen_version": str(len(office.saved) + 1)})

    return app


@pytest.fixture
def office() -> Iterator[Office]:
    found = Office()
    server = make_server("127.0.0.1", 0, make_app(found), threaded=True)
    found.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    flags = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
    ]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=[*flags, "--disable-component-update", "--disable-sync"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda fault: faults.append(str(fault)))
    opened.on("console", lambda message: faults.append(message.text) if "Policy" in message.text else None)
    yield opened
    context.close()
    assert faults == []


def test_rows_and_sums_follow_the_hand(office, page):
    page.goto(f"{office.url}/it/empty")
    page.select_option("#q_budget-0-heading", "works")
    page.fill("#q_budget-0-quantity", "2,5")
    page.fill("#q_budget-0-unit_price", "1.999,99")
    page.get_by_role("button", name="Add a row").click()
    expect(page.locator("#q_budget-1-heading")).to_be_focused()
    page.select_option("#q_budget-1-heading", "staff")
    page.fill("#q_budget-1-quantity", "1,005")
    page.fill("#q_budget-1-unit_price", "€ 100")
    expect(page.locator("[data-computed]").nth(0)).to_have_text(re.compile(r"4\.?999,98"))
    expect(page.locator("[data-computed]").nth(1)).to_have_text(re.compile(r"100,50"))
    expect(page.locator("[data-sum=total]")).to_have_text(re.compile(r"5\.?100,48"))
    expect(page.locator("[data-sum=staff]")).to_have_text(re.compile(r"^100,50"))
    page.locator("[name=rows_remove]").nth(0).click()
    expect(page.locator("tbody [data-row]")).to_have_count(1)
    expect(page.locator("[data-sum=total]")).to_have_text(re.compile(r"^100,50"))
    expect(page.get_by_role("button", name="Remove row 1")).to_be_focused()


def test_no_more_rows_than_allowed(office, page):
    page.goto(f"{office.url}/en/empty")
    for _ in range(4):
        page.get_by_role("button", name="Add a row").click()
    expect(page.locator("tbody [data-row]")).to_have_count(5)
    expect(page.locator("[name=rows_add]")).to_be_hidden()


def test_questions_appear_with_the_answer_they_depend_on(office, page):
    page.goto(f"{office.url}/en/empty")
    expect(page.locator("#q_nipt")).to_be_hidden()
    page.get_by_label("Registered").check()
    expect(page.locator("#q_nipt")).to_be_visible()
    expect(page.locator("#q_extract")).to_be_hidden()
    page.fill("#q_nipt", "J91402501L")
    expect(page.locator("#q_extract")).to_be_visible()
    page.get_by_label("An idea").check()
    expect(page.locator("#q_nipt")).to_be_hidden()
    expect(page.locator("#q_extract")).to_be_hidden()


def test_the_counter_counts_down_and_over(office, page):
    page.goto(f"{office.url}/en/empty")
    page.fill("#q_why_none", "a" * 38)
    expect(page.locator("#q_why_none-count")).to_have_text("2 characters left")
    page.fill("#q_why_none", "a" * 41)
    expect(page.locator("#q_why_none-count")).to_have_text("1 characters too many")


def test_a_draft_is_saved_while_writing(office, page):
    page.goto(f"{office.url}/en/empty")
    page.fill("#q_jobs", "7")
    expect(page.locator("[data-save-status]")).to_have_text("Saved 14:32", timeout=6000)
    assert office.saved[-1]["q_jobs"] == "7"
    assert office.saved[-1]["seen_version"] == "1"
    assert office.tokens == ["t0ken"]
    expect(page.locator("[name=seen_version]")).to_have_value("2")
    page.get_by_role("button", name="Add a row").click()
    expect(page.locator("[name=seen_version]")).to_have_value("3", timeout=6000)
    assert office.saved[-1].getlist("q_budget") == ["", "0", "1"]


def test_a_failed_save_says_so_keeps_the_text_and_recovers(office, page):
    office.status = 500
    page.goto(f"{office.url}/en/empty")
    page.fill("#q_jobs", "7")
    expect(page.locator("[data-save-status]")).to_contain_text("Not saved.", timeout=6000)
    expect(page.locator("#q_jobs")).to_have_value("7")
    office.status = 200
    page.fill("#q_women", "1")
    expect(page.locator("[data-save-status]")).to_have_text("Saved 14:32", timeout=6000)
    assert (office.saved[-1]["q_jobs"], office.saved[-1]["q_women"]) == ("7", "1")


def test_a_conflict_stops_saving_and_leads_to_both_versions(office, page):
    office.status = 409
    page.goto(f"{office.url}/en/empty")
    page.fill("#q_jobs", "7")
    link = page.get_by_role("link", name="Compare both versions")
    expect(link).to_have_attribute("href", "/conflict", timeout=6000)
    page.fill("#q_women", "1")
    page.wait_for_timeout(2500)
    assert len(office.tokens) == 1


def test_rows_work_without_javascript(office, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{office.url}/en/full")
    page.get_by_role("button", name="Add a row").click()
    expect(page.locator("tbody [data-row]")).to_have_count(3)
    expect(page.locator("#q_budget-0-quantity")).to_have_value("2.5")
    page.get_by_role("button", name="Remove row 1").click()
    expect(page.locator("#q_budget-0-note")).to_have_value("one helper")
    # Return in a text saves: the page is checked, no row is lost.
    page.locator("#q_budget-0-note").press("Enter")
    expect(page.locator("#q_budget-0-note")).to_have_value("one helper")
    context.close()


@pytest.mark.parametrize("width", [360, 1280])
def test_targets_are_large_and_nothing_overflows(office, page, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{office.url}/en/empty")
    page.fill("#q_budget-0-note", "not enough")
    page.get_by_role("button", name="Add a row").click()
    page.get_by_role("button", name="Save and continue").click()
    expect(page.locator("#errors")).to_be_visible()
    page.wait_for_load_state()  # sizes are those of the style sheets
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    small = page.evaluate("""[...document.querySelectorAll('button, select, input, textarea')]
        .filter((e) => e.offsetParent && !e.classList.contains('visually-hidden'))
        .map((e) => [e.closest('.form-check') ?? e, e])
        .filter(([box]) => box.getBoundingClientRect().height < 43.5).map(([, e]) => e.name)""")
    assert small == []
