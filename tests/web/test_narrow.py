"""Macros on the narrowest telephone: what does not fit into one line goes on in the next."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import render_template_string

import fundflow
from tests.forms.test_browser import browser

__all__ = ["browser"]
pytestmark = pytest.mark.browser
STYLE = (Path(fundflow.__file__).parent / "web" / "static" / "fundflow.css").read_text("utf-8")
TABS = ("Waiting for me", "To certify", "To authorise", "To release", "All open", "Paid")


@pytest.mark.parametrize(("width", "in_one_line"), [(360, False), (1280, True)])
def test_all_tabs_are_seen_at_once(site, browser, width, in_one_line):
    with site.test_request_context():
        drawn = render_template_string(
            '{% from "macros/page.html" import tabs with context %}{{ tabs(items) }}',
            items=[(name, "#", False, 12) for name in TABS],
        )
    window = browser.new_page(viewport={"width": width, "height": 700})
    window.set_content(f"<style>{STYLE}</style>{drawn}")
    boxes = [each.bounding_box() for each in window.query_selector_all(".tabs a")]
    window.close()
    assert max(box["x"] + box["width"] for box in boxes) <= width
    assert (len({round(box["y"]) for box in boxes}) == 1) == in_one_line
