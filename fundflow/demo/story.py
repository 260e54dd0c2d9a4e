"""Tells the stories of the demo: cases side by side, one step after the other, on a held clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from importlib import resources
from typing import Any

from sqlalchemy import select

from fundflow.applications.models import Application
from fundflow.demo.office import Office, set_up
from fundflow.demo.script import Case
from fundflow.platform import clock
from fundflow.platform.db import db
from fundflow.platform.strict_yaml import load
from fundflow.programmes import Call

STORIES = ("startup",)
BEGAN_DAYS_AGO = 480


def data(name: str) -> dict[str, Any]:
    """One data file of the demo."""
    text = (resources.files("fundflow.demo") / "data" / f"{name}.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = load(text, f"{name}.yaml")
    return loaded


def tell(office: Office, name: str, say: Callable[[str], None]) -> dict[str, Case]:
    """Play one story; returns its cases by key."""
    story = data(name)
    cases = {
        key: Case(office, key, case["call"], case.get("cast", {}), story, say) for key, case in story["cases"].items()
    }
    for scene in story["story"]:
        say(f"{scene['case']}:")
        cases[scene["case"]].play(scene["steps"])
    return cases


def told(slug: str) -> bool:
    """Whether the story of that call has been told before."""
    row = db.session.scalar(select(Application.id).join(Call).where(Call.slug == slug).limit(1))
    db.session.rollback()
    return row is not None


def run(*, password: str, say: Callable[[str], None]) -> dict[str, dict[str, Case]]:
    """Set the office up and tell every story; what was told before is left as it is."""
    office_data = data("office")
    began = clock.now() - timedelta(days=BEGAN_DAYS_AGO)
    with clock.at(began):
        office = set_up(office_data, password=password)
    found: dict[str, dict[str, Case]] = {}
    for name in STORIES:
        call = next(iter(data(name)["cases"].values()))["call"]
        if told(call):
            say(f"{name}: already told.")
            continue
        with clock.at(began):
            found[name] = tell(office, name, say)
    set_up({**office_data, "people": {}, "funds": office_data["funds"], "calls": office_data["later_calls"]},
           password=password)
    return found
