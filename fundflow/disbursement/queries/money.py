"""The money of one case: what was awarded, where it stands, and each of its parts."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import select

from fundflow.approval.models import Award
from fundflow.approval.queries import award_of, money_of_case
from fundflow.disbursement.models import Payment, Purchase, Tranche
from fundflow.disbursement.queries.parts import Paid, with_steps
from fundflow.platform.db import db

Row = TypeVar("Row", Tranche, Purchase)


@dataclass(frozen=True, slots=True)
class Summary:
    """A case's money: minor units per account of the ledger, its tranches, purchases and payments."""

    award: Award | None
    held: dict[str, int]
    tranches: Sequence[Tranche]
    purchases: Sequence[Purchase]
    payments: list[Paid]

    def account(self, name: str) -> int:
        """What the case holds in an account; 0 for none."""
        return self.held.get(name, 0)


def summary(application_id: uuid.UUID, *, names: bool = True) -> Summary:
    """The money of a case that the caller has found visible; six queries whatever its size.

    `names` tells who took the steps of each payment; people outside the office are not told.
    """
    return Summary(
        award_of(application_id),
        money_of_case(application_id),
        _of_case(Tranche, application_id),
        _of_case(Purchase, application_id),
        payments_of(application_id, names=names),
    )


def payments_of(application_id: uuid.UUID, *, names: bool = True) -> list[Paid]:
    """The payments of a case that were not cancelled, oldest first."""
    rows = db.session.scalars(
        select(Payment)
        .where(Payment.application_id == application_id, Payment.cancelled_at.is_(None))
        .order_by(Payment.id)
    ).all()
    return with_steps(rows, names=names)


def _of_case(model: type[Row], application_id: uuid.UUID) -> Sequence[Row]:
    query = select(model).where(model.application_id == application_id).order_by(model.number)
    return db.session.scalars(query).all()
