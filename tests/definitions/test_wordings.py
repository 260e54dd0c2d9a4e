"""Every letter and mail of every programme, written with the facts of real cases in every language it speaks."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from fundflow import notify
from fundflow.documents import Document, DocumentState
from fundflow.documents.service import make_pdf
from fundflow.platform.db import db
from fundflow.programmes import definition_of, folders, latest_version
from tests.definitions.wordings import known_facts, pages


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
