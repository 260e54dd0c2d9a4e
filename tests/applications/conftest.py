"""Fixtures of the applicants' pages: an open call of the real start-up fund, and people at browsers of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from tests.applications.office import Site, open_site
from tests.web.pages import Person, open_account, rolled_back


@pytest.fixture
def site(app: Flask) -> Iterator[Site]:
    """The application with one open call; whatever a test writes is rolled back."""
    from fundflow.web.setup import limiter  # noqa: PLC0415 - only here

    with rolled_back(app):
        yield open_site(app)
    with app.app_context():
        limiter.reset()


@pytest.fixture
def visitor(site: Site) -> Person:
    """Somebody at a browser, not signed in."""
    return Person(site.app.test_client())


@pytest.fixture
def signed_in(site: Site) -> Callable[..., Person]:
    """Makes people with an account who have signed in; roles are held everywhere."""

    def make(email: str, *roles: str, **more: str) -> Person:
        open_account(site.app, email, *roles, **more)
        person = Person(site.app.test_client())
        assert person.sign_in(email).status_code == 302
        return person

    return make


@pytest.fixture
def applicant(signed_in: Callable[..., Person]) -> Person:
    """Somebody who wants to apply."""
    return signed_in("elira@people.example", name="Elira Çela")
