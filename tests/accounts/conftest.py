"""Fixtures of the accounts tests: those of the page tests."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

WEB = Path(__file__).parent.parent / "web"
sys.path.insert(0, str(WEB))
_spec = importlib.util.spec_from_file_location("web_fixtures", WEB / "conftest.py")
assert _spec is not None
assert _spec.loader is not None
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)
pages, site, person, another = _module.pages, _module.site, _module.person, _module.another
