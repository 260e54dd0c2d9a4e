"""One person, one duty on a case, whatever roles he holds; approvals by distinct persons, void after a send-back."""

import pytest
from flask_babel import force_locale
from sqlalchemy import select

from fundflow.accounts import role_names
from fundflow.applications.models import Approval, Duty
from fundflow.applications.service.move import move, moves_of
from fundflow.audit import AuditEvent
from fundflow.platform.db import db, transaction
from fundflow.platform.errors import Conflict, Forbidden, Invalid, Refused
from fundflow.programmes import folders, publish, read_folder
from tests.applications.office import came_on_paper
from tests.races.crowd import REASON, case_at, closed_call, decision, person, recommendation

pytestmark = pytest.mark.usefixtures("session")


def make(actor, case, name, form=None, **more):
    with transaction():
        return move(actor=actor, subject_id=case.id, move=name, form=form, **more)


def recommended(minor=8_000_00):
    case = case_at(closed_call(line_minor=100_000_00), "ranked", person())
    make(person("committee_chair"), case, "recommend", recommendation(minor))
    return case


def test_who_has_every_role_still_acts_in_one_duty():
    everybody = person(*role_names(), name="Everybody")
    case = case_at(closed_call(line_minor=100_000_00), "submitted", person())
    make(everybody, case, "start_screening")
    assert db.session.scalars(select(Duty.duty).where(Duty.application_id == case.id)).all() == ["screen"]
    case = case_at(closed_call(line_minor=100_000_00), "ranked", person())
    make(everybody, case, "recommend", recommendation(8_000_00))
    with pytest.raises(Forbidden, match=r"already acted on this case in another duty \(evaluate\)"):
        make(everybody, case, "approve", decision(8_000_00))
    held = db.session.execute(select(Duty.user_id, Duty.duty).where(Duty.application_id == case.id)).all()
    assert [tuple(row) for row in held] == [(everybody.user_id, "evaluate")]


def test_the_page_says_so_before_the_attempt():
    everybody = person(*role_names(), name="Everybody")
    case = case_at(closed_call(line_minor=100_000_00), "ranked", person())
    make(everybody, case, "recommend", recommendation(8_000_00))
    states = {state.name: state for state in moves_of(everybody, case, case)}
    assert states["approve"].allowed is False
    assert "another duty" in str(states["approve"].reasons[0])


def test_the_same_duty_may_be_done_again():
    case, officer = (
        case_at(closed_call(line_minor=1_000_00), "submitted", person()),
        person("programme_officer"),
    )
    make(officer, case, "start_screening")
    fired = make(officer, case, "record_checks")
    assert (fired.from_stage, fired.to_stage) == ("screening", "screening")


def test_a_small_award_needs_one_approval():
    case = recommended(8_000_00)
    assert make(person("programme_manager"), case, "approve", decision(8_000_00)).to_stage == "approved"


def test_a_large_award_needs_two_persons():
    case, manager = recommended(15_000_00), person("programme_manager", "chief_of_mission")
    first = make(manager, case, "approve", decision(15_000_00))
    assert first == ("recommended", "recommended", False, 1, 2)
    with pytest.raises(Refused, match="already approved this"):
        make(manager, case, "approve", decision(15_000_00))
    assert make(person("chief_of_mission"), case, "approve", decision(15_000_00)).moved is True


def test_two_managers_are_not_the_two_persons_asked_for():
    case = recommended(15_000_00)
    make(person("programme_manager"), case, "approve", decision(15_000_00))
    with pytest.raises(Refused, match="still missing is for: Chief of mission"):
        make(person("programme_manager"), case, "approve", decision(15_000_00))
    kept = db.session.scalars(select(Approval.roles).where(Approval.subject_id == case.id)).all()
    assert kept == [["programme_manager"]]
    assert make(person("chief_of_mission"), case, "approve", decision(15_000_00)).moved is True


