"""A small application around the shared pages with sample routes, for the tests of web and accounts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from flask import Flask, render_template_string
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from fundflow.accounts import SYSTEM, Permission, User, create_user, grant_role
from fundflow.accounts.setup import setup
from fundflow.platform.db import db, transaction
from fundflow.platform.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from fundflow.platform.locate import locate
from fundflow.web import PUBLIC, SIGNED_IN, Area, current_actor, permission, setup_web

PASSWORD = "correct horse battery"
FAULTS = {
    "invalid": Invalid({"amount": "Enter an amount of at most 30,000.00 EUR."}),
    "forbidden": Forbidden("You screened this case, so someone else decides."),
    "missing": NotFound(),
    "conflict": Conflict("Elira recommended this case.", {"Stage": "Recommended"}),
    "refused": Refused(["The call closed on 12 May.", "The budget is above the ceiling."]),
    "crash": ZeroDivisionError("secret detail"),
}


def sample_area() -> Area:
    """Routes of every kind of access and every kind of refusal."""
    area = Area("sample", __name__)

    @area.get("/", access=PUBLIC)
    def home() -> str:
        return render_template_string(
            "{% extends 'base.html' %}{% block content %}<h1>{{ _('Welcome') }}</h1>{% endblock %}"
        )

    @area.get("/mine", access=SIGNED_IN)
    def mine() -> str:
        return str(current_actor().name)

    @area.get("/audit", access=permission(Permission.AUDIT_READ))
    def audit() -> str:
        return "the trail"

    @area.get("/writes", access=PUBLIC)
    def writes() -> str:
        with transaction():
            return "wrote"

    @area.get("/records", access=PUBLIC, records=True)
    def records() -> str:
        with transaction():
            return "noted"

    @area.post("/acts", access=PUBLIC)
    def acts() -> str:
        with transaction():
            return "done"

    @area.get("/fault/<name>", access=PUBLIC)
    def fault(name: str) -> str:
        raise FAULTS[name]

    return area


def small_app(url: str, config: dict[str, Any]) -> Flask:
    """The shared pages and accounts alone, on a migrated database."""
    from fundflow.settings import load_settings  # noqa: PLC0415 - only the fixtures need it

    app = Flask("fundflow", template_folder=str(locate("templates")), static_folder=None)
    app.config.from_mapping(load_settings(config | {"DATABASE_URL": url}).for_flask())
    app.config["PROPAGATE_EXCEPTIONS"] = False
    db.init_app(app)
    setup_web(app)
    setup(app)
    app.register_blueprint(sample_area())
    return app


@contextmanager
def rolled_back(app: Flask) -> Iterator[None]:
    """All requests of an application in one rolled-back transaction, each with a context of its own."""
    with app.app_context():
        engines = db.engines
    real = engines[None]
    connection = real.connect()
    outer = connection.begin()
    engines[None] = connection
    db.session.session_factory.configure(join_transaction_mode="create_savepoint")
    try:
        yield
    finally:
        db.session.session_factory.configure(join_transaction_mode="conditional_savepoint")
        engines[None] = real
        outer.rollback()
        connection.close()


class Person:
    """A browser in a person's hands: it keeps cookies and sends the token of the page it last saw."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self._token = ""

    def get(self, path: str, **options: Any) -> TestResponse:
        """Open a page."""
        return self._saw(self.client.get(path, **options))

    def post(self, path: str, follow: bool = True, **fields: str) -> TestResponse:
        """Send a form."""
        data = {"csrf_token": self._token, **fields}
        return self._saw(self.client.post(path, data=data, follow_redirects=follow))

    def send(self, path: str, fields: Mapping[str, Any]) -> TestResponse:
        """Send a form with files and repeated fields; the answer is not followed."""
        data = {"csrf_token": self._token, **fields}
        return self._saw(self.client.post(path, data=data, content_type="multipart/form-data"))

    def sign_in(self, email: str, password: str = PASSWORD, **fields: str) -> TestResponse:
        """Use the sign-in page."""
        self.get("/login")
        return self.post("/login", follow=False, email=email, password=password, **fields)

    def _saw(self, response: TestResponse) -> TestResponse:
        found = re.search(r'name="csrf_token" value="([^"]+)"', response.text) or re.search(
            r'name="csrf_token" type="hidden" value="([^"]+)"', response.text
        )
        if found:
            self._token = found[1]
        return response


def open_account(app: Flask, email: str, *roles: str, **more: Any) -> User:
    """An account with roles held everywhere; its password is PASSWORD."""
    with app.app_context(), transaction():
        given = {"name": "Arta Hoxha", "password": PASSWORD, **more}
        user = create_user(SYSTEM, email=email, **given)
        for role in roles:
            grant_role(SYSTEM, user_id=user.id, role=role)
        return user
