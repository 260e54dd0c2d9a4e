"""The ranking of a call: the list, its table for a spreadsheet, and putting all scored cases into it."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from fundflow.accounts import Actor, Permission, current_actor
from fundflow.applications.policy import on_case
from fundflow.applications.service.move import moves_of
from fundflow.evaluation.policy import READERS
from fundflow.evaluation.queries import call_of, calls_with_scores, stages_of_call
from fundflow.evaluation.queries.standings import Standing, Standings, standings
from fundflow.evaluation.service import rank_all
from fundflow.platform import clock
from fundflow.platform.db import transaction
from fundflow.platform.errors import NotFound
from fundflow.platform.money import to_decimal
from fundflow.platform.wording import pick
from fundflow.programmes import Call, Definition, definition_of
from fundflow.web import Area, permission
from fundflow.workflow import MoveState
from fundflow.workflow.compiled import CompiledMove

area = Area("ranking", __name__)
READ = permission(*READERS)
MANAGE = permission(Permission.RANKING_MANAGE)
RULE = "/calls/<uuid:call_id>/ranking"


@area.get("/rankings", access=READ)
def calls() -> ResponseReturnValue:
    """The calls that have scores."""
    return render_template("evaluation/rankings.html", rows=calls_with_scores(current_actor(), READERS))


@area.get(RULE, access=READ)
def show(call_id: uuid.UUID) -> ResponseReturnValue:
    """Scores, order and money of a call; prints as the annex of the minutes."""
    actor, call, definition, found = _open(call_id)
    machine = definition.machines["application"]
    waiting = {
        stage: count
        for stage, count in stages_of_call(call.id).items()
        if stage in machine.stages and machine.stages[stage].stage.phase in {"screening", "evaluation"}
    }
    return render_template(
        "evaluation/ranking.html", call=call, definition=definition, found=found, waiting=waiting,
        rank=_rank_state(actor, definition, found), links=_links(actor, definition, found),
        tie_words=lambda tie: tie_words(definition, tie), line_at=_line_at(found), mark_at=_mark_at(definition, found),
        now=clock.now(),
    )  # fmt: skip


def _open(call_id: uuid.UUID) -> tuple[Actor, Call, Definition, Standings]:
    actor = current_actor()
    call = call_of(actor, call_id, READERS)
    definition = definition_of(call.version_id)
    if "review" not in definition.machines:
        raise NotFound
    return actor, call, definition, standings(actor, call, definition)


def _rank_state(actor: Actor, definition: Definition, found: Standings) -> MoveState | None:
    """The ranking move as the first case that waits for it offers it."""
    names = _ranking_moves(definition)
    for row in found.rows:
        if any(row.case.stage in definition.machines["application"].move(name).sources for name in names):
            row.case.call = found.call
            return next((state for state in moves_of(actor, row.case, row.case) if state.name in names), None)
    return None


def _ranking_moves(definition: Definition) -> list[str]:
    moves = definition.machines["application"].moves.items()
    return [
        name for name, move in moves if any(rule.rule.name == "rank_application" for rule in move.effects)
    ]


def _links(actor: Actor, definition: Definition, found: Standings) -> dict[uuid.UUID, list[CompiledMove]]:
    """Per case the moves that ask for a form and that the actor's roles make in its stage; their pages say the rest."""
    machine = definition.machines["application"]
    links = {}
    for row in found.rows:
        roles = on_case(actor, row.case, ()).roles
        links[row.case.id] = [
            move for move in machine.leaving(row.case.stage) if move.roles & roles and move.move.form
        ]
    return links


def _line_at(found: Standings) -> int | None:
    """The place before which the money ends."""
    return next((place for place, row in enumerate(found.rows) if row.counted and not row.fits), None)


def _mark_at(definition: Definition, found: Standings) -> int | None:
    """The place from which on nobody reaches the pass mark."""
    places = [
        place for place, row in enumerate(found.rows) if row.score.total >= definition.criteria.pass_mark
    ]
    last = places[-1] + 1 if places else 0
    return last if last < len(found.rows) else None


