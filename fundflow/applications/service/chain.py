"""Moves that cause moves: a case carries its sub-objects along, a sub-object tries to carry its case on."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from fundflow.applications.service.move import make_move, try_move
from fundflow.applications.subjects import CASE, subject_kind
from fundflow.platform.db import db
from fundflow.workflow import KindName, MoveContext, effect


@effect(
    "move_children", help="Makes a move of every row of a kind on the case that stands in one of the stages."
)
def move_children(ctx: MoveContext, kind: KindName, move: str, from_: list[str]) -> None:
    """Rows whose guards refuse stay where they are."""
    for row in _rows(ctx, kind, from_):
        try_move(ctx, kind=kind, subject=row, move=move)


@effect(
    "move_parent",
    help="Tries a move of the case as the system; silent when its guards refuse. `from` limits it to stages of the "
    "case, in which it must then be possible: otherwise the step that sets it off is refused with the reasons.",
)
def move_parent(ctx: MoveContext, move: str, from_: list[str] | None = None) -> None:
    """A tranche that was paid may let the case go on; an appeal that is upheld must."""
    db.session.flush()
    if from_ is None:
        try_move(ctx, kind=CASE, subject=ctx.case, move=move)
    elif ctx.case.stage in from_:
        make_move(ctx, kind=CASE, subject=ctx.case, move=move)


def _rows(ctx: MoveContext, kind: str, stages: list[str]) -> list[Any]:
    found = subject_kind(kind)
    if found is None:
        raise ValueError(f"{kind!r} is no kind of subject")
    return list(
        db.session.scalars(
            select(found.model)
            .where(found.model.application_id == ctx.case.id, found.model.stage.in_(stages))
            .order_by(found.model.id)
            .with_for_update()
        )
    )
