"""The pages of a programme's law, and publishing from the browser."""

import io
import re

import pytest
from sqlalchemy import func, select

from fundflow.platform.db import db
from fundflow.programmes import ProgrammeVersion, folders, read_folder
from fundflow.programmes.loading import compile_definition
from fundflow.programmes.parcels import pack


def send(person, files, slug="micro_grant"):
    person.get("/programmes/sent-in")
    parcel = (io.BytesIO(pack(slug, files)), f"{slug}.zip")
    answer = person.send("/programmes/sent-in", {"parcel": parcel})
    return answer, person.get(answer.location) if answer.status_code == 302 else answer


def versions():
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(ProgrammeVersion))


def test_a_programme_shows_its_picture_its_versions_and_its_files(panel):
    auditor = panel.browser("auditor")
    page = auditor.get("/programmes/startup_fund")
    assert page.status_code == 200
    assert "/programmes/startup_fund/application.svg" in page.text
    picture = auditor.get("/programmes/startup_fund/application.svg")
    assert (picture.status_code, picture.mimetype) == (200, "image/svg+xml")
    assert auditor.get("/programmes/startup_fund/nothing.svg").status_code == 404
    parcel = auditor.client.get("/programmes/startup_fund/versions/1.zip")
    assert parcel.data == pack("startup_fund", read_folder(folders()["startup_fund"]))
    assert panel.browser("evaluator1").get("/programmes/startup_fund").status_code == 404


def test_a_manager_sends_in_looks_and_publishes(panel):
    manager, before = panel.browser("manager"), versions()
    files = read_folder(folders()["startup_fund"])
    changed = files | {
        "programme.yaml": files["programme.yaml"].replace(
            "appeal: {working_days: 10}", "appeal: {working_days: 15}"
        )
    }
    _, page = send(manager, changed, "startup_fund")
    assert "There are no errors." in page.text
    assert "15" in page.text
    address = re.search(r"/programmes/sent-in/[0-9a-f-]+/publish", page.text)[0]
    seen = re.search(r'name="sha256" value="(\w+)"', page.text)[1]
    done = manager.post(address, sha256=seen)
    assert "Version 2 is published." in done.text
    assert "What version 2 changed" in done.text
    assert versions() == before + 1


def test_errors_are_shown_with_their_place_and_bar_publication(panel):
    manager, before = panel.browser("manager"), versions()
    files = read_folder(folders()["startup_fund"])
    name = "machines/application.yaml"
    _, page = send(
        manager, files | {name: files[name].replace("form_complete", "form_complet")}, "startup_fund"
    )
    assert f"{name}:" in page.text
    assert "form_complet" in page.text
    assert "/publish" not in page.text
    assert versions() == before


@pytest.mark.parametrize(("who", "status"), [("officer", 404), ("auditor", 404), ("manager", 200)])
def test_who_may_send_in(panel, who, status):
    assert panel.browser(who).get("/programmes/sent-in").status_code == status


def test_no_zip_is_said_at_the_field(panel):
    manager = panel.browser("manager")
    manager.get("/programmes/sent-in")
    page = manager.send("/programmes/sent-in", {"parcel": (io.BytesIO(b"hello"), "x.zip")})
    assert page.status_code == 422
    assert "This is not a zip file that can be read." in page.text


def test_the_preview_shows_everything_and_may_do_nothing(panel):
    auditor = panel.browser("auditor")
    page = auditor.get("/programmes/startup_fund/preview/it")
    assert page.status_code == 200
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert policy.endswith("sandbox")
    assert "<script" not in page.text
    assert auditor.get("/programmes/startup_fund/preview/xx").status_code == 404


def test_the_way_of_the_case_stands_before_those_of_its_parts():
    for slug, folder in folders().items():
        assert next(iter(compile_definition(read_folder(folder)).machines)) == "application", slug
