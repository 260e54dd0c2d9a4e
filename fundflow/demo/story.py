"""Tells the stories of the demo: cases side by side, one step after the other, on a held clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from importlib import resources
from typing import Any

from sqlalchemy import select

from fundflow.applications.models import Application
from fundflow.calls.jobs import carry_on
from fundflow.demo.office import Office, open_calls, set_up
from fundflow.demo.script import Case
from fundflow.platform import clock
from fundflow.platform.db import db
from fundflow.platform.strict_yaml import load
from fundflow.programmes import Call

STORIES = ("startup", "reintegration", "today")
BEGAN_DAYS_AGO = 480
SHARED = ("answers", "changes", "scores", "sequences")


def data(name: str) -> dict[str, Any]:
    """One data file of the demo."""
    text = (resources.files("fundflow.demo") / "data" / f"{name}.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = load(text, f"{name}.yaml")
    return loaded


def tell(office: Office, name: str, say: Callable[[str], None]) -> dict[str, Case]:
    """Play one story; returns its cases by key."""
    story = data(name)
    for part in SHARED:
        story[part] = (
            {**data(story["like"])[part], **story.get(part, {})} if "like" in story else story.get(part, {})
        )
    cases = {
        key: Case(office, key, case["call"], case.get("cast", {}), story, say)
        for key, case in story["cases"].items()
    }
    for scene in story["story"]:
        if "days_ago" in scene:
            clock.advance(office.told_at - timedelta(days=scene["days_ago"]) - clock.now())
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
    office = Office(password, told_at=clock.now())
    began = office.told_at - timedelta(days=BEGAN_DAYS_AGO)
    with clock.at(began):
        set_up(office, office_data)
    open_calls(office, office_data["funds"], office_data["later_calls"])
    found: dict[str, dict[str, Case]] = {}
    for name in STORIES:
        call = next(iter(data(name)["cases"].values()))["call"]
        if told(call):
            say(f"{name}: already told.")
            continue
        with clock.at(began):
            found[name] = tell(office, name, say)
    while carry_on():  # the calls of the past come to where the clock and their cases have them
        pass
    return found
