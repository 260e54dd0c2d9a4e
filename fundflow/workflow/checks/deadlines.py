"""Checks of deadlines: they count from something that exists and lead to something that can happen."""

from __future__ import annotations

from fundflow.workflow.checks.report import Report
from fundflow.workflow.definition import ENTERED, SYSTEM, Consequence, Deadline


def check_deadlines(report: Report) -> None:
    """All checks of the deadlines of a machine."""
    for name, stage in report.machine.stages.items():
        if stage.deadline is None:
            continue
        path = ("stages", name, "deadline")
        if stage.final:
            report.add(
                path,
                f"the final stage '{name}' has a deadline",
                code="deadline_of_end",
                why="Nothing can follow it.",
            )
        _check_start(report, path, stage.deadline)
        if stage.deadline.then is None:
            report.add(
                path,
                f"the deadline of the stage '{name}' leads to nothing",
                code="deadline_leads_nowhere",
                hint="Add `then: {move: ..}` or `then: {mail: .., to: ..}`.",
                why="The day would pass and nobody would notice.",
            )
        else:
            _check_consequence(report, name, stage.deadline.then)
        _check_reminders(report, path, stage.deadline)


def _check_start(report: Report, path: tuple[str, ...], deadline: Deadline) -> None:
    key = "at" if deadline.at is not None else "from"
    dotted = deadline.at or deadline.from_
    if dotted == ENTERED:
        return
    fact, _, name = dotted.partition(".")
    facts = report.registry.facts
    if fact not in facts:
        report.unknown(
            (*path, key), "fact", fact, facts, "The deadline could never be set.", code="unknown_fact"
        )
        return
    fields = facts[fact].fields
    if fields is not None and name not in fields:
        report.unknown((*path, key), f"field of the fact '{fact}':", name, fields, code="unknown_field")


def _check_reminders(report: Report, path: tuple[str | int, ...], deadline: Deadline) -> None:
    for key, mails in (("remind", deadline.remind), ("escalate", deadline.escalate)):
        for place, each in enumerate(mails):
            here = (*path, key, place)
            if each.mail not in report.known.mails:
                report.unknown((*here, "mail"), "mail", each.mail, report.known.mails, code="unknown_mail")
            report.check_role((*here, "to"), each.to, "The mail would reach nobody.")


def _check_consequence(report: Report, stage: str, then: Consequence) -> None:
    path = ("stages", stage, "deadline", "then")
    if then.move is not None:
        _check_move(report, stage, then.move)
    if then.mail is not None and then.mail not in report.known.mails:
        report.unknown((*path, "mail"), "mail", then.mail, report.known.mails, code="unknown_mail")
    if then.to is not None:
        report.check_role((*path, "to"), then.to, "The mail would reach nobody.")


def _check_move(report: Report, stage: str, name: str) -> None:
    path = ("stages", stage, "deadline", "then", "move")
    move = report.machine.moves.get(name)
    if move is None:
        report.unknown(
            path,
            "move",
            name,
            report.machine.moves,
            "The deadline would lead to nothing.",
            code="unknown_move",
        )
        return
    if SYSTEM not in move.by:
        report.add(
            path,
            f"the clock may not make the move '{name}'",
            code="move_not_for_system",
            hint=f"Add `system` to `by` of '{name}'.",
            why="The deadline would lead to nothing.",
        )
    if stage not in move.from_:
        report.add(
            path,
            f"the move '{name}' cannot be made in the stage '{stage}'",
            code="move_of_another_stage",
            hint=f"Add '{stage}' to `from` of '{name}', or name another move.",
            why="The deadline would lead to nothing.",
        )
