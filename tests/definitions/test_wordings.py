"""Every letter and mail of every programme, written with the facts of real cases in every language it speaks."""

import os
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from fundflow import notify
from fundflow.accounts import SYSTEM
from fundflow.applications.models import Application
from fundflow.applications.policy import on_case
from fundflow.applications.service.hooks import context
from fundflow.demo.story import run
from fundflow.disbursement.models import Purchase, Tranche
from fundflow.documents import Document, DocumentState
from fundflow.documents.render import render_html
from fundflow.documents.service import make_pdf
from fundflow.documents.snapshot import freeze
from fundflow.platform import embedded, jobs
from fundflow.platform.db import db
from fundflow.programmes import Call, definition_of, folders, latest_version
from fundflow.workflow import default_registry
from tests.conftest import migrated

MOMENT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def office(server_url, tmp_path_factory, app):
    """The demo's cases, carried through all stages by the services, in a database of their own."""
    name = f"wordings_{os.getpid()}"
    own = migrated(server_url, name, tmp_path_factory.mktemp("wordings"))
    with own.app_context():
        run(password="a-word-for-the-demo-office", say=lambda _line: None)
        yield own
        db.session.remove()
        db.engine.dispose()
    jobs.bind(app)
    embedded.drop_database(server_url, name)


def known_facts():
    """For each fact the fullest values: what the issued letters kept of it, over those of a closed case."""
    known = {}
    for facts in db.session.scalars(select(Document.snapshot["facts"]).order_by(Document.requested_at)):
        known = joined(known, facts)
    case = db.session.scalars(select(Application).where(Application.stage == "closed").limit(1)).one()
    base = facts_about(case, case, "application")
    for kind, model in (("tranche", Tranche), ("purchase", Purchase)):
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


@pytest.mark.slow
def test_every_letter_and_mail_speaks_every_language(office, subtests):
    facts = known_facts()
    assert db.session.scalar(select(func.count()).where(Document.state != DocumentState.rendered)) == 0
    issued = set(db.session.scalars(select(Document.letter)))
    for slug in folders():
        definition = definition_of(latest_version(slug).id)
        for letter_id, letter in definition.letters.items():
            with subtests.test(programme=slug, letter=letter_id):
                for language, each, page in pages(office, definition, letter_id, facts):
                    assert letter.title[language].replace("'", "&#39;") in page
                    assert ("{{" in page, "None" in page) == (False, False)
                    snapshot = each
                if letter_id not in issued:
                    assert make_pdf(snapshot)[:5] == b"%PDF-"
        for mail_id, mail in definition.mails.items():
            with subtests.test(programme=slug, mail=mail_id):
                for language in definition.programme.languages:
                    named = {name: facts[name] for name in mail.facts}
                    subject = notify.render_text(mail.subject[language], named, language)
                    body = notify.render_text(mail.body[language], named, language)
                    assert ("{{" in subject + body, "None" in subject + body) == (False, False)
                    assert subject.strip()
                    assert body.strip()
