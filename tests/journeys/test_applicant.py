"""An applicant in trouble: a double click, two tabs, no JavaScript, no mouse. One application, one event."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect
from sqlalchemy import func, select

from fundflow.applications.models import Answers, Application, FormEntry
from fundflow.demo.script import Case
from fundflow.platform.db import db
from tests.journeys import proofs
from tests.journeys.clicked import ClickedCase
from tests.journeys.person import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]
APPLIED = {"like": ["base"]}
WHO = {"as": "who"}


@pytest.fixture
def begun(site, people):
    """An application that has been filled in by the services; only handing it in is left to the browser."""
    model = ClickedCase.of(people, site.office, "startup", "golden")
    case = Case(site.office, model.key, model.call, model.cast, model.story, lambda _line: None)
    case.play([{"start": True, **WHO}, {"fill": "application", **WHO, "with": APPLIED}])
    return case


def answers(case: Case, section: str) -> dict[str, object]:
    """What is stored of a section."""
    query = (
        select(Answers.data)
        .join(FormEntry, FormEntry.id == Answers.entry_id)
        .where(FormEntry.application_id == case.id, Answers.section == section)
    )
    found = dict(db.session.scalars(query).one())
    db.session.rollback()
    return found


def handed_in_once(case: Case) -> bool:
    """One application, one event, one number."""
    rows = db.session.scalar(select(func.count()).select_from(Application))
    db.session.rollback()
    assert (rows, proofs.moves(case.id)["submit"]) == (1, 1)
    return case.row().reference is not None and case.row().stage == "submitted"


def ready(person: Person, case: Case) -> Locator:
    """The button on the page of all answers."""
    person.sign_in()
    person.open(f"/applications/{case.id}/forms/application/check")
    person.page.locator("#q_checked").check()
    return person.page.get_by_role("button", name="Presenta la domanda", exact=True)


@pytest.mark.parametrize("script", [True, False])
def test_double_click(site, browser, album, begun, script):
    person = Person(site, browser, album, "applicant", script=script)
    button = ready(person, begun)
    button.dblclick()
    person.page.wait_for_url("**/receipt")
    expect(person.page.locator(".big-reference")).to_have_text("SUF-2025-0001")
    person.context.close()
    assert handed_in_once(begun)


def test_two_tabs(people, begun):
    person = people("applicant")
    person.sign_in()
    path = f"/applications/{begun.id}/forms/application/project"
    person.open(path)
    other = person.context.new_page()
    person.watch(other)
    other.goto(path)
    other.locator("#q_title").fill("Titolo della seconda finestra")
    with other.expect_navigation():
        other.get_by_role("button", name=person.says("Save and continue"), exact=True).click()
    person.page.locator("#q_title").fill("Titolo della prima finestra")
    person.page.locator("#q_problem").fill("Un altro problema")
    person.press(person.says("Save and continue"))
    assert "Titolo della seconda finestra" in person.text()
    assert "Titolo della prima finestra" in person.text()
    person.page.locator("input[name=keep-title][value=stored]").check()
    person.press(person.says("Save my choice"))
    kept = answers(begun, "project")
    assert (kept["title"], kept["problem"]) == ("Titolo della seconda finestra", "Un altro problema")


def test_without_javascript(site, browser, album):
    person = Person(site, browser, album, "applicant", script=False)
    case = ClickedCase.of(lambda _key: person, site.office, "startup", "golden")
    case.play(
        [
            {"start": True, **WHO},
            {"fill": "application", **WHO, "with": APPLIED},
            {"move": "submit", **WHO, "form": {"checked": True}},
        ]
    )
    assert handed_in_once(case)
    assert len(answers(case, "budget")["budget"]) == 5
    person.context.close()


def tab_to(person: Person, target: Locator) -> None:
    """Press Tab until the target has the focus, and see that it shows."""
    for _press in range(90):
        person.page.keyboard.press("Tab")
        if target.evaluate("e => e === document.activeElement"):
            shown = target.evaluate(
                "e => { const s = getComputedStyle(e); return s.outlineStyle !== 'none' || s.boxShadow !== 'none'; }"
            )
            assert shown, "the focus cannot be seen"
            return
    raise AssertionError("no way there by keyboard")


def test_keyboard(people, begun):
    person = people("applicant")
    page, keys = person.page, person.page.keyboard
    person.open("/login")
    keys.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    tab_to(person, page.locator("#main input[name=email]"))
    keys.type(person.email)
    tab_to(person, page.locator("#main input[name=password]"))
    keys.type(begun.office.password)
    with person.leaving():
        keys.press("Enter")
    person.entered()
    tab_to(person, page.locator("#main .tasks a").first)
    with person.leaving():
        keys.press("Enter")
    tab_to(person, page.locator('#main .tasks a[href$="/milestones"]'))
    with person.leaving():
        keys.press("Enter")
    tab_to(person, page.get_by_role("button", name=person.says("Add a row")))
    keys.press("Enter")
    expect(page.locator("#q_milestones-2-title")).to_be_focused()
    keys.type("Secondo forno")
    keys.press("Tab")
    keys.type("11")
    keys.press("Tab")
    keys.type("Foto del forno")
    tab_to(person, page.get_by_role("button", name=person.says("Save and continue"), exact=True))
    with person.leaving():
        keys.press("Enter")
    assert [row["title"] for row in answers(begun, "milestones")["milestones"]][2:] == ["Secondo forno"]
    person.open(f"/applications/{begun.id}/forms/application/check")
    tab_to(person, page.locator("#q_checked"))
    keys.press("Space")
    tab_to(person, page.get_by_role("button", name="Presenta la domanda", exact=True))
    with person.leaving():
        keys.press("Enter")
    assert page.url.endswith("/receipt")
    assert handed_in_once(begun)
