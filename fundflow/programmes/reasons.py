"""Why each kind of finding matters, for findings that do not say so themselves."""

from __future__ import annotations

import re
from dataclasses import replace

from fundflow.workflow import Finding

PYTHON = re.compile(r"unknown (guard|effect) '(?:[^']*(?:[.:(]|__)[^']*)'")

REASONS = (
    ("this is not YAML", "Nothing of the file can be read."),
    ("the file is larger", "A file of that size was not written by hand, and every process would carry it."),
    ("the nesting is deeper", "No part of a programme nests that deep; something is indented by mistake."),
    ("the key '", "Of two values only one could count, and nobody would see which."),
    ("anchors and aliases", "What stands in a file is what one reads there."),
    ("tags such as", "Files hold words and figures, never objects of a language."),
    ("unknown key", "It would be left aside without a word, and what it asks for would not happen."),
    ("the file ", "The programme is not whole without it."),
    ("unknown guard", "The move would have no such condition."),
    ("unknown effect", "The move would not do what is written."),
    ("unknown form", "People would be asked to fill something that does not exist."),
    ("unknown letter", "No paper would be written."),
    ("unknown mail", "Nobody would be told."),
    ("unknown stage", "No case could ever stand there."),
    ("unknown move", "The step would never be made."),
    ("unknown role", "Nobody holds it, so nobody could act."),
    ("unknown question", "Lists, letters and persons would stay empty."),
    ("unknown field", "The value would be missing when it is needed."),
    ("unknown fact", "The value would be missing when it is needed."),
    ("unknown duty", "It would keep nobody apart from anybody."),
    ("unknown appointment", "The payment would wait for something that never comes."),
    ("unknown kind of opening", "The payment would wait for something that never comes."),
    ("the opening '", "The payment would wait for something that never comes."),
    ("the clock", "The day would come and nothing would happen."),
    ("unknown date", "Nobody could tell how old the paper is."),
    ("unknown time zone", "Deadlines could not be counted."),
    ("unknown country", "Its working days and public holidays are not known."),
    ("unknown currency", "No amount could be written or paid."),
    ("the shares of the tranches", "Money would be left over, or missing."),
    ("the weights of the criteria", "Nobody could compare the scores with the pass mark."),
    ("the mandatory check", "A refusal names the rule that was missed."),
    ("no words in", "Readers of that language see another one."),
    ("not yet in", "Readers of that language see another one."),
    ("the question waits for its own answer", "Nobody would ever see it."),
    ("unknown name", "The text could not be written for any case."),
    ("unknown filter", "The text could not be written for any case."),
    ("nothing can be called", "Texts show values; they run nothing."),
    ("in the condition", "It could not be answered for any case."),
)


def explained(finding: Finding) -> Finding:
    """The finding with why it matters, and with what to do about a name that means Python."""
    if PYTHON.match(finding.message):
        hint = "Name a rule of the product; a programme never names Python."
        return replace(finding, hint=hint, why="Files of a programme run nothing of their own.")
    if finding.why:
        return finding
    for words, why in REASONS:
        if words in finding.message:
            return replace(finding, why=why)
    return finding
