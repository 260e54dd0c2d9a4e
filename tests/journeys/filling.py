"""Types stored answers into the fields of a page, as a hand does: texts, lists, ticks, files and repeating rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Locator, expect

from fundflow import forms
from fundflow.demo.paper import sample_pdf
from fundflow.platform import clock

if TYPE_CHECKING:
    from fundflow.programmes import Definition
    from tests.journeys.person import Person

TIMEZONE = "Europe/Tirane"


def fill(
    person: Person, definition: Definition, form: str, given: Mapping[str, Any], section: str | None = None
) -> None:
    """Answer the questions of a section (or of a whole form) that `given` names, in the order of the page."""
    told = {name: value for name, value in given.items() if not _file(value)}
    page = forms.build(
        definition.forms[form], section, language=person.language, values=definition.values, answers=told,
        today=clock.today(TIMEZONE),
    )  # fmt: skip
    for field in page:
        if field.question.id in given:
            _answer(person, field, given[field.question.id])


def _answer(person: Person, field: Any, value: Any) -> None:
    control = person.page.locator(f"#{field.id}")
    kind = field.control
    if kind == "rows":
        _rows(person, field)
    elif kind == "radios":
        person.page.locator(f'input[type=radio][name="{field.name}"][value="{field.value}"]').check()
    elif kind == "checkboxes":
        for box in person.page.locator(f'input[type=checkbox][name="{field.name}"]').all():
            box.set_checked(box.get_attribute("value") in field.selected)
    elif kind == "declaration":
        control.set_checked(bool(value))
    elif kind == "file":
        name = value["file"]
        paper = {"name": name, "mimeType": "application/pdf", "buffer": sample_pdf(name)}
        control.set_input_files(paper)
    else:
        _write(control, kind, field.value)


def _write(control: Locator, kind: str, text: str) -> None:
    if kind == "select":
        control.select_option(text)
    else:
        control.fill(text)


def _rows(person: Person, field: Any) -> None:
    """One row after the other; `Add a row` where the page has too few."""
    part = person.page.locator(f"[data-rows={field.question.id}]")
    lines = part.locator("tbody [data-row]")
    for number, entry in enumerate(field.entries):
        if lines.count() <= number:
            part.locator("[name=rows_add]").click()
            expect(lines).to_have_count(number + 1)
        line = lines.nth(number)
        for cell in entry.cells:
            if cell.value:
                target = line.locator(f"[name$='-{cell.question.id}']")
                _write(target, cell.control, cell.value)


def _file(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"file"}
