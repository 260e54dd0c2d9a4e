"""Facts of real cases for every letter and mail, and the letters written with them."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fundflow.accounts import SYSTEM
from fundflow.applications.models import Application
from fundflow.applications.policy import on_case
from fundflow.applications.service.hooks import context
from fundflow.approval.models import Appeal
from fundflow.disbursement.models import Purchase, Tranche
from fundflow.documents import Document
from fundflow.documents.render import render_html
from fundflow.documents.snapshot import freeze
from fundflow.platform.db import db
from fundflow.programmes import Call
from fundflow.referrals.models import Referral
from fundflow.workflow import default_registry

MOMENT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def known_facts():
    """For each fact the fullest values: what the issued letters kept of it, over those of a closed case."""
    known = {}
    for facts in db.session.scalars(select(Document.snapshot["facts"]).order_by(Document.requested_at)):
        known = joined(known, facts)
    case = db.session.scalars(select(Application).where(Application.stage == "closed").limit(1)).one()
    base = facts_about(case, case, "application")
    parts = (("tranche", Tranche), ("purchase", Purchase), ("appeal", Appeal), ("referral", Referral))
    for kind, model in parts:
        row = db.session.scalars(select(model).order_by(model.id.desc()).limit(1)).one()
        base = joined(base, facts_about(db.session.get(Application, row.application_id), row, kind))
    return joined(base, known)


def facts_about(case, subject, kind):
    """All facts of a case, or of a part of it."""
    with_call = joinedload(Application.call).joinedload(Call.programme)
    case = db.session.scalars(select(Application).where(Application.id == case.id).options(with_call)).one()
    facts = context(who=on_case(SYSTEM, case, ()), case=case, subject=subject, kind=kind).facts
    return {name: facts[name] for name in default_registry.facts}


def joined(first, second):
    """Two sets of values in one: each letter keeps only what it reads, so that one alone is not enough."""
    if isinstance(first, dict) and isinstance(second, dict):
        return first | {key: joined(first.get(key), value) for key, value in second.items()}
    if isinstance(first, list) and isinstance(second, list) and first and second:
        return [joined(first[min(at, len(first) - 1)], value) for at, value in enumerate(second)]
    return first if second is None else second


def pages(app, definition, letter_id, facts):
    """A letter in each language of its programme, as (language, snapshot, page)."""
    for language in definition.programme.languages:
        snapshot = freeze(
            definition.letters[letter_id], facts, letter_id=letter_id, language=language, number="TEST-1",
            issued_at=MOMENT, office=app.config["OFFICE"] | {"programme": dict(definition.programme.title)},
            timezone=definition.programme.timezone, check_url="http://localhost/check/x",
        )  # fmt: skip
        yield language, snapshot, render_html(snapshot)
