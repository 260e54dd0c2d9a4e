"""A person is sent to a school in real browsers: the case worker's pages, and the provider's by the link alone."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlalchemy import select

from fundflow.demo.script import Case
from fundflow.demo.story import SHARED, data
from fundflow.platform import jobs
from fundflow.platform.db import db
from fundflow.referrals.models import Referral
from tests.journeys import proofs
from tests.journeys.looks import look
from tests.journeys.person import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SCHOOL = "Shkolla Profesionale Elbasan"
NEED, CONTACT, SCHOOLING = (
    "A course for electricians.",
    "By telephone, in the morning",
    "E mesme ose profesionale",
)


class Provider(Person):
    """Somebody at the school: no account, a browser in Albanian, and the link."""

    def __init__(self, somebody: Person) -> None:
        self.site, self.album, self.key, self.language = somebody.site, somebody.album, "provider", "sq"
        self.script, self.signed_in, self.complaints = True, False, []
        browser = somebody.context.browser
        self.context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=self.site.url)
        self.page = self.context.new_page()
        self.watch(self.page)

    def open(self, path: str) -> None:
        """Go to an address; the picture of the page is named without the token."""
        self.page.goto(path)
        look(self)


def link(folder: Path) -> str:
    """The path of the link in the newest mail that has one."""
    found = []
    for file in sorted(folder.glob("*.eml")):
        body = message_from_bytes(file.read_bytes(), policy=policy.default).get_content()
        found += re.findall(r"(/referral/[\w-]{43})", body)
    return found[-1]


def registered(site) -> Case:
    """The case of the demo's story up to its registration, by the services."""
    story = data("reintegration")
    for part in SHARED:
        story.setdefault(part, {})
    case = Case(site.office, "training", "reintegration-caseload", {}, story, lambda _line: None)
    scene = next(each for each in story["story"] if each["case"] == "training")
    case.play(scene["steps"][:1])
    return case


def stage(case: Case) -> str:
    db.session.rollback()
    return db.session.scalars(select(Referral.stage).where(Referral.application_id == case.id)).one()


def keep_the_register(manager: Person) -> None:
    """The pages of providers, looked at."""
    manager.sign_in()
    manager.open("/office/providers")
    manager.follow(SCHOOL)


def test_a_referral(site, people, album, tmp_path):
    case = registered(site)
    worker = people("case_worker")
    worker.sign_in()
    worker.open(f"/applications/{case.id}?view=referrals")
    worker.follow("Refero te një shërbim")
    worker.page.locator("[name=q_need]").fill(NEED)
    worker.page.locator("[name=q_contact]").fill(CONTACT)
    worker.press("Refero te një shërbim")
    worker.follow(re.compile("ende pa zgjedhur"))
    page = worker.page
    choice = page.locator("#provider option").filter(has_text=SCHOOL).get_attribute("value")
    page.locator("#provider").select_option(choice)
    page.locator("#shared-schooling").check()
    worker.press("Ruaj dhe trego çfarë sheh ofruesi")
    assert [words in worker.text() for words in (NEED, CONTACT, SCHOOLING)] == [True] * 3
    worker.press("Dërgo referimin")
    assert stage(case) == "sent"
    jobs.run_pending()

    provider = Provider(worker)
    path = link(tmp_path / "mails")
    provider.open(path)
    assert [words in provider.text() for words in (NEED, SCHOOLING, "Gëzim")] == [True, True, False]
    provider.press("Prano")
    assert stage(case) == "accepted"
    provider.follow("Kryer: tregoni rezultatin")
    provider.page.get_by_label("Po, të plotë").check()
    provider.press("Kryer: tregoni rezultatin")
    assert stage(case) == "to_call"
    assert provider.context.request.get(path).status == 404

    worker.open("/work")
    worker.click(page.locator("#main a[href*='/referrals/']").first)
    worker.follow("Shëno telefonatën")
    page.locator("[name=q_called_on]").fill(
        page.locator("[name=q_called_on]").get_attribute("max") or "2025-01-01"
    )
    page.locator("[name=q_reached][value=yes]").check()
    page.locator("[name=q_satisfaction][value=s5]").check()
    page.locator("[name=q_more_help][value=no]").check()
    worker.press("Shëno telefonatën")
    assert stage(case) == "closed"

    keep_the_register(people("manager"))
    assert proofs.trail_holds()
    assert site.faults() == []
    assert (album.barriers, album.too_wide) == ([], [])
