"""Filling a form: nothing is overwritten unseen, nothing changes once handed in, the hash can be made again."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from fundflow.applications.models import Answers, Application, FormEntry
from fundflow.applications.queries import answers as answers_of
from fundflow.applications.queries import latest_entry
from fundflow.applications.service import cases, entries
from fundflow.applications.service.move import move
from fundflow.documents import Document
from fundflow.platform import clock
from fundflow.platform.db import db, transaction
from fundflow.platform.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from fundflow.programmes import Call, definition_of
from tests.applications.office import answers
from tests.disbursement.office import call_of, person

pytestmark = pytest.mark.usefixtures("session")


def started(owner):
    call = call_of("startup_fund")
    with transaction():
        db.session.get_one(Call, call.id).closes_at = clock.now() + timedelta(days=3)
        case = cases.start(actor=owner, call_id=call.id)
    return case, latest_entry(case.id, "application")


def save(actor, entry, section, data, seen=None):
    with transaction():
        return entries.save_section(
            actor=actor, entry_id=entry.id, section=section, data=data, seen_version=seen, complete=True
        )


def filled(owner):
    case, entry = started(owner)
    form, given = definition_of(case.version_id).forms["application"], answers()
    paper = {"file_id": "0" * 8, "name": "paper.pdf", "size": 9, "sha256": "0" * 64}
    files = {each.id: paper for each in form.questions() if each.type == "file" and each.required}
    for section in form.sections:
        save(
            owner,
            entry,
            section.id,
            {q.id: (given | files)[q.id] for q in section.questions if q.id in given | files},
        )
    return case, entry


def submit(owner, case):
    form = definition_of(case.version_id).forms["confirm_submission"]
    agreed = {each.id: True for each in form.questions() if each.type == "declaration"}
    with transaction():
        return move(actor=owner, subject_id=case.id, move="submit", form=agreed)


def test_the_same_person_has_one_draft_in_a_call():
    owner = person()
    case, _entry = started(owner)
    with transaction():
        assert cases.start(actor=owner, call_id=case.call_id).id == case.id
    assert db.session.scalar(select(func.count()).where(Application.call_id == case.call_id)) == 1


def test_a_save_over_what_was_not_seen_is_refused_with_what_is_there():
    owner = person()
    _case, entry = started(owner)
    section = definition_of(_case.version_id).forms["application"].sections[0].id
    assert save(owner, entry, section, {"full_name": "Ana"}, 0).version == 1
    assert save(owner, entry, section, {"full_name": "Ana Prova"}, 1).version == 2
    with pytest.raises(Conflict) as refusal:
        save(owner, entry, section, {"full_name": "Anna"}, 1)
    assert refusal.value.current.data == {"full_name": "Ana Prova"}
    assert answers_of(entry) == {"full_name": "Ana Prova"}


def test_a_draft_is_its_writers_alone():
    _case, entry = started(person())
    for stranger in (person(), person("programme_officer"), person("administrator")):
        with pytest.raises(NotFound):
            save(stranger, entry, "identity", {"full_name": "Somebody else"})


def test_an_unknown_section_does_not_exist():
    owner = person()
    _case, entry = started(owner)
    with pytest.raises(NotFound):
        save(owner, entry, "no_such_section", {})


def test_handing_in_fixes_the_answers_and_their_hash():
    owner = person()
    case, entry = filled(owner)
    assert submit(owner, case).to_stage == "submitted"
    row = db.session.get_one(Application, case.id, populate_existing=True)
    again = entries.content_hash("application", definition_of(case.version_id).sha256, answers_of(entry))
    assert row.content_hash == entry.content_hash == again
    assert (row.reference is not None, row.submitted_at is not None, row.is_live) == (True, True, True)
    with pytest.raises(Forbidden):
        save(owner, entry, "identity", {"full_name": "Somebody else"})
    assert db.session.scalars(select(Document.letter)).all() == ["receipt"]


def test_a_second_click_submits_nothing():
    owner = person()
    case, _entry = filled(owner)
    submit(owner, case)
    with pytest.raises(Conflict):
        submit(owner, case)
    entries_of = select(FormEntry.form).where(FormEntry.application_id == case.id).order_by(FormEntry.form)
    assert db.session.scalars(entries_of).all() == ["application", "confirm_submission"]


def test_what_is_not_complete_is_not_handed_in_and_leaves_no_number():
    owner = person()
    case, entry = filled(owner)
    save(owner, entry, definition_of(case.version_id).forms["application"].section_of("title").id, {})
    with pytest.raises((Refused, Invalid)):
        submit(owner, case)
    row = db.session.get_one(Application, case.id, populate_existing=True)
    assert (row.stage, row.reference, row.content_hash) == ("draft", None, None)
    assert db.session.scalar(select(func.count()).where(Answers.entry_id == entry.id)) > 0


@pytest.mark.parametrize(("seconds", "is_in"), [(-1, True), (0, True), (1, False)])
def test_the_closing_second_is_still_in_time(seconds, is_in):
    owner = person()
    case, _entry = filled(owner)
    closes_at = db.session.get_one(Call, case.call_id).closes_at
    with clock.at(closes_at + timedelta(seconds=seconds)):
        if is_in:
            assert submit(owner, case).to_stage == "submitted"
        else:
            with pytest.raises(Refused, match="not open now"):
                submit(owner, case)
