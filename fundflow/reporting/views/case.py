"""The page of a case: the same for everybody who may see it, each part as far as it is for the reader's eyes."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from fundflow.accounts import current_actor
from fundflow.applications.models import FormEntry
from fundflow.applications.subjects import CASE
from fundflow.documents import Document
from fundflow.followup.outcomes import outcomes_of
from fundflow.platform import clock
from fundflow.platform.db import transaction
from fundflow.reporting import policy, service
from fundflow.reporting.queries import casefile
from fundflow.reporting.queries.casefile import CaseFile
from fundflow.reporting.queries.history import timeline
from fundflow.reporting.views.desks import CHECKLIST, desk
from fundflow.reporting.words import account_word, phase_word, role_word, role_words, words
from fundflow.web import SIGNED_IN, Area
from fundflow.workflow import CompiledMove, Move, MoveState

area = Area("case", __name__)


@area.get("/applications/<uuid:application_id>", access=SIGNED_IN, records=True)
def show(application_id: uuid.UUID) -> ResponseReturnValue:
    """One part of the case page, by `view`; a part that is not for the reader shows the overview."""
    file = casefile.case_file(current_actor(), application_id)
    views = policy.views_of(file.reader, file.definition)
    wanted = request.args.get("view", "")
    view = wanted if wanted in views else policy.OVERVIEW
    stages = file.definition.machines["application"].definition.stages
    return render_template(
        f"reporting/case/{view}.html",
        file=file,
        case=file.case,
        reader=file.reader,
        programme=file.definition.programme,
        stage=stages[file.case.stage],
        phases=_phases(file),
        phase=END if stages[file.case.stage].final else stages[file.case.stage].phase,
        views=[(name, _names()[name]) for name in views],
        view=view,
        now=clock.now(),
        role_word=role_word,
        role_words=role_words,
        account_word=account_word,
        **_PARTS[view](file),
    )


def _names() -> dict[str, str]:
    return {
        policy.OVERVIEW: _("Overview"),
        policy.ANSWERS: _("Answers"),
        policy.DOCUMENTS: _("Documents"),
        policy.CHECKS: _("Checks"),
        policy.REVIEWS: _("Reviews"),
        policy.MONEY: _("Money"),
        policy.REFERRALS: _("Referrals"),
        policy.VISITS: _("Visits and reports"),
        policy.HISTORY: _("History"),
    }


END = "end"


def _phases(file: CaseFile) -> list[tuple[str, str]]:
    """The parts of the journey in the order of the programme's stages; of an ended case those it went through."""
    stages = file.definition.machines["application"].definition.stages
    names = list(dict.fromkeys(stage.phase for stage in stages.values() if not stage.final))
    now = stages[file.case.stage]
    if not now.final:
        return [(name, phase_word(name)) for name in names]
    seen = {stages[stage].phase for stage in casefile.stages_travelled(file) if stage in stages}
    return [*((name, phase_word(name)) for name in names if name in seen), (END, words(now.label))]


def _overview(file: CaseFile) -> dict[str, Any]:
    filled = casefile.entries(file) if casefile.fills_any(file) else []
    states = casefile.moves(current_actor(), file)
    effects = {rule.name for state in states for rule in state.move.effects}
    page = desk(effects, file.case.id, file.case.call_id)
    return {
        "states": [state for state in states if not (page and _is_checklist(state))],
        "desk": page,
        "on_paper": casefile.on_paper(current_actor(), file),
        "grant": casefile.grant_of(file),
        "appeals": casefile.appeals(file),
        "stage_of": _stage_of(file),
        "startable": casefile.startable(file, filled),
    }


def _is_checklist(state: MoveState) -> bool:
    """The checklist is saved on its own page, never by a bare button."""
    return any(rule.name == CHECKLIST for rule in state.move.effects)


def _answers(file: CaseFile) -> dict[str, Any]:
    filled = casefile.entries(file)
    entry = casefile.entry_of(filled, request.args.get("entry", type=_uuid))
    opened = None
    if entry is not None:
        unsealed = request.args.get("open", "")
        opened = casefile.opened(file, entry, unsealed, str(get_locale() or "en"))
        if opened.recorded:
            _note(file, opened)
    return {"filled": filled, "opened": opened, "form_title": lambda row: _title(file, row.form)}


