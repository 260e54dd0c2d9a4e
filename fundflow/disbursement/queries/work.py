"""The lists of payments and purchases: who gets what for which case, waiting for whom and until when."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, literal, or_, select, union_all
from sqlalchemy.dialects.postgresql import JSONB

from fundflow.accounts import Actor, Permission
from fundflow.applications.models import Application
from fundflow.applications.queries import visible_to
from fundflow.disbursement.models import Payment, Purchase, Tranche
from fundflow.disbursement.queries.steps import KINDS, definitions, final_stages, paid_stages, stages_of
from fundflow.disbursement.service import duplicates
from fundflow.platform.db import db
from fundflow.programmes import Definition, definition_of

VIEWS = ("mine", "certify", "authorise", "release", "open", "paid")
MODELS: Mapping[str, Any] = {"tranche": Tranche, "purchase": Purchase}


@dataclass(frozen=True, slots=True)
class Line:
    """One tranche or purchase in a list; `title` is words per language."""

    kind: str
    id: uuid.UUID
    number: int
    title: Mapping[str, str]
    stage: str
    stage_label: Mapping[str, str]
    phase: str
    amount_minor: int
    currency: str
    payee: str
    since: datetime
    due: datetime | None
    application_id: uuid.UUID
    reference: str
    applicant_name: str
    blocked: bool
    held: bool = False


def payments(actor: Actor, view: str) -> Select[Any]:
    """What a view of the payments' page lists, the most urgent first (`view` is one of VIEWS)."""
    found = union_all(*(_rows(actor, kind, Permission.PAYMENT_LIST, view) for kind in KINDS)).subquery()
    since, due = found.c.stage_since, found.c.due_at
    order = (since.desc(),) if view == "paid" else (due.nulls_last(), since)
    return select(*found.c).order_by(*order, found.c.id)


def purchases(actor: Actor, *, stage: str = "", search: str = "", mine: bool = False) -> Select[Any]:
    """The purchases that the actor may list, narrowed by stage, by words of title or case, or to his own."""
    query = _rows(actor, "purchase", Permission.PURCHASE_LIST, "mine" if mine else "all")
    if stage:
        query = query.where(Purchase.stage == stage)
    if search:
        columns = (Purchase.title, Purchase.vendor_name, Purchase.order_number, Application.reference)
        also = (*columns, Application.applicant_name)
        query = query.where(or_(*(column.icontains(search, autoescape=True) for column in also)))
    found = query.subquery()
    return select(*found.c).order_by(found.c.due_at.nulls_last(), found.c.stage_since.desc(), found.c.id)


def counts(actor: Actor) -> dict[str, int]:
    """How many rows each view of the payments' page has, in one query; `paid` is not counted."""
    views = [view for view in VIEWS if view != "paid"]
    parts = [
        select(literal(view).label("view"), func.count().label("rows")).select_from(
            union_all(*(_rows(actor, kind, Permission.PAYMENT_LIST, view) for kind in KINDS)).subquery()
        )
        for view in views
    ]
    return {view: int(rows) for view, rows in db.session.execute(union_all(*parts))}


def held(rows: Iterable[Any]) -> frozenset[uuid.UUID]:
    """The payments of these rows that something holds, in one query."""
    listed = [row for row in rows if row.payment_id is not None]
    known = {row.version_id: definition_of(row.version_id) for row in listed}
    return duplicates.held_among([row.payment_id for row in listed], known)


def line(row: Any, held: Container[uuid.UUID] = ()) -> Line:
    """A row of one of these lists as the page shows it; `held` are the payments that something holds."""
    stage = definition_of(row.version_id).machines[row.kind].definition.stages[row.stage]
    title = row.title if isinstance(row.title, dict) else {"en": str(row.title)}
    return Line(
        kind=row.kind,
        id=row.id,
        number=row.number,
        title=title,
        stage=row.stage,
        stage_label=stage.label,
        phase=stage.phase,
        amount_minor=row.amount_minor,
        currency=row.currency,
        payee=row.payee,
        since=row.stage_since,
        due=row.due_at,
        application_id=row.application_id,
        reference=row.reference or "",
        applicant_name=row.applicant_name,
        blocked=row.blocked,
        held=row.payment_id in held,
    )


def _rows(actor: Actor, kind: str, permission: Permission, view: str) -> Select[Any]:
    """Tranches or purchases with the same columns, of visible cases, as far as they belong into a view."""
    model = MODELS[kind]
    is_tranche = kind == "tranche"
    amount = (
        model.amount_minor
        if is_tranche
        else func.coalesce(Purchase.invoice_minor, Purchase.price_minor, Purchase.budget_minor)
    )
    cause = Payment.tranche_id if is_tranche else Payment.purchase_id
    party = Application.applicant_name if is_tranche else func.coalesce(Purchase.vendor_name, "")
    return (
        select(
            literal(kind).label("kind"),
            model.id,
            model.number,
            (model.title if is_tranche else func.to_jsonb(Purchase.title, type_=JSONB)).label("title"),
            model.stage,
            model.stage_since,
            model.due_at,
            func.coalesce(Payment.amount_minor, amount).label("amount_minor"),
            model.currency,
            func.coalesce(Payment.payee_name, party).label("payee"),
            (model.blocked if is_tranche else literal(value=False)).label("blocked"),
            Payment.id.label("payment_id"),
            model.application_id,
            Application.reference,
            Application.applicant_name,
            Application.version_id,
        )
        .join(Application, Application.id == model.application_id)
        .outerjoin(Payment, and_(cause == model.id, Payment.cancelled_at.is_(None)))
        .where(visible_to(actor, permission), _belongs(actor, kind, view))
    )


def _belongs(actor: Actor, kind: str, view: str) -> ColumnElement[bool]:
    model = MODELS[kind]
    if view == "mine":
        return waits_for(actor, model)
    if view == "all":
        return model.id.is_not(None)  # type: ignore[no-any-return]
    return or_(
        false(),
        *(
            and_(Application.version_id == version, _in_view(definition, kind, model, view))
            for version, definition in definitions().items()
            if kind in definition.machines
        ),
    )


def _in_view(definition: Definition, kind: str, model: Any, view: str) -> ColumnElement[bool]:
    if view == "open":
        stages = final_stages(definition, kind) | paid_stages(definition, kind)
        return model.stage.not_in(sorted(stages))  # type: ignore[no-any-return]
    stages = paid_stages(definition, kind) if view == "paid" else stages_of(definition, kind, view)
    return model.stage.in_(sorted(stages))  # type: ignore[no-any-return]


def waits_for(actor: Actor, model: Any) -> ColumnElement[bool]:
    """Whether a row waits for a role that the actor holds over its case."""
    by_place: dict[tuple[str, uuid.UUID | None], set[str]] = defaultdict(set)
    for grant in actor.grants:
        by_place[grant.scope_kind, grant.scope_id].add(grant.role)
    columns = {
        "programme": Application.programme_id,
        "call": Application.call_id,
        "application": Application.id,
    }
    ways: list[ColumnElement[bool]] = [false()]
    for (scope, scope_id), roles in by_place.items():
        waiting = model.waits_for.overlap(sorted(roles))
        if scope == "platform":
            ways.append(waiting)
        elif scope in columns:
            ways.append(and_(columns[scope] == scope_id, waiting))
    return or_(*ways)
