"""A new version changes no running case; a mapped migration moves the cases it names, and says why."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from fundflow.accounts import SYSTEM, create_user, grant_role, load_actor
from fundflow.applications.models import Application
from fundflow.applications.service.entries import open_entry, save_answers
from fundflow.applications.service.hooks import begin_stage
from fundflow.applications.service.migrating import migrate, plan
from fundflow.applications.service.migration_map import read_map
from fundflow.applications.service.move import move
from fundflow.audit import AuditEvent
from fundflow.ledger import fund_line, open_fund
from fundflow.platform import clock
from fundflow.platform.db import db, transaction
from fundflow.platform.errors import Forbidden, Invalid, Refused
from fundflow.platform.ids import new_id
from fundflow.programmes import definition_of, folders, open_call, publish, read_folder

SLUG, MANY = "open_grant", 1000
MAP = "from: 1\nto: 2\nreason: The committee renamed its last step.\n"


def renamed(files, stage="scored", to="weighed"):
    """The same programme whose stage has another name."""
    machine = files["machines/application.yaml"]
    return {**files, "machines/application.yaml": re.sub(rf"\b{stage}\b", to, machine)}


def rows():
    """Every case as the database writes it down, by reference."""
    found = db.session.execute(text("select reference, application::text from application")).all()
    return dict(found)


@pytest.fixture
def office(session):
    with transaction():
        files = read_folder(folders()[SLUG])
        version = publish(actor_id=None, files=files)
        fund = open_fund(code="f", title="Fund", donor="Donor", currency="USD")
        line = fund_line(actor_id=None, fund=fund, code="l", title="Line", amount_minor=10_000_000)
        call = open_call(
            actor_id=None, version=version, slug="c", title={"en": "A call"}, summary={"en": "A call"},
            opens_at=clock.now() - timedelta(days=30), closes_at=clock.now() + timedelta(days=9), line=line,
        )  # fmt: skip
    return files, call, version


def cases(call, version, many, stages=("screening",)):
    """Running cases, spread over the stages."""
    with transaction():
        for number in range(many):
            case = Application(
                id=new_id(), call_id=call.id, programme_id=call.programme_id, version_id=version.id, currency="USD",
                reference=f"OPG-{number:04}", title=f"Case {number}", applicant_name="Ana", language="en",
                created_at=clock.now(),
            )  # fmt: skip
            case.call = call
            begin_stage(actor=SYSTEM, case=case, kind="application", subject=case)
            db.session.add(case)
        db.session.flush()
        for at, stage in enumerate(stages):
            values = {"stage": stage, "at": at, "of": len(stages)}
            db.session.execute(
                text("update application set stage = :stage where right(reference, 4)::int % :of = :at"),
                values,
            )
    db.session.expire_all()


def read(more):
    return read_map(MAP + more, "map.yaml")


def test_running_cases_stay_byte_for_byte_and_named_ones_move(office):
    files, call, version = office
    cases(call, version, MANY, ("screening", "scored", "ranked"))
    before = rows()
    assert len(before) == MANY
    with transaction():
        second = publish(actor_id=None, files=renamed(files))
    assert (second.number, rows()) == (2, before)

    named = ["OPG-0001", "OPG-0004", "OPG-0007"]
    wanted = read(f"cases: [{', '.join(named)}]\nstages: {{application: {{scored: weighed}}}}\n")
    with transaction():
        tried = plan(actor=SYSTEM, slug=SLUG, wanted=wanted)
    assert [(each.name, each.rows[0].stage, each.rows[0].becomes, each.against) for each in tried] == [
        (name, "scored", "weighed", ()) for name in named
    ]
    assert rows() == before
    with transaction():
        migrate(actor=SYSTEM, slug=SLUG, wanted=wanted)
    after = rows()
    assert {name for name in after if after[name] != before[name]} == set(named)
    moved = db.session.scalars(select(Application).where(Application.reference.in_(named))).all()
    assert {(case.version_id, case.stage) for case in moved} == {(second.id, "weighed")}
    events = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "application.migrated")).all()
    assert {event.application_id for event in events} == {case.id for case in moved}
    assert {(each.data["source"], each.data["target"], each.data["reason"]) for each in events} == {
        (1, 2, "The committee renamed its last step.")
    }


def test_a_moved_case_goes_on_under_its_new_law(office):
    files, call, version = office
    cases(call, version, 1, ("submitted",))
    machine = files["machines/application.yaml"].replace("start_screening", "begin_screening")
    with transaction():
        publish(actor_id=None, files={**files, "machines/application.yaml": machine})
        migrate(actor=SYSTEM, slug=SLUG, wanted=read("cases: all\n"))
    with transaction():
        officer = create_user(SYSTEM, email="o@office.example", name="Officer")
        grant_role(SYSTEM, user_id=officer.id, role="programme_officer")
    case = db.session.scalars(select(Application)).one()
    with transaction():
        move(actor=load_actor(officer.id), subject_id=case.id, move="begin_screening")
    assert (case.stage, definition_of(case.version_id).sha256 != version.sha256) == ("screening", True)


def test_a_case_that_keeps_its_stage_keeps_its_deadline(office):
    files, call, version = office
    cases(call, version, 1, ("ranked",))
    due = clock.now() + timedelta(days=3)
    with transaction():
        db.session.execute(text("update application set due_at = :due"), {"due": due})
    db.session.expire_all()
    with transaction():
        publish(actor_id=None, files=renamed(files, "Call closed", "The call has closed"))
        migrate(actor=SYSTEM, slug=SLUG, wanted=read("cases: all\n"))
    case = db.session.scalars(select(Application).execution_options(populate_existing=True)).one()
    assert (case.stage, case.due_at) == ("ranked", due)


REFUSED = {
    "a stage that the new version does not have": ("cases: all\n", "no stage 'scored'"),
    "a case that would end": (
        "cases: all\nstages: {application: {scored: closed}}\n",
        "neither ends nor revives",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_map_that_leaves_cases_without_a_place_is_refused_whole(office, name):
    files, call, version = office
    more, words = REFUSED[name]
    cases(call, version, 4, ("screening", "scored"))
    with transaction():
        publish(actor_id=None, files=renamed(files))
    before = rows()
    with pytest.raises(Refused) as refusal, transaction():
        migrate(actor=SYSTEM, slug=SLUG, wanted=read(more))
    assert [words in str(reason) for reason in refusal.value.reasons] == [True, True]
    assert rows() == before


ANSWERS = {
    "applicant_name": "Ana", "title": "A bakery", "summary": "Bread.", "problem": "No bread.", "solution": "We bake.",
    "months": "6", "milestones": [{"title": "Oven", "cost": {"minor": 20_000_00, "currency": "USD"}}],
    "requested": {"minor": 20_000_00, "currency": "USD"},
}  # fmt: skip
QUESTION = "      - {id: title, type: text, required: true"
ASKED = "      - {id: town, type: text, required: true, label: {en: Town, el: Πόλη}}\n"


def filled(case, *, submitted):
    """The application of a case, handed in or still a draft."""
    definition = definition_of(case.version_id)
    with transaction():
        entry = open_entry(actor_id=None, case=case, form="application")
        save_answers(
            entry=entry, form=definition.forms["application"], final=ANSWERS, version=definition.sha256, actor_id=None
        )  # fmt: skip
        if submitted:
            case.submitted_at, case.content_hash = clock.now(), "0" * 64


def test_a_case_that_lacks_what_the_new_version_needs_is_refused(office):
    files, call, version = office
    cases(call, version, 3, ("scored",))
    whole, lacking, draft = db.session.scalars(select(Application).order_by(Application.reference)).all()
    filled(lacking, submitted=True)
    filled(draft, submitted=False)
    form = files["forms/application.yaml"].replace(QUESTION, ASKED + QUESTION, 1)
    with transaction():
        publish(actor_id=None, files={**files, "forms/application.yaml": form})
    before = rows()
    words = "the form 'application' lacks what the new version needs: town:"
    with transaction():
        tried = plan(actor=SYSTEM, slug=SLUG, wanted=read("cases: all\n"))
    assert {each.name: [why.startswith(words) for why in each.against] for each in tried} == {
        whole.reference: [],
        lacking.reference: [True],
        draft.reference: [],
    }
    with pytest.raises(Refused) as refusal, transaction():
        migrate(actor=SYSTEM, slug=SLUG, wanted=read("cases: all\n"))
    assert [str(reason).startswith(f"{lacking.reference}: {words}") for reason in refusal.value.reasons] == [
        True
    ]
    assert rows() == before
    with transaction():
        migrate(actor=SYSTEM, slug=SLUG, wanted=read(f"cases: [{whole.reference}, {draft.reference}]\n"))
    moved = db.session.scalars(select(Application).where(Application.version_id != version.id)).all()
    assert {case.reference for case in moved} == {whole.reference, draft.reference}


FAULTS = {
    "no reason": ("from: 1\nto: 2\ncases: all\n", "reason"),
    "a key that is not known": (MAP + "cases: all\nstagse: {}\n", "stages"),
    "the same version": (
        "from: 2\nto: 2\nreason: Nothing really changes.\ncases: all\n",
        "version that it has",
    ),
    "not YAML": ("from: [", "YAML"),
    "a version that is not there": (
        "from: 1\nto: 9\nreason: A version of dreams.\ncases: all\n",
        "no version 9",
    ),
    "a stage that is not there": (
        MAP + "cases: all\nstages: {application: {scord: weighed}}\n",
        "no stage 'scord'",
    ),
    "a target that is not there": (
        MAP + "cases: all\nstages: {application: {scored: wieghed}}\n",
        "no stage 'wieghed'",
    ),
    "a machine that is not there": (MAP + "cases: all\nstages: {pony: {a: b}}\n", "no machine 'pony'"),
    "a case that is not there": (MAP + "cases: [OPG-9999]\n", "OPG-9999"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_map_with_a_fault_is_refused_in_words(office, name):
    files, call, version = office
    map_text, words = FAULTS[name]
    cases(call, version, 2, ("scored",))
    with transaction():
        publish(actor_id=None, files=renamed(files))
    with pytest.raises(Invalid) as refusal, transaction():
        plan(actor=SYSTEM, slug=SLUG, wanted=read_map(map_text, "map.yaml"))
    assert words in str(refusal.value.errors)


def test_only_who_may_publish_moves_cases(office):
    files, call, version = office
    cases(call, version, 1)
    with transaction():
        publish(actor_id=None, files=renamed(files))
        somebody = create_user(SYSTEM, email="s@office.example", name="Somebody")
        grant_role(SYSTEM, user_id=somebody.id, role="programme_officer")
    with pytest.raises(Forbidden), transaction():
        plan(actor=load_actor(somebody.id), slug=SLUG, wanted=read("cases: all\n"))
