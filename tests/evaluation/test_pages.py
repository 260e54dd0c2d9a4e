"""The pages of evaluation in the browsers of their readers, each within twelve queries."""

from __future__ import annotations

import csv
import io
import re
import uuid

import pytest
from sqlalchemy import Select, select

from fundflow.accounts import SYSTEM, grant_role
from fundflow.applications.models import StoredFile
from fundflow.applications.queries import newest_answers
from fundflow.applications.service.move import move
from fundflow.evaluation.models import Review
from fundflow.notify.models import Message
from fundflow.platform.db import db, transaction
from fundflow.programmes import folders, publish, read_folder
from tests.evaluation.panel import Panel, Quiet, counted
from tests.evaluation.test_ranking import GOOD, LOW, three_scored

MOST = 12
CRITERIA = tuple(GOOD)


def filled(version: int, act: str, **scores: int) -> dict[str, str]:
    fields = {f"score-{name}": str(score) for name, score in scores.items()}
    return (
        fields
        | {f"comment-{name}": "Because." for name in scores}
        | {"seen_version": str(version), "act": act}
    )


def path_of(panel: Panel, case: Quiet, who: str) -> str:
    return f"/reviews/{panel.review(case, who).id}"


def test_the_score_sheet_stands_beside_the_application(panel: Panel) -> None:
    (case,) = panel.in_evaluation("applicant")
    path, browser = path_of(panel, case, "evaluator1"), panel.browser("evaluator1")
    browser.get(path)
    with counted(panel.app) as statements:
        page = browser.get(path)
    assert (page.status_code, len(statements) <= MOST) == (200, True), statements
    text = page.text
    assert "Sourdough from einkorn" in text
    assert "Elira Çela D&#39;Angelo" in text
    assert len(re.findall(r'type="radio"', text)) == 6 * len(CRITERIA)
    assert f"/moves/review/{panel.review(case, 'evaluator1').id}/recuse" in text


def test_drafts_are_saved_and_handing_in_saves_first(panel: Panel) -> None:
    (case,) = panel.in_evaluation("applicant")
    path, browser = path_of(panel, case, "evaluator1"), panel.browser("evaluator1")
    review_id = panel.review(case, "evaluator1").id
    browser.get(path)
    assert browser.post(path, follow=False, **filled(1, "save", team=4, market=0)).status_code == 302
    stored = db.session.get_one(Review, review_id, populate_existing=True)
    assert stored.scores == {
        "team": {"score": 4, "comment": "Because."}, "market": {"score": 0, "comment": "Because."},
    }  # fmt: skip
    answer = browser.post(path, follow=False, **filled(stored.row_version, "submit", team=5))
    assert answer.status_code == 422
    assert "Choose a score from 0 to 5." in answer.text
    stored = db.session.get_one(Review, review_id, populate_existing=True)
    assert (stored.scores, stored.submitted_at) == ({"team": {"score": 5, "comment": "Because."}}, None)
    answer = browser.post(
        path, follow=False, **filled(stored.row_version, "submit", **dict.fromkeys(CRITERIA, 5))
    )
    assert answer.status_code == 302
    stored = db.session.get_one(Review, review_id, populate_existing=True)
    assert (stored.total, stored.stage) == (100, "submitted")


def test_a_stale_tab_is_shown_both_versions(panel: Panel) -> None:
    (case,) = panel.in_evaluation("applicant")
    path, browser = path_of(panel, case, "evaluator1"), panel.browser("evaluator1")
    browser.get(path)
    browser.post(path, **filled(1, "save", team=4))
    answer = browser.post(path, follow=False, **filled(1, "save", team=1))
    assert answer.status_code == 409
    assert "Stored meanwhile:" in answer.text
    assert re.search(r'name="score-team" value="1" checked', answer.text)


def test_autosave_answers_with_the_time_and_the_next_version(panel: Panel) -> None:
    (case,) = panel.in_evaluation("applicant")
    path, browser = path_of(panel, case, "evaluator1"), panel.browser("evaluator1")
    browser.get(path)
    answer = browser.post(f"{path}/autosave", follow=False, **filled(1, "save", team=4))
    assert answer.json is not None
    assert answer.json["fields"] == {"seen_version": "2"}
    assert re.fullmatch(r"\d\d:\d\d", answer.json["saved_at"])
    answer = browser.post(f"{path}/autosave", follow=False, **filled(1, "save", team=1))
    assert (answer.status_code, answer.json) == (409, {"url": path})


def test_save_and_next_goes_through_the_open_reviews(panel: Panel) -> None:
    first, second = panel.in_evaluation("applicant", "applicant2")
    browser = panel.browser("evaluator1")
    paths = [path_of(panel, case, "evaluator1") for case in (first, second)]
    browser.get(paths[0])
    assert browser.post(paths[0], follow=False, **filled(1, "next", team=4)).location == paths[1]
    assert browser.post(paths[1], follow=False, **filled(1, "next", team=4)).location == paths[0]
    with counted(panel.app) as statements:
        page = browser.get("/reviews")
    assert all(path in page.text for path in paths)
    assert len(statements) <= MOST


