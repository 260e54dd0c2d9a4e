"""Builds the form of a page from a definition, and acts on the buttons that add and remove rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from werkzeug.datastructures import FileStorage, MultiDict

from fundflow.forms import definition as d
from fundflow.forms import fields
from fundflow.forms.page import PageForm
from fundflow.platform import clock

_ADD, _REMOVE = ROW_BUTTONS = ("rows_add", "rows_remove")


def build(
    form_def: d.Form,
    section_id: str | None,
    *,
    language: str,
    values: Mapping[str, Any],
    answers: Mapping[str, Any],
    formdata: MultiDict[str, str] | None = None,
    files: Mapping[str, FileStorage] | None = None,
    today: date | None = None,
    only: Collection[str] | None = None,
    signer: tuple[str, str] = ("", ""),
) -> PageForm:
    """The form of one section, or of the whole form for None, filled from stored answers and posted data.

    `values` are the programme's (with `currency`); `answers` are those of the whole form by question id, as a
    condition may look at another section; `today` is the day in the call's time zone; `only` opens just these
    questions (an answer to a clarification); `signer` is the account and the name of whoever fills it in, for
    signatures. Raises KeyError for an unknown section.
    """
    context = fields.Context(values, today or clock.today(), language, signer)
    page = _page(form_def, section_id, language)
    return page(formdata, context=context, answers=answers, files=files, only=only)


def _page(form_def: d.Form, section_id: str | None, language: str) -> type[PageForm]:
    """The form class, made once per definition object, section and language."""

    def make() -> type[PageForm]:
        sections = form_def.sections if section_id is None else (form_def.section(section_id),)
        body: dict[str, Any] = {
            f"q_{question.id}": fields.of(question).field(language)
            for section in sections
            for question in section.questions
        }
        return type("PageForm", (PageForm,), body | {"form_def": form_def, "sections": sections})

    return d.derived(form_def, ("page", section_id, language), make)


def apply_row_action(form_def: d.Form, formdata: MultiDict[str, str]) -> MultiDict[str, str] | None:
    """The posted data with a row added (`rows_add=budget`) or removed (`rows_remove=budget:2`).

    None when neither button was pressed. Build the form from the result and show it without checking it.
    """
    pressed = formdata.get(_ADD) or formdata.get(_REMOVE, "")
    rows, _colon, key = pressed.partition(":")
    if not _is_rows(form_def, rows):
        return None
    changed: MultiDict[str, str] = MultiDict(formdata)
    changed.poplist(_ADD)
    changed.poplist(_REMOVE)
    keys = [found for found in formdata.getlist(f"q_{rows}") if found.isdigit()]
    if key:
        kept = [found for found in keys if found != key]
    else:
        kept = [*keys, str(max(map(int, keys), default=-1) + 1)]
        changed["rows_focus"] = f"q_{rows}-{len(kept) - 1}"
    changed.setlist(f"q_{rows}", ["", *kept])
    return changed


def _is_rows(form_def: d.Form, question_id: str) -> bool:
    try:
        return isinstance(form_def.question(question_id), d.Rows)
    except KeyError:
        return False
