"""No paper carries what it does not say: looked for in every stream and attachment of every letter's PDF."""

from __future__ import annotations

from io import BytesIO

import pikepdf
import pypdf
import pytest
from sqlalchemy import select
from sqlalchemy.orm import undefer

from fundflow.applications.models import Application
from fundflow.applications.queries import answers_by_form
from fundflow.documents import Document
from fundflow.documents.render import render_html
from fundflow.documents.service import make_pdf
from fundflow.platform.db import db
from fundflow.platform.display import is_amount, is_words
from fundflow.programmes import definition_of, folders, latest_version
from tests.definitions.wordings import known_facts, pages

CANARIES = {
    "born_on": "1899-12-31",
    "iban": "AL00CANARY0000000000000000",
    "phone": "+355 00 CANARY",
    "bank": {"iban": "AL11CANARY0000000000000000"},
}
SIGNS = (b"1899-12-31", b"CANARY")
PRIVATE = {"iban", "phone", "tax_number"}


def planted(value):
    """The same facts with more about everybody and everything in them than any letter asks for."""
    if isinstance(value, list):
        return [planted(item) for item in value]
    if not isinstance(value, dict) or is_words(value) or is_amount(value):
        return value
    return CANARIES | {key: planted(item) for key, item in value.items()}


def contents(data):
    """All that can be read in a PDF: its streams unpacked, its attachments, its text."""
    found = []
    with pikepdf.open(BytesIO(data)) as pdf:
        found += [str(value).encode() for value in pdf.docinfo.values()]
        found += [attached.get_file().read_bytes() for attached in pdf.attachments.values()]
        for item in pdf.objects:
            if isinstance(item, pikepdf.Stream):
                try:
                    found.append(item.read_bytes())
                except pikepdf.PdfError:
                    found.append(item.read_raw_bytes())
    found += [page.extract_text().encode() for page in pypdf.PdfReader(BytesIO(data)).pages]
    return b"\n".join(found)


@pytest.mark.slow
def test_the_search_finds_what_is_there(office):
    facts = known_facts()
    definition = definition_of(latest_version("startup_fund").id)
    _, snapshot, _ = next(iter(pages(office, definition, "receipt", facts)))
    reference = facts["application"]["reference"].encode()
    assert contents(make_pdf(snapshot)).count(reference) >= 2


@pytest.mark.slow
@pytest.mark.parametrize("slug", folders())
def test_what_a_letter_does_not_read_is_nowhere_in_its_pdf(office, slug, subtests):
    facts = planted(known_facts())
    definition = definition_of(latest_version(slug).id)
    for letter_id in definition.letters:
        with subtests.test(letter=letter_id):
            for _, snapshot, page in pages(office, definition, letter_id, facts):
                inside = contents(make_pdf(snapshot)) + page.encode()
                assert [sign for sign in SIGNS if sign in inside] == []


def private_answers(case):
    """Accounts, telephones, tax numbers and birth dates that a case holds."""
    known = definition_of(case.version_id).forms
    for form, given in answers_by_form(case.id).items():
        for question in known[form].questions() if form in known else ():
            value = given.get(question.id)
            if (
                isinstance(value, str)
                and len(value) > 5
                and (question.type in PRIVATE or "birth" in question.id)
            ):
                yield value


@pytest.mark.slow
def test_the_issued_papers_hold_private_answers_only_where_they_print_them(office):
    looked_for = 0
    for document in db.session.scalars(select(Document).options(undefer(Document.snapshot))):
        page = render_html(document.snapshot)
        inside = contents(make_pdf(document.snapshot))
        for value in private_answers(db.session.get(Application, document.application_id)):
            looked_for += 1
            assert value in page or value.encode() not in inside, (document.number, value)
    assert looked_for > 40