def test_others_are_read_after_the_own_review_and_without_names(panel: Panel) -> None:
    (case,) = panel.in_evaluation("applicant")
    panel.hand_in(case, "evaluator2", 3)
    path, browser = path_of(panel, case, "evaluator1"), panel.browser("evaluator1")
    assert "Review of another evaluator" not in browser.get(path).text
    panel.hand_in(case, "evaluator1", 4)
    after = browser.get(path).text
    assert "Review of another evaluator" in after
    assert "Ilir Shehu" not in after
    chair = panel.browser("chair").get(path_of(panel, case, "evaluator2")).text
    assert "Ilir Shehu" in chair


@pytest.mark.parametrize("who", ["evaluator2", "evaluator4", "officer", "applicant", "monitoring"])
def test_nobody_else_reads_a_review(panel: Panel, who: str) -> None:
    (case,) = panel.in_evaluation("applicant")
    panel.hand_in(case, "evaluator1", 4)
    assert panel.browser(who).get(path_of(panel, case, "evaluator1")).status_code == 404


def test_a_draft_is_its_writers_alone(panel: Panel) -> None:
    (case,) = panel.in_evaluation("applicant")
    assert panel.browser("chair").get(path_of(panel, case, "evaluator1")).status_code == 404


TELLING = ("Elira", "Çela", "D&#39;Angelo", "D'Angelo", "elira@", "CA4821937")


def blind_case(panel: Panel) -> Quiet:
    """A case under evaluation in a programme that reviews blindly, with the applicant's name all over it."""
    files = dict(read_folder(folders()["startup_fund"]))
    files["programme.yaml"] = files["programme.yaml"].replace("blind: false", "blind: true")
    form = files["forms/application.yaml"]
    at = form.index("  - id: files\n")
    files["forms/application.yaml"] = form[:at] + form[at:].replace("    sensitive: true\n", "", 1)
    (case,) = panel.eligible("applicant")
    with transaction():
        row = case.row()
        row.version_id = publish(actor_id=None, files=files).id
        row.title = "The oven of ELIRA"
        for file in db.session.scalars(select(StoredFile).where(StoredFile.application_id == case.id)):
            file.name = f"Elira Çela {file.question}.pdf"
    case.play(
        [
            {"assign": ["evaluator1", "evaluator2", "evaluator3"], "as": "chair"},
            {"move": "start_evaluation", "as": "chair"},
        ]
    )
    return case


def test_in_blind_review_no_page_tells_the_name(panel: Panel) -> None:
    """Every address that a blind evaluator can reach from his queue, crawled; and all that a case may have."""
    case = blind_case(panel)
    contact = {str(value) for value in phone_and_mail(case)}
    browser, sheet = panel.browser("evaluator1"), path_of(panel, case, "evaluator1")
    case_page = f"/applications/{case.id}"
    wanted = [
        "/work",
        "/reviews",
        "/start",
        "/mine",
        "/applications",
        sheet,
        case_page,
        f"{case_page}/receipt",
    ]
    wanted += [f"{case_page}?view={view}" for view in ("answers", "reviews", "history", "documents", "money")]
    wanted += [f"{case_page}/forms/application", f"{case_page}/forms/application/check"]
    wanted += [f"/moves/review/{panel.review(case, 'evaluator1').id}/{name}" for name in ("recuse", "submit")]
    wanted += [f"/files/{file_id}" for file_id in db.session.scalars(files_of(case))]
    seen: set[str] = set()
    opened = 0
    while wanted:
        path = wanted.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = browser.get(path)
        opened += answer.status_code == 200
        told = answer.text if answer.mimetype == "text/html" else ""
        told += str(answer.headers)
        assert [word for word in (*TELLING, *contact) if word.casefold() in told.casefold()] == [], path
        wanted += [
            link
            for link in re.findall(r'href="(/[^"#]*)', told.replace("&amp;", "&"))
            if str(case.id) in link or link.startswith(("/files/", "/reviews", "/moves/", "/work"))
        ]
    assert opened > 12
    files = [path for path in seen if path.startswith("/files/")]
    names = [browser.get(path).headers.get("Content-Disposition", "") for path in files]
    assert 'filename="Business plan 3.pdf"' in "".join(names)
    assert 'class="eyebrow">SUF-' in browser.get(sheet).text
    assert "Name hidden" in browser.get(sheet).text


@pytest.mark.parametrize("ending", ["", ".csv"])
def test_a_chair_who_evaluates_blindly_ranks_without_names(panel: Panel, ending: str) -> None:
    case = blind_case(panel)
    panel.score(case, 4, 4, 4)
    with transaction():
        grant_role(SYSTEM, user_id=panel.office.people["evaluator1"], role="committee_chair")
    path = f"/calls/{panel.call_id}/ranking{ending}"
    told = panel.browser("evaluator1").get(path).text
    assert "The oven of [name hidden]" in told
    assert case.row().reference in told
    assert [word for word in TELLING if word.casefold() in told.casefold()] == []
    others = panel.browser("chair").get(path).text
    assert "The oven of ELIRA" in others
    assert "Elira Çela" in others


