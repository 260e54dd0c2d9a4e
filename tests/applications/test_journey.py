"""From the landing page to the receipt, by the pages alone, with the real form of the start-up fund."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from tests.applications.office import SLUG, Site, answers, posted
from tests.web.pages import Person

HINT = ("adult", "second_generation", "in_albania", "young_enterprise", "own_share", "one_application")


def start(person: Person, site: Site) -> str:
    """Begin an application; returns the address of its form."""
    person.get(f"/calls/{SLUG}/apply")
    answer = person.post(f"/calls/{SLUG}/apply", follow=False)
    assert answer.status_code == 302
    assert answer.location == f"/applications/{site.case().id}/forms/application"
    return answer.location


def fill(person: Person, site: Site, form: str, **changes: Any) -> None:
    """Fill every section as a browser does, each page leading to the next."""
    given = answers(**changes)
    sections = [part.id for part in site.definition.forms["application"].sections]
    for section, following in zip(sections, [*sections[1:], "check"], strict=True):
        person.get(f"{form}/{section}")
        saved = person.send(f"{form}/{section}", {"seen_version": "0", **posted(site, section, given)})
        assert (saved.status_code, saved.location) == (302, f"{form}/{following}"), (section, saved.text)


def test_from_the_landing_page_to_the_receipt(site: Site, applicant: Person):
    assert "Start-up call of the test" in applicant.get("/").text
    yes = "&".join(f"{name}=yes" for name in HINT)
    assert "It fits you" in applicant.get(f"/calls/{SLUG}/hint?asked=1&{yes}").text
    form = start(applicant, site)
    tasks = applicant.get(form).text
    assert tasks.count("Not yet started") == 9
    fill(applicant, site, form)
    assert applicant.get(form).text.count("Completed") == 9
    check = applicant.get(f"{form}/check").text
    assert "Stone-oven bakery in Përmet" in check
    assert "identity_file.pdf" in check
    move = f"/moves/application/{site.case().id}/submit"
    version = re.search(r'name="seen_version" value="(\d+)"', check)[1]
    sent = applicant.send(move, {"seen_version": version, "q_checked": "true"})
    case = site.case()
    assert sent.location == f"/applications/{case.id}/receipt"
    receipt = applicant.get(sent.location).text
    assert case.reference.startswith("SUF-")
    assert case.stage == "submitted"
    assert case.reference in receipt
    assert case.content_hash in receipt
    content = applicant.get(f"{sent.location}.json").data
    assert hashlib.sha256(content).hexdigest() == case.content_hash
    assert "being prepared" in receipt
    mine = applicant.get("/mine").text
    assert "Submitted" in mine
    assert "There is nothing for you to do now" in mine


def test_submit_pressed_twice_makes_one_application_and_one_event(site: Site, applicant: Person):
    form = start(applicant, site)
    fill(applicant, site, form)
    check = applicant.get(f"{form}/check").text
    move = f"/moves/application/{site.case().id}/submit"
    sent = {"seen_version": re.search(r'name="seen_version" value="(\d+)"', check)[1], "q_checked": "true"}
    first = applicant.send(move, sent)
    reference = site.case().reference
    again = applicant.send(move, sent)
    assert again.status_code == 302
    assert again.location == first.location
    assert "it was done only once" in applicant.get(again.location).text
    assert site.case().reference == reference
    assert len(site.moves("submit")) == 1


def test_an_incomplete_application_cannot_be_submitted(site: Site, applicant: Person):
    form = start(applicant, site)
    check = applicant.get(f"{form}/check")
    assert "points are still open" in check.text
    assert "disabled" in check.text
    sent = applicant.send(
        f"/moves/application/{site.case().id}/submit", {"seen_version": "1", "q_checked": "true"}
    )
    assert sent.status_code == 422
    assert "still has" in sent.text
    assert site.case().stage == "draft"


def test_starting_twice_finds_the_same_draft(site: Site, applicant: Person):
    assert start(applicant, site) == start(applicant, site)
    assert len(site.events("application.started")) == 1


def test_whoever_is_not_signed_in_does_that_first(site: Site, visitor: Person):
    visitor.get(f"/calls/{SLUG}/apply")
    answer = visitor.post(f"/calls/{SLUG}/apply", follow=False)
    assert answer.location == f"/login?next=/calls/{SLUG}/apply"
    assert site.events("application.started") == []


def test_a_withdrawal_ends_the_application(site: Site, applicant: Person):
    start(applicant, site)
    move = f"/moves/application/{site.case().id}/withdraw"
    assert "I want to withdraw my application." in applicant.get(move).text
    refused = applicant.send(move, {"seen_version": "1", "q_reason": "No time"})
    assert refused.status_code == 422
    assert "No time" in refused.text
    done = applicant.send(move, {"seen_version": "1", "q_reason": "No time", "q_sure": "true"})
    assert done.location == f"/applications/{site.case().id}"
    assert (site.case().stage, site.case().is_live) == ("withdrawn", False)