def test_the_number_is_fixed_when_the_stage_is_entered():
    case = recommended(15_000_00)
    both = [["programme_manager"], ["chief_of_mission"]]
    assert case.approvals_needed == {"approve": {"count": 2, "from": both}}
    assert recommended(10_000_00).approvals_needed == {"approve": 1}


def test_a_send_back_voids_the_approvals_given():
    case, manager = recommended(15_000_00), person("programme_manager")
    make(manager, case, "approve", decision(15_000_00))
    make(person("chief_of_mission"), case, "return_to_ranking", {"reason": REASON})
    make(person("committee_chair"), case, "recommend", recommendation(15_000_00))
    again = make(manager, case, "approve", decision(15_000_00))
    assert again == ("recommended", "recommended", False, 1, 2)
    given = db.session.scalars(select(Approval.stage_since).where(Approval.subject_id == case.id)).all()
    assert len(given) == len(set(given)) == 2


def test_a_stale_page_is_told_before_its_form_is_looked_at():
    case = recommended()
    with pytest.raises(Conflict) as refusal:
        make(person("programme_manager"), case, "approve", {}, seen_version=case.row_version - 1)
    assert refusal.value.current == "recommended"


def test_who_may_not_act_learns_nothing_of_the_form():
    case = recommended()
    with pytest.raises(Forbidden, match="it is for: Programme manager, Chief of mission"):
        make(person("auditor"), case, "approve", {})
    with pytest.raises(Invalid) as refusal:
        make(person("programme_manager"), case, "approve", {})
    assert set(refusal.value.errors) == {"amount", "reason", "sanctions_checked_on"}


def test_each_move_leaves_one_event_and_the_answers_stay_out_of_it():
    case = recommended()
    events = db.session.scalars(
        select(AuditEvent).where(AuditEvent.application_id == case.id, AuditEvent.action == "move")
    ).all()
    assert [(event.data["move"], event.data["source"], event.data["target"]) for event in events] == [
        ("recommend", "ranked", "recommended")
    ]
    assert REASON not in events[0].body


def test_a_paper_gives_nobody_a_second_duty():
    """Were a step of the applicant a duty, who recorded it from a paper would hold that duty himself."""
    files = dict(read_folder(folders()["startup_fund"]))
    name = next(path for path in files if path.endswith("machines/application.yaml"))
    files[name] = files[name].replace("    form: withdrawal\n", "    form: withdrawal\n    duty: approve\n")
    case = case_at(closed_call(line_minor=1_000_00), "submitted", person())
    officer = person("programme_officer")
    with transaction():
        case.version_id = publish(actor_id=None, files=files).id
    make(officer, case, "start_screening")
    paper = {"on_behalf": "applicant", "paper": came_on_paper(case.id)}
    with pytest.raises(Forbidden, match="another duty"):
        make(officer, case, "withdraw", {"sure": True}, **paper)
    assert make(person("programme_officer"), case, "withdraw", {"sure": True}, **paper).moved


def test_for_whom_a_step_is_stands_in_the_readers_language(app):
    case = case_at(closed_call(line_minor=1_000_00), "submitted", person())
    words = {"en": "Programme officer", "sq": "Oficer programi", "it": "Responsabile di programma"}
    for language, called in words.items():
        with app.test_request_context(), force_locale(language), pytest.raises(Forbidden) as refusal:
            make(person("auditor"), case, "start_screening")
        assert str(refusal.value).endswith(f": {called}.")
    with app.test_request_context(), force_locale("el"), pytest.raises(Forbidden) as refusal:
        make(person("auditor"), case, "withdraw", {"sure": True})
    assert str(refusal.value).endswith(": Αιτών.")


def test_the_role_that_is_missing_is_named_in_the_readers_language(app):
    case = recommended(15_000_00)
    make(person("programme_manager"), case, "approve", decision(15_000_00))
    with app.test_request_context(), force_locale("it"):
        states = {each.name: each for each in moves_of(person("programme_manager"), case, case)}
        assert "Capo missione" in str(states["approve"].reasons[0])