def tie_words(definition: Definition, tie: str) -> str:
    """In words, what put a case behind the one before it with the same points."""
    how, _colon, what = tie.partition(":")
    if how == "mean":
        label = {each.id: pick(each.label, _language()) for each in definition.criteria.criteria}.get(
            what, what
        )
        return str(_("Equal points: the one before has more in “%(criterion)s”.", criterion=label))
    if how in {"least", "most"}:
        figure = _named(definition, what)
        if how == "least":
            return str(
                _("Equal points: the one before has the smaller figure for “%(figure)s”.", figure=figure)
            )
        return str(_("Equal points: the one before has the larger figure for “%(figure)s”.", figure=figure))
    return str(_("Equal in everything: decided by lot.")) if how == "lot" else ""


def _language() -> str:
    return str(get_locale() or "en")


def _named(definition: Definition, expression: str) -> str:
    """An expression with the questions' own words in place of their ids."""
    form = definition.forms[definition.programme.application_form]
    for question in sorted(form.questions(), key=lambda each: -len(each.id)):
        label = pick(question.label, _language())
        expression = expression.replace(f"a.{question.id}", label)
    return expression.replace("/", "÷")


@area.post(RULE, access=MANAGE)
def rank(call_id: uuid.UUID) -> ResponseReturnValue:
    """Put every scored case of the call into the ranking."""
    actor = current_actor()
    call = call_of(actor, call_id, (Permission.RANKING_MANAGE,))
    names = _ranking_moves(definition_of(call.version_id))
    if not names:
        raise NotFound
    with transaction():
        count = rank_all(actor=actor, call_id=call_id, move_name=names[0])
    flash(
        ngettext("%(num)d application is ranked.", "%(num)d applications are ranked.", count),
        "success" if count else "info",
    )
    return redirect(url_for("ranking.show", call_id=call_id))


@area.get(f"{RULE}.csv", access=READ)
def table(call_id: uuid.UUID) -> ResponseReturnValue:
    """The ranking for a spreadsheet: UTF-8 with a mark, decimals with a point, amounts in whole units."""
    _actor, call, definition, found = _open(call_id)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_headings(definition))
    writer.writerows(_lines(call, definition, found))
    name = f"{call.slug}-{_('ranking')}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name.encode("ascii", "ignore").decode()}"'}
    return Response("\ufeff" + text.getvalue(), mimetype="text/csv", headers=headers)


def _headings(definition: Definition) -> list[str]:
    means = [pick(each.label, _language()) for each in definition.criteria.criteria]
    return [
        _("Rank"), _("Reference"), _("Title"), _("Applicant"), _("Stage"), _("Total"), _("Bonus"), _("Points"),
        _("Threshold met"), *means, _("Reviews"), _("Spread"), _("Requested"), _("Recommended"), _("Running sum"),
        _("Currency"), _("Tie"),
    ]  # fmt: skip


def _lines(call: Call, definition: Definition, found: Standings) -> Iterator[list[Any]]:
    for row in found.rows:
        score = row.score
        means = [score.means.get(each.id, "") for each in definition.criteria.criteria]
        yield [
            score.rank or "", _safe(row.case.reference or ""), _safe(row.title),
            _safe(row.applicant), _stage(definition, row), score.total, score.bonus, row.points,
            _("yes") if score.passed else _("no"), *means,
            score.reviews, row.spread if row.spread is not None else "", _amount(row.case.requested_minor, call),
            _amount(row.recommended, call), _amount(row.running, call), call.currency,
            _safe(tie_words(definition, score.tie_break)),
        ]  # fmt: skip


def _stage(definition: Definition, row: Standing) -> str:
    return pick(definition.stage_label("application", row.case.stage), _language())


def _amount(minor: int | None, call: Call) -> Decimal | str:
    return "" if minor is None else to_decimal(minor, call.currency)


def _safe(text: str) -> str:
    """A cell that a spreadsheet would take for a formula gets an apostrophe before it."""
    return f"'{text}" if text[:1] in "=+-@\t\r" and text else text