def test_a_blind_evaluator_is_written_to_without_the_name(panel: Panel) -> None:
    case = blind_case(panel)
    mails = db.session.scalars(
        select(Message).where(Message.application_id == case.id, Message.kind == "review_assigned")
    ).all()
    assert len(mails) == 3
    for mail in mails:
        assert "The oven of [name hidden]" in mail.body
        assert "elira" not in (mail.subject + mail.body).casefold()


def test_without_a_title_a_blind_evaluator_reads_the_reference(panel: Panel) -> None:
    case = blind_case(panel)
    with transaction():
        case.row().title = ""
    page = panel.browser("evaluator1").get(f"/applications/{case.id}").text
    assert f"<h1>{case.row().reference}</h1>" in page


def phone_and_mail(case: Quiet) -> list[str]:
    given = newest_answers(case.id, "application") or {}
    return [given["phone"], given["email"]]


def files_of(case: Quiet) -> Select[uuid.UUID]:
    return select(StoredFile.id).where(StoredFile.application_id == case.id)


def test_after_a_conflict_every_page_is_gone(panel: Panel) -> None:
    (case,) = panel.in_evaluation("applicant")
    path, browser = path_of(panel, case, "evaluator1"), panel.browser("evaluator1")
    review_id = panel.review(case, "evaluator1").id
    with transaction():
        move(
            actor=panel.actor("evaluator1"), kind="review", subject_id=review_id, move="recuse",
            form={"ground": "money"},
        )  # fmt: skip
    assert browser.get(path).status_code == 404
    assert browser.get(f"/applications/{case.id}").status_code == 404
    assert "Stone-oven" not in browser.get("/reviews").text
    chair = panel.browser("chair").get(f"/applications/{case.id}/evaluators").text
    assert "Has a conflict of interest here." in chair


def test_the_chair_names_evaluators_on_a_page(panel: Panel) -> None:
    (case,) = panel.eligible("applicant")
    browser, path = panel.browser("chair"), f"/applications/{case.id}/evaluators"
    browser.get(path)
    with counted(panel.app) as statements:
        page = browser.get(path)
    assert (page.status_code, len(statements) <= MOST) == (200, True), statements
    people = [str(panel.office.people[who]) for who in ("evaluator1", "evaluator2", "evaluator3")]
    few = browser.send(path, {"reviewers": people[:2]})
    assert (few.status_code, "Choose at least 3 people; 2 are chosen." in few.text) == (422, True)
    assert browser.send(path, {"reviewers": people}).status_code == 302
    assert browser.get(path).text.count(" checked") == 3
    assert panel.browser("officer").get(path).status_code == 404


def test_the_ranking_shows_order_money_and_threshold(panel: Panel) -> None:
    first, second, third = three_scored(panel)
    browser, path = panel.browser("chair"), f"/calls/{panel.call_id}/ranking"
    browser.get(path)
    assert browser.post(path, follow=False).status_code == 302
    with counted(panel.app) as statements:
        page = browser.get(path)
    assert (page.status_code, len(statements) <= MOST) == (200, True), statements
    text = page.text
    places = [text.index(str(case.id)) for case in (first, third, second)]
    assert places == sorted(places)
    assert places[1] < text.index("Below the threshold of 60 points") < places[2]
    assert text.index("The money ends here: €10,000.00") < places[0]
    assert f"/moves/application/{first.id}/recommend" in text
    assert f"/moves/application/{first.id}/not_recommend" in text
    assert "/rankings" in text
    assert str(panel.call_id) in browser.get("/rankings").text
    for who in ("officer", "evaluator1", "applicant", "monitoring"):
        assert panel.browser(who).get(path).status_code == 404
    for who in ("manager", "auditor"):
        page = panel.browser(who).get(path)
        assert (page.status_code, "/recommend" in page.text) == (200, False)


def test_the_ranking_as_a_table(panel: Panel) -> None:
    first, second, _third = three_scored(panel)
    with transaction():
        first.row().title = "=HYPERLINK(evil)"
    answer = panel.browser("auditor").get(f"/calls/{panel.call_id}/ranking.csv")
    assert answer.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert next(row["Title"] for row in rows) == "'=HYPERLINK(evil)"
    by_reference = {row["Reference"]: row for row in rows}
    last = by_reference[second.row().reference or ""]
    assert (last["Total"], last["Threshold met"], last["Spread"]) == ("40.00", "no", "0.00")
    assert [row["Requested"] for row in rows] == ["18000.00", "5400.00", "5400.00"]
    assert set(LOW.values()) == {2}
