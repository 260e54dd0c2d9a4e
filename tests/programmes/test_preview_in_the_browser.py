"""The preview of every programme in every language, on the narrowest telephone: nothing scrolls sideways."""

from __future__ import annotations

import pytest

from fundflow.app import create_app
from fundflow.programmes import folders, read_folder
from fundflow.programmes.loading import compiled
from fundflow.programmes.preview import preview_page
from fundflow.programmes.starting import template
from tests.conftest import settings
from tests.forms.test_browser import browser

__all__ = ["browser"]
pytestmark = pytest.mark.browser
NARROW = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    return create_app(settings("postgresql://nobody@localhost/none", tmp_path_factory.mktemp("previews")))


def test_no_preview_is_wider_than_the_screen(app, browser):
    programmes = {slug: read_folder(path) for slug, path in folders().items()} | {"template": template()}
    window, widths = browser.new_page(viewport=NARROW), {}
    for slug, files in programmes.items():
        definition = compiled(files)
        for language in definition.programme.languages:
            with app.app_context():
                window.set_content(preview_page(definition, language))
            widths[slug, language] = window.evaluate("document.documentElement.scrollWidth")
    window.close()
    assert {page: wide for page, wide in widths.items() if wide > NARROW["width"]} == {}
    assert len(widths) > len(programmes)
