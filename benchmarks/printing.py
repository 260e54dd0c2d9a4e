"""Award letters per CPU-second through the documents room, beside a bare WeasyPrint loop on the same HTML."""

from __future__ import annotations

import argparse
import gc
import os
import time
from collections.abc import Callable, Sequence
from typing import Any

import psutil
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from benchmarks import filling
from benchmarks.stage import emit, ground, machine, say
from fundflow.accounts import SYSTEM
from fundflow.applications.models import Application
from fundflow.applications.policy import on_case
from fundflow.applications.service.hooks import context
from fundflow.documents import Document, issue
from fundflow.documents.pdf import VARIANT
from fundflow.documents.render import render_html, stylesheet
from fundflow.documents.service import render
from fundflow.platform.db import db, transaction
from fundflow.programmes import Call, definition_of

NAME = "letters"
LETTER = "award"
BLOCK = 25
AIM = 1.0


def bare(pages: Sequence[str]) -> Callable[[int], object]:
    """What a first script would do: WeasyPrint on the page and its style sheet, fonts and all read each time."""
    from weasyprint import CSS, HTML  # noqa: PLC0415 - slow to import

    css = stylesheet()
    return lambda at: HTML(string=pages[at]).write_pdf(stylesheets=[CSS(string=css)], pdf_variant=VARIANT)


def shared(pages: Sequence[str]) -> Callable[[int], object]:
    """The best that a bare loop can do: one font configuration and one parsed style sheet for all letters."""
    from weasyprint import CSS, HTML  # noqa: PLC0415 - slow to import
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415 - the same

    fonts = FontConfiguration()
    css = CSS(string=stylesheet(), font_config=fonts)
    return lambda at: HTML(string=pages[at]).write_pdf(
        stylesheets=[css], font_config=fonts, pdf_variant=VARIANT
    )


def issued(count: int) -> list[Any]:
    """So many award letters, issued with the facts of awarded cases and not yet rendered."""
    cases = db.session.scalars(
        select(Application)
        .where(Application.stage == "active")
        .options(joinedload(Application.call).joinedload(Call.programme))
        .limit(count)
    ).all()
    made = []
    with transaction():
        for case in cases:
            definition = definition_of(case.version_id)
            letter = definition.letters[LETTER]
            facts = context(who=on_case(SYSTEM, case, ()), case=case, subject=case, kind="application").facts
            made.append(
                issue(
                    actor_id=None, application_id=case.id, letter=LETTER, letter_def=letter,
                    facts={name: facts[name] for name in letter.facts}, language=case.language,
                    programme=dict(definition.programme.title), timezone="Europe/Tirane",
                ).id
            )  # fmt: skip
    return made


def through_service(ids: Sequence[Any]) -> Callable[[int], object]:
    """What the worker does for a letter: read the snapshot, make HTML and PDF/A with it inside, store and record."""

    def do(at: int) -> None:
        with transaction():
            render(ids[at])
        db.session.expunge_all()

    return do


def memory_mb() -> float:
    """Resident memory of this process."""
    gc.collect()
    return float(psutil.Process(os.getpid()).memory_info().rss / 2**20)


def main() -> None:
    """Blocks of the three ways in turn, then many letters through the service alone, watching the memory."""
    options = argparse.ArgumentParser()
    options.add_argument("--letters", type=int, default=500, help="over how many letters memory is watched")
    options.add_argument("--blocks", type=int, default=4)
    given = options.parse_args()
    machine(NAME)
    with ground():
        say("Making the models ...")
        with filling.held_clock():
            models = filling.models(filling.office())
        count = BLOCK * given.blocks + given.letters + 10
        filling.fill(models, begin=0, end=count, shares={"active": 1})
        ids = issued(count)
        pages = [
            render_html(snapshot)
            for snapshot in db.session.scalars(select(Document.snapshot).where(Document.id.in_(ids)))
        ]
        db.session.rollback()
        _compare(given.blocks, ids, pages)
        _watch(ids[BLOCK * given.blocks + 10 :], given.letters)


def _compare(blocks: int, ids: Sequence[Any], pages: Sequence[str]) -> None:
    ways = {"service": through_service(ids), "bare": bare(pages), "bare_shared_fonts": shared(pages)}
    for do in ways.values():
        do(BLOCK * blocks)  # the first letter of each way pays for what is read once
        do(BLOCK * blocks + 1) if do is not ways["service"] else None
    spent = dict.fromkeys(ways, 0.0)
    for block in range(blocks):
        for name, do in ways.items():
            began = time.process_time()
            for at in range(block * BLOCK, (block + 1) * BLOCK):
                do(at)
            spent[name] += time.process_time() - began
        say(f"  {(block + 1) * BLOCK} letters each")
    rates = {name: blocks * BLOCK / seconds for name, seconds in spent.items()}
    for name, rate in rates.items():
        emit(NAME, way=name, letters_per_cpu_second=round(rate, 2), html_bytes=len(pages[0]))
    emit(NAME, ratio=round(rates["service"] / rates["bare"], 2), aim=AIM,
         ratio_to_shared_fonts=round(rates["service"] / rates["bare_shared_fonts"], 2))  # fmt: skip


def _watch(ids: Sequence[Any], letters: int) -> None:
    do, marks, began = through_service(ids), {0: memory_mb()}, time.process_time()
    for number in range(1, letters + 1):
        do(number - 1)
        if number % (letters // 5 or 1) == 0:
            marks[number] = memory_mb()
            say(f"  {number} letters, {marks[number]:.0f} MB")
    numbers = sorted(marks)
    half = [marks[each] for each in numbers if each >= letters * 0.4]
    emit(
        NAME,
        letters=letters,
        letters_per_cpu_second=round(letters / (time.process_time() - began), 2),
        memory_mb={str(number): round(marks[number], 1) for number in numbers},
        growth_mb_per_100_letters_in_the_second_half=round((half[-1] - half[0]) / (letters * 0.6) * 100, 2),
    )


if __name__ == "__main__":
    main()
