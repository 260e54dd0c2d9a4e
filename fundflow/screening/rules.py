"""Guards, effects and facts of screening."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l

from fundflow.applications.queries import latest_entry
from fundflow.applications.service.entries import open_entry
from fundflow.platform import clock
from fundflow.platform.db import db
from fundflow.platform.ids import new_id
from fundflow.platform.wording import pick
from fundflow.screening.models import Clarification
from fundflow.screening.queries import checks_of, latest_round, rounds_of
from fundflow.workflow import Decision, MoveContext, effect, fact, guard


def _checklist(ctx: MoveContext) -> list[dict[str, Any]]:
    """The fact of the same matter, read once for all moves that ask."""
    found: Any = ctx.facts["checks"]
    return list(found)


@guard("checks_recorded", help="Every check of the programme has an answer.")
def checks_recorded(ctx: MoveContext) -> Decision:
    """Also the checks that are not mandatory: an empty answer is no answer."""
    missing = [check for check in _checklist(ctx) if not check["result"]]
    return Decision(not missing, _l("%(count)s checks have no answer yet.", count=len(missing)))


@guard("checks_all_pass", help="Every mandatory check is passed, waived with a note, or does not apply.")
def checks_all_pass(ctx: MoveContext) -> Decision:
    """A single failure bars eligibility."""
    failed = [check for check in _checklist(ctx) if check["mandatory"] and check["result"] in {"", "fail"}]
    return Decision(not failed, _l("%(count)s mandatory checks are not passed.", count=len(failed)))


@guard(
    "checks_some_fail",
    says=_l("No mandatory check has failed."),
    help="At least one mandatory check has failed.",
)
def checks_some_fail(ctx: MoveContext) -> bool:
    """A refusal names the rule that was missed."""
    return any(check["mandatory"] and check["result"] == "fail" for check in _checklist(ctx))


@guard("clarification_rounds_left", help="Fewer than `most` rounds of clarification have been used.")
def clarification_rounds_left(ctx: MoveContext, most: int) -> Decision:
    """Equal treatment: everybody gets as many questions."""
    used = rounds_of(ctx.case.id)
    return Decision(used < most, _l("All %(most)s rounds of clarification have been used.", most=most))


@guard(
    "clarification_answered",
    says=_l("The clarification has not been answered."),
    help="The last round has an answer.",
)
def clarification_answered(ctx: MoveContext) -> bool:
    """Silence is no answer."""
    last = latest_round(ctx.case.id)
    return last is not None and last.answered_at is not None


@effect("record_checks", help="Marks the move by which the checklist is saved.")
def record_checks(ctx: MoveContext) -> None:
    """The checklist's page stores the answers in the same transaction."""
    ctx.notes["checks"] = len(ctx.definition.screening.checks)


@effect("open_clarification", help="Opens a round of questions: the rows of the move's form.")
def open_clarification(
    ctx: MoveContext, rows: str = "items", question: str = "question", ask: str = "ask"
) -> None:
    """Each row names an answer that opens again and the officer's question about it."""
    items = [{"question": row.get(question), "ask": row.get(ask, "")} for row in ctx.form.get(rows, [])]
    db.session.add(
        Clarification(
            id=new_id(),
            application_id=ctx.case.id,
            round=rounds_of(ctx.case.id) + 1,
            items=items,
            asked_at=clock.now(),
            asked_by=ctx.actor.user_id,
            due_on=_local_day(ctx),
        )
    )
    db.session.flush()


def _local_day(ctx: MoveContext) -> date | None:
    """The last day for the answer; the stage was entered before its effects run."""
    due: datetime | None = ctx.case.due_at
    return clock.day_of(due, ctx.case.call.timezone) if due else None


@effect(
    "unlock_questions",
    help="Opens a new version of the application in which only the listed answers can change.",
)
def unlock_questions(ctx: MoveContext) -> None:
    """The version that was handed in stays as it is."""
    last = latest_round(ctx.case.id)
    form = ctx.definition.programme.application_form
    entry = open_entry(
        actor_id=ctx.actor.user_id,
        case=ctx.case,
        form=form,
        like=latest_entry(ctx.case.id, form, submitted=True),
    )
    entry.open_questions = [str(item["question"]) for item in last.items] if last else []
    db.session.flush()


@effect("close_clarification", help="Closes the round: answered by a person, silent when the clock does it.")
def close_clarification(ctx: MoveContext) -> None:
    """After silence the version that was handed in counts."""
    last = latest_round(ctx.case.id)
    if last is None:
        return
    last.silent = ctx.actor.is_system
    last.answered_at = None if ctx.actor.is_system else clock.now()
    entry = latest_entry(ctx.case.id, ctx.definition.programme.application_form)
    if ctx.actor.is_system and entry is not None and entry.state == "draft":
        entry.state = "superseded"
        entry.submitted_at = clock.now()
    db.session.flush()


@fact("checks", help="The checklist: id, label, rule, result, reason, remedy, note, mandatory of each check.")
def checks(ctx: MoveContext) -> list[dict[str, Any]]:
    """The checklist in the words of the case's language."""
    done, language = checks_of(ctx.case.id), ctx.case.language
    return [
        {
            "id": check.id,
            "label": pick(check.label, language),
            "rule": check.rule if isinstance(check.rule, str) else pick(check.rule, language),
            "result": done[check.id].result if check.id in done else "",
            "reason": check.reason_code,
            "remedy": pick(check.remedy, language),
            "note": done[check.id].note if check.id in done else "",
            "mandatory": check.mandatory,
        }
        for check in ctx.definition.screening.checks
    ]


@fact(
    "clarification",
    fields={
        "items": "question and what is asked",
        "round": "which round",
        "asked_on": "day",
        "due_on": "last day",
    },
)
def clarification(ctx: MoveContext) -> dict[str, Any]:
    """The newest round, with the questions as the applicant knows them."""
    last = latest_round(ctx.case.id)
    if last is None:
        return {"items": [], "round": 0, "asked_on": None, "due_on": None}
    form = ctx.definition.forms[ctx.definition.programme.application_form]
    labels = {question.id: pick(question.label, ctx.case.language) for question in form.questions()}
    return {
        "items": [
            {"question": labels.get(item["question"], item["question"]), "ask": item["ask"]}
            for item in last.items
        ],
        "round": last.round,
        "asked_on": clock.day_of(last.asked_at, ctx.case.call.timezone).isoformat(),
        "due_on": last.due_on.isoformat() if last.due_on else None,
    }
