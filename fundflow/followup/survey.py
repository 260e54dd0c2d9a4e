"""Scoring a survey by the programme's table: what is not answered does not count, and too little gives no score."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from fundflow.platform.money import round_half_up


def scores(instrument: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Decimal | None]:
    """Score per dimension and `total`, from 0 to 1 to two places; None below the least answered share.

    `instrument` has `points` (answer -> hundredths), `dimensions` (name -> questions), `least_answered_percent`.
    A refused or missing answer is left out; it is never a zero. Each score is rounded once, half up.
    """
    points: Mapping[str, int] = instrument["points"]
    exact: dict[str, Decimal | None] = {}
    for name, questions in instrument["dimensions"].items():
        given = [points[answers[question]] for question in questions if answers.get(question) in points]
        enough = len(given) * 100 >= len(questions) * instrument["least_answered_percent"]
        exact[name] = Decimal(sum(given)) / len(given) / 100 if given and enough else None
    known = [score for score in exact.values() if score is not None]
    exact["total"] = sum(known, Decimal(0)) / len(known) if known and len(known) == len(exact) else None
    return {name: None if score is None else round_half_up(score) for name, score in exact.items()}
