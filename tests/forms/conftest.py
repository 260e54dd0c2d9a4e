"""An application with nothing but templates and languages: forms need no database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request
from flask_babel import Babel
from lxml import html

from fundflow.platform.locate import locate

STATIC = Path(__file__).resolve().parents[2] / "fundflow" / "web" / "static"


@pytest.fixture(scope="session")
def page_app() -> Flask:
    """Templates, languages and the static files of the web room."""
    app = Flask("forms", template_folder=str(locate("templates")))
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.add_url_rule(
        "/static/<path:filename>", "web.static", lambda filename: (STATIC / filename).read_text()
    )
    Babel(app, locale_selector=lambda: request.args.get("language", "en"))
    return app


@pytest.fixture
def page(page_app: Flask) -> Iterator[Any]:
    """Render a template text and parse it: page("{{ ... }}", name=value) -> lxml tree."""
    with page_app.test_request_context():
        yield lambda text, **names: html.fromstring(page_app.jinja_env.from_string(text).render(**names))
