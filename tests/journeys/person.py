"""A person at a browser: signs in, reads, follows links and presses buttons; every page seen is looked at."""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect

from fundflow.accounts import user_by_email
from fundflow.demo.story import data
from fundflow.platform.db import db
from fundflow.platform.locate import locate
from tests.journeys.looks import Album, look
from tests.journeys.site import PASSWORD, Site

WIDE = {"width": 1280, "height": 900}


class Person:
    """Somebody of the demo's office or one of its applicants, in a browser of their own."""

    def __init__(self, site: Site, browser: Browser, album: Album, key: str, *, script: bool = True) -> None:
        known = data("office")["people"][key]
        self.site, self.key, self.album = site, key, album
        self.email, self.name = known["email"], known["name"]
        self.language = known.get("language", "en")
        self.script = script
        self.context: BrowserContext = browser.new_context(
            viewport=WIDE, java_script_enabled=script, locale=self.language, base_url=site.url
        )
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.watch(self.page)
        self.signed_in = False

    def watch(self, page: Page) -> None:
        """Keep whatever the browser complains about."""
        page.on("pageerror", lambda fault: self.complaints.append(f"{page.url}: {fault}"))
        page.on("console", lambda message: self._heard(message, page.url))

    def _heard(self, message: ConsoleMessage, url: str) -> None:
        # A form that comes back with what is wrong (422), and a refused save (409), are answers, not faults.
        if message.type == "error" and not re.search(r"status of (422|409)", message.text):
            self.complaints.append(f"{url}: {message.text}")

    # --- words ---
    def says(self, message: str) -> str:
        """A text of the pages in this person's language."""
        where = str(locate("fundflow/translations")) if self.language != "en" else None
        return gettext.translation("messages", where, [self.language], fallback=True).gettext(message)

    def own_language(self) -> str:
        """The language of the account, as the pages take it."""
        user = user_by_email(self.email)
        db.session.rollback()
        return user.language if user else "en"

    # --- going about ---
    def sign_in(self) -> None:
        """By the sign-in page, unless a session is still open; after a long rest it has ended."""
        if self.signed_in and "/login" not in self._sent_on("/start"):
            return
        self.signed_in = False
        self.open("/login")
        self.page.locator("#main input[name=email]").fill(self.email)
        self.page.locator("#main input[name=password]").fill(PASSWORD)
        self.press(self.says("Sign in"))
        self.entered()

    def _sent_on(self, path: str) -> str:
        """Where an address leads, without going there."""
        return self.context.request.get(path, max_redirects=0).headers.get("location", "")

    def entered(self) -> None:
        """The pages greet this person by name."""
        expect(self.page.locator(".topbar .menu-name")).to_have_text(self.name)
        self.signed_in = True

    def open(self, path: str) -> None:
        """Go to an address."""
        self.page.goto(path)
        self.see()

    @contextmanager
    def leaving(self) -> Iterator[None]:
        """Whatever is done within leads to another page, which is then looked at."""
        with self.page.expect_navigation(wait_until="load", timeout=15000):
            yield
        self.see()

    def press(self, name: str, within: Locator | None = None) -> None:
        """A button by its name."""
        scope = within or self.page.locator("#main")
        with self.leaving():
            scope.get_by_role("button", name=name, exact=True).first.click()

    def follow(self, name: str | re.Pattern[str]) -> None:
        """A link by its name."""
        exact: dict[str, Any] = {"exact": True} if isinstance(name, str) else {}
        with self.leaving():
            self.page.locator("#main").get_by_role("link", name=name, **exact).first.click()

    def click(self, target: Locator) -> None:
        """A link or button that was found otherwise."""
        with self.leaving():
            target.click()

    def see(self) -> None:
        """Look at the page: sound, and, the first time, without a barrier and kept as a picture."""
        look(self)
        assert not self.complaints, self.complaints

    def refused(self) -> list[str]:
        """What the page says is wrong."""
        return self.page.locator("#main .alert-danger").all_inner_texts()

    def text(self) -> str:
        """What stands on the page."""
        return self.page.locator("#main").inner_text()