def _note(file: CaseFile, opened: casefile.Opened) -> None:
    with transaction():
        service.note_reading(
            actor=current_actor(), application_id=file.case.id, form=opened.entry.form,
            number=opened.entry.number, sections=opened.recorded,
        )  # fmt: skip


def _title(file: CaseFile, form: str) -> str:
    found = file.definition.forms.get(form)
    return words(found.title) if found else form


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _documents(file: CaseFile) -> dict[str, Any]:
    found = casefile.files(file, casefile.entries(file))
    steps = casefile.steps_from_paper(file, [row for row, _entry in found])
    return {
        "documents": casefile.documents(file),
        "letter_title": lambda row: _letter(file, row),
        "files": [(row, _came_with(file, entry, steps.get(row.id))) for row, entry in found],
    }


def _came_with(file: CaseFile, entry: FormEntry | None, step: Move | None) -> str:
    """The form that a file was uploaded with, or the step that it is the paper of."""
    if entry is not None:
        return _title(file, entry.form)
    return str(_("%(step)s (paper)", step=words(step.label))) if step else "–"


def _letter(file: CaseFile, row: Document) -> str:
    """The title of a paper in the reader's language; the paper itself is in the language of the case."""
    known = file.definition.letters.get(row.letter)
    return words(known.title if known else row.title)


def _money(file: CaseFile) -> dict[str, Any]:
    return {
        "money_of": casefile.money(file),
        "grant": casefile.grant_of(file),
        "stage_of": _stage_of(file),
        "steps_of": _steps_of(file),
    }


def _checks(file: CaseFile) -> dict[str, Any]:
    found, rounds, names = casefile.checks(file)
    form = file.definition.forms[file.definition.programme.application_form]
    asked = {question.id: words(question.label) for question in form.questions()}
    return {
        "checks": file.definition.screening.checks,
        "found": found,
        "rounds": rounds,
        "names": names,
        "asked": asked,
    }


def _reviews(file: CaseFile) -> dict[str, Any]:
    rows, score, kept_back = casefile.reviews(file)
    return {
        "reviews": rows,
        "score": score,
        "kept_back": kept_back,
        "apart": casefile.apart(file),
        "criteria": file.definition.criteria,
        "stage_of": _stage_of(file),
    }


def _referrals(file: CaseFile) -> dict[str, Any]:
    opening = [
        move
        for move in file.definition.machines[CASE].leaving(file.case.stage)
        if _permits(file, move) and any(bound.rule.name == "open_referral" for bound in move.effects)
    ]
    return {"referrals": casefile.referrals(file), "opening": opening, "stage_of": _stage_of(file)}


def _visits(file: CaseFile) -> dict[str, Any]:
    visits, reports, names = casefile.follow_up(file)
    who = file.reader.who
    return {
        "outcomes": outcomes_of(who, file.case, file.definition, visits, reports)
        if file.reader.inside
        else None,
        "visits": visits,
        "reports": reports,
        "names": names,
        "stage_of": _stage_of(file),
        "steps_of": _steps_of(file),
    }


def _history(file: CaseFile) -> dict[str, Any]:
    return {"moments": timeline(file)}


def _stage_of(file: CaseFile) -> Callable[[str, str], Any]:
    return lambda kind, stage: file.definition.machines[kind].definition.stages[stage]


def _steps_of(file: CaseFile) -> Callable[[str, Any], list[tuple[str, str, str]]]:
    """The steps of a part of the case that are the reader's, as (address, words, tone); their page says why not."""
    here = request.full_path.rstrip("?")

    def steps(kind: str, row: Any) -> list[tuple[str, str, str]]:
        machine = file.definition.machines[kind]
        return [
            (
                url_for("moves.show", kind=kind, subject_id=row.id, move=move.name, next=here),
                words(move.move.label),
                move.move.tone,
            )
            for move in machine.leaving(row.stage)
            if _permits(file, move)
        ]

    return steps


def _permits(file: CaseFile, move: CompiledMove) -> bool:
    return not move.roles.isdisjoint(file.reader.who.roles)


_PARTS: Mapping[str, Callable[[CaseFile], dict[str, Any]]] = {
    policy.OVERVIEW: _overview,
    policy.ANSWERS: _answers,
    policy.DOCUMENTS: _documents,
    policy.CHECKS: _checks,
    policy.REVIEWS: _reviews,
    policy.MONEY: _money,
    policy.REFERRALS: _referrals,
    policy.VISITS: _visits,
    policy.HISTORY: _history,
}
