"""The first page of each role: what waits for me, since when, until when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from fundflow.accounts import current_actor
from fundflow.applications.subjects import CASE, subject_kind
from fundflow.platform import clock
from fundflow.reporting.queries.history import kind_word
from fundflow.reporting.queries.work import Group, Task, queue
from fundflow.reporting.views.desks import desk
from fundflow.reporting.words import words
from fundflow.web import SIGNED_IN, Area

area = Area("work", __name__)
PAGES: Mapping[str, tuple[str, str]] = {
    "review": ("reviews.show", "review_id"),
    "tranche": ("disbursement.tranche", "tranche_id"),
    "purchase": ("disbursement.purchase", "purchase_id"),
    "visit": ("followup.visit", "visit_id"),
    "report": ("followup.report", "report_id"),
    "referral": ("referrals.show", "referral_id"),
    "appeal": ("appeals.show", "appeal_id"),
}


@area.get("/start", access=SIGNED_IN)
def start() -> ResponseReturnValue:
    """Where people land after sign-in: staff before their queue, others before their own cases."""
    return redirect(url_for("work.mine" if current_actor().grants else "drafts.mine"))


@area.get("/work", access=SIGNED_IN)
def mine() -> ResponseReturnValue:
    """My queue, the most urgent first."""
    actor = current_actor()
    groups = queue(actor)
    return render_template(
        "reporting/work.html",
        groups=groups,
        now=clock.now(),
        title_of=title_of,
        steps_of=steps_of,
        describe=describe,
        link=link,
        more=more,
        total=sum(group.total for group in groups),
        late=sum(group.late for group in groups),
    )


def title_of(group: Group) -> str:
    """What kind of thing stands in which stage."""
    stage = words(group.definition.stage_label(group.kind, group.stage))
    if group.kind == CASE:
        return stage
    return str(_("%(kind)s: %(stage)s", kind=kind_word(group.kind), stage=stage))


def steps_of(group: Group) -> str:
    """What can be done with it, in the words of the buttons; the main step alone where there is one."""
    main = [move for move in group.moves if move.move.tone == "primary"] or list(group.moves)
    labels = [words(move.move.label) for move in main]
    if not labels:
        labels = [words(group.definition.forms[name].title) for name in group.forms]
    return ", ".join(labels)


def describe(group: Group, task: Task) -> str:
    """What the row is called among its like on the case."""
    kind = subject_kind(group.kind)
    if kind is None or group.kind == CASE:
        return ""
    return kind.describe(task.row, str(get_locale() or "en"))


def link(group: Group, task: Task) -> str:
    """The page on which the task is done."""
    if group.kind in PAGES:
        endpoint, argument = PAGES[group.kind]
        address: dict[str, Any] = {argument: task.id}
        return url_for(endpoint, **address)
    at_desk = desk(group.effects, task.application_id, task.call_id) if group.kind == CASE else None
    return at_desk[0] if at_desk else url_for("case.show", application_id=task.application_id)


def more(group: Group) -> str | None:
    """Where the rest of a long group is listed."""
    if group.total <= len(group.tasks) or group.kind != CASE:
        return None
    return url_for("listing.index", programme=group.programme_id, stage=group.stage, sort="due")
