"""Staff record the steps of people who write on paper: by permission, with day and scan, never a step of the office."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from fundflow.applications.models import Application, FormEntry, StoredFile
from fundflow.applications.service.move import move, moves_of
from fundflow.audit import AuditEvent
from fundflow.platform import clock
from fundflow.platform.db import db, transaction
from fundflow.platform.errors import Forbidden, Invalid
from tests.applications.office import PDF, came_on_paper
from tests.evaluation.panel import Panel, Quiet, panel_of

SURE = {"sure": True}


@pytest.fixture
def panel(app):
    with panel_of(app) as found:
        yield found


@pytest.fixture
def case(panel: Panel) -> Quiet:
    (found,) = panel.in_evaluation("applicant")
    return found


def record(
    panel: Panel,
    who: str,
    case: Quiet,
    name: str,
    *,
    behalf: str,
    form: dict[str, Any] | None = None,
    **more: Any,
):
    more.setdefault("paper", came_on_paper(case.row().id))
    with transaction():
        return move(
            actor=panel.actor(who), subject_id=case.id, move=name, form=form, on_behalf=behalf, **more
        )


def stage(case: Quiet) -> str:
    return db.session.scalar(select(Application.stage).where(Application.id == case.id)) or ""


DAY = "paper_received_on"
LATER = {"received_on": "2999-01-01"}
PAPERS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "nothing said of it": ({"received_on": None, "paper": None}, [DAY, "paper_scan"]),
    "no scan": ({"paper": None}, ["paper_scan"]),
    "a scan that is no file": ({"paper": "letter.pdf"}, ["paper_scan"]),
    "a file that is not there": ({"paper": "01a20545-077a-7930-ad49-0f7b7ad21f62"}, ["paper_scan"]),
    "no day": ({"received_on": ""}, [DAY]),
    "a day that has not come": (LATER, [DAY]),
    "a day that there is not": ({"received_on": "2026-02-30"}, [DAY]),
}


@pytest.mark.parametrize("name", PAPERS)
def test_nothing_is_recorded_without_the_day_and_the_scan_of_a_paper(panel, case, name):
    wrong, faults = PAPERS[name]
    paper = came_on_paper(case.row().id) | wrong
    with pytest.raises(Invalid) as refusal:
        record(panel, "officer", case, "withdraw", behalf="applicant", form=SURE, paper=paper)
    assert (sorted(refusal.value.errors), stage(case)) == (faults, "in_evaluation")


def test_no_paper_at_all_and_the_scan_of_another_case_are_refused(panel):
    case, other = panel.in_evaluation("applicant", "applicant2")
    for paper in (None, came_on_paper(other.row().id)):
        with pytest.raises(Invalid):
            record(panel, "officer", case, "withdraw", behalf="applicant", form=SURE, paper=paper)
    assert stage(case) == "in_evaluation"
    assert record(panel, "officer", case, "withdraw", behalf="applicant", form=SURE).to_stage == "withdrawn"


@pytest.mark.parametrize(
    ("who", "behalf"),
    [
        ("manager", "applicant"),  # no permission
        ("auditor", "applicant"),
        ("officer", "guardian"),  # the case has none
        ("officer", "beneficiary"),
        ("officer", "programme_manager"),  # no party at all
        ("officer", "evaluator"),
        ("officer", "system"),
        ("evaluator1", "applicant"),
    ],
)
def test_who_may_not_record_for_whom(panel, case, who, behalf):
    with pytest.raises(Forbidden):
        record(panel, who, case, "withdraw", behalf=behalf, form=SURE)
    with pytest.raises(Forbidden):
        moves_of(panel.actor(who), case.row(), case.row(), on_behalf=behalf)
    assert stage(case) == "in_evaluation"


def test_steps_of_the_office_are_not_recorded_from_papers(panel):
    (case,) = panel.submitted("applicant")
    assert "start_screening" in {
        each.name for each in moves_of(panel.actor("officer"), case.row(), case.row())
    }
    with pytest.raises(Forbidden):
        record(panel, "officer", case, "start_screening", behalf="applicant")
    offered = moves_of(panel.actor("officer"), case.row(), case.row(), on_behalf="applicant")
    assert [each.name for each in offered] == ["withdraw"]


def test_the_case_page_offers_them_to_who_may(panel, case):
    heading, link = (
        "Recorded on behalf of Elira Çela D&#39;Angelo (paper)",
        f"/moves/application/{case.id}/withdraw?on_behalf=applicant",
    )
    for who, offered in {"officer": True, "manager": False, "chair": False, "applicant": False}.items():
        page = panel.browser(who).get(f"/applications/{case.id}").text
        assert (heading in page, link in page) == (offered, offered), who


def test_day_and_scan_are_asked_for_and_kept(panel, case):
    browser, path = panel.browser("officer"), f"/moves/application/{case.id}/withdraw"
    page = browser.get(f"{path}?on_behalf=applicant").text
    assert "Recorded on behalf of Elira" in page
    seen = re.search(r'name="seen_version" value="(\d+)"', page)[1]
    given = {"seen_version": seen, "on_behalf": "applicant", "q_sure": "true"}
    later = (clock.today("Europe/Tirane") + timedelta(days=2)).isoformat()
    wrong = browser.send(path, given | {"q_paper_received_on": later})
    assert wrong.status_code == 422
    assert re.findall(r'href="#(q_\w+)', wrong.text) == ["q_paper_received_on", "q_paper_scan"]
    assert stage(case) == "in_evaluation"
    day = clock.today("Europe/Tirane").isoformat()
    sent = browser.send(
        path, given | {"q_paper_received_on": day, "q_paper_scan": (io.BytesIO(PDF), "letter.pdf")}
    )
    assert sent.status_code == 302
    assert stage(case) == "withdrawn"
    file = db.session.scalars(select(StoredFile).where(StoredFile.question == "paper_scan")).one()
    assert (file.application_id, file.name) == (case.id, "letter.pdf")
    event = db.session.scalars(
        select(AuditEvent).where(AuditEvent.action == "move", AuditEvent.data["move"].astext == "withdraw")
    ).one()
    noted = {name: event.data[name] for name in ("on_behalf", "received_on", "paper")}
    assert noted == {"on_behalf": "applicant", "received_on": day, "paper": str(file.id)}
    assert event.actor_id == panel.office.people["officer"]
    entry = db.session.scalars(select(FormEntry).where(FormEntry.form == "withdrawal")).one()
    assert str(entry.id) == event.data["entry"]
    assert browser.get(f"/files/{file.id}").data == PDF
    assert panel.browser("evaluator1").get(f"/files/{file.id}").status_code == 404
    uploaded = browser.get(f"/applications/{case.id}?view=documents").text
    assert re.findall(r"<td[^>]*>([^<]* \(paper\))</td>", uploaded) == ["Withdraw the application (paper)"]
    history = browser.get(f"/applications/{case.id}?view=history").text
    assert "Arben Kola, from a paper of: Applicant" in history


def test_a_scan_beside_a_mistake_is_not_asked_for_again(panel, case):
    browser, path = panel.browser("officer"), f"/moves/application/{case.id}/withdraw"
    page = browser.get(f"{path}?on_behalf=applicant").text
    seen = re.search(r'name="seen_version" value="(\d+)"', page)[1]
    given = {
        "seen_version": seen,
        "on_behalf": "applicant",
        "q_paper_received_on": clock.today("Europe/Tirane").isoformat(),
    }
    wrong = browser.send(path, given | {"q_paper_scan": (io.BytesIO(PDF), "letter.pdf")})
    assert wrong.status_code == 422
    kept = re.search(r'name="kept" value="([^"]+)"', wrong.text)[1]
    sent = browser.send(path, given | {"kept": kept, "q_sure": "true"})
    assert (sent.status_code, stage(case)) == (302, "withdrawn")
    assert len(db.session.scalars(select(StoredFile).where(StoredFile.question == "paper_scan")).all()) == 1


def test_the_page_refuses_who_may_not(panel, case):
    path = f"/moves/application/{case.id}/withdraw"
    assert panel.browser("manager").get(f"{path}?on_behalf=applicant").status_code == 403
    assert panel.browser("officer").get(path).status_code == 403
    assert panel.browser("officer").get(f"{path}?on_behalf=guardian").status_code == 403
