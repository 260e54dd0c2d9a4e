"""How many statements an applicant's pages send: the counts reached, so that a change which adds one is seen."""

from __future__ import annotations

import re
from collections.abc import Callable

from werkzeug.test import TestResponse

from fundflow.applications import queries
from tests.applications.office import Site, answers, posted
from tests.applications.test_journey import fill, start
from tests.architecture.test_queries import counted, shortly
from tests.web.pages import Person

# Handing in: who asks, the case held, his ties to it | the confirmation and its answers | what was filled in, its
# sums, the people | two numbers | the entry, the document, the mail, the person, the case, the tie | jobs | the trail.
TAKES = {"section": 3, "save": 4, "check": 5, "submit": 18, "mine": 3}


def version_in(page: str) -> str:
    """The version that a page carries in its form."""
    found = re.search(r'name="seen_version" value="(\d+)"', page)
    assert found
    return found[1]


def test_an_application_takes_few_statements(site: Site, applicant: Person):
    asked: dict[str, list[str]] = {}

    def count(name: str, act: Callable[[], TestResponse]) -> TestResponse:
        with counted() as asked[name]:
            return act()

    form = start(applicant, site)
    fill(applicant, site, form)
    section = site.definition.forms["application"].sections[1].id
    page = count("section", lambda: applicant.get(f"{form}/{section}"))
    sent = {"seen_version": version_in(page.text), **posted(site, section, answers())}
    saved = count("save", lambda: applicant.send(f"{form}/{section}", sent))
    assert saved.status_code == 302
    check = count("check", lambda: applicant.get(f"{form}/check"))
    move = f"/moves/application/{site.case().id}/submit"
    given = {"seen_version": version_in(check.text), "q_checked": "true"}
    receipt = count("submit", lambda: applicant.send(move, given))
    assert receipt.location.endswith("/receipt")
    assert count("mine", lambda: applicant.get("/mine")).status_code == 200
    taken = {name: len(statements) for name, statements in asked.items()}
    assert taken == TAKES, "\n\n".join(f"{name}\n{shortly(statements)}" for name, statements in asked.items())


def test_saved_sections_keep_who_saved_them_and_when(site: Site, applicant: Person):
    form = start(applicant, site)
    fill(applicant, site, form)
    before = _saved(site)
    check = applicant.get(f"{form}/check").text
    move = f"/moves/application/{site.case().id}/submit"
    applicant.send(move, {"seen_version": version_in(check), "q_checked": "true"})
    assert site.case().stage == "submitted"
    changed = {name for name, saved in _saved(site).items() if saved != before[name]}
    assert changed == {"enterprise", "budget"}  # sums, and what hidden questions had been answered


def _saved(site: Site) -> dict[str, tuple[object, ...]]:
    with site.app.app_context():
        entry = queries.latest_entry(site.case().id, "application")
        assert entry is not None
        kept = queries.sections(entry.id).items()
        return {name: (row.version, row.saved_at, row.saved_by, row.complete) for name, row in kept}
