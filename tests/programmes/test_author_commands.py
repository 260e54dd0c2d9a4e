"""An author's commands: begin, check as JSON, schemas, pictures and previews."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

import pytest

from fundflow.app import create_app
from fundflow.programmes import check, folders, read_folder
from fundflow.programmes.differences import differences
from fundflow.programmes.loading import compiled
from fundflow.programmes.schemas import FILES, schemas
from fundflow.programmes.starting import template
from tests.conftest import settings


@pytest.fixture(scope="module")
def runner(tmp_path_factory):
    app = create_app(settings("postgresql://nobody@localhost/none", tmp_path_factory.mktemp("author")))
    return app.test_cli_runner()


def run(runner, *args):
    return runner.invoke(args=["programmes", *map(str, args)])


def test_a_new_programme_checks_without_a_finding(runner, tmp_path):
    made = run(runner, "new", "youth_grant", "--in", tmp_path)
    assert made.exit_code == 0, made.output
    files = read_folder(tmp_path / "youth_grant")
    assert (check(files), compiled(files).programme.slug) == ([], "youth_grant")


@pytest.mark.parametrize("slug", ["", "Youth", "../etc", "a", "1st", "a-b", "x" * 60])
def test_a_bad_slug_writes_nothing(runner, tmp_path, slug):
    assert run(runner, "new", "--in", tmp_path, "--", slug).exit_code == 1
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_there_is_left_alone(runner, tmp_path):
    (tmp_path / "mine").mkdir()
    refused = run(runner, "new", "mine", "--in", tmp_path)
    assert (refused.exit_code, list((tmp_path / "mine").iterdir())) == (1, [])
    assert "is there already" in refused.output


def test_findings_as_json_say_all_that_an_editor_shows(runner, tmp_path):
    run(runner, "new", "broken", "--in", tmp_path)
    machine = tmp_path / "broken" / "machines" / "application.yaml"
    machine.write_text(machine.read_text("utf-8").replace("line_has_room", "line_has_rom"), "utf-8")
    result = run(runner, "check", tmp_path / "broken", "--format", "json")
    (report,) = json.loads(result.output)
    (finding,) = report["findings"]
    line = machine.read_text("utf-8").splitlines().index("      - line_has_rom") + 1
    assert (result.exit_code, report["errors"]) == (1, 1)
    assert finding == {
        "file": "machines/application.yaml", "line": line, "column": 9, "severity": "error", "code": "unknown_guard",
        "message": "unknown guard 'line_has_rom'", "did_you_mean": "line_has_room",
        "hint": "Did you mean 'line_has_room'?", "why": "The move would have no such condition.",
    }  # fmt: skip


def test_there_is_a_schema_for_every_kind_of_file(runner, tmp_path):
    assert run(runner, "schema", "--out", tmp_path).exit_code == 0
    assert len(list(tmp_path.glob("*.schema.json"))) == len(FILES)
    move = schemas()["machines/*.yaml"]["$defs"]["Move"]["properties"]
    bare = move["guards"]["items"]["oneOf"][0]["enum"]
    assert "line_has_room" in bare
    assert "reason_given" not in bare


@pytest.mark.parametrize("slug", folders())
def test_every_machine_is_drawn_with_all_its_stages(runner, slug):
    for kind, machine in compiled(read_folder(folders()[slug])).machines.items():
        result = run(runner, "diagram", slug, "--machine", kind, "--format", "svg")
        picture = ET.fromstring(result.output)
        boxes = [each for each in picture.iter() if each.tag.endswith("}rect") and each.get("rx")]
        assert len(boxes) == len(machine.stages)


def test_differences_name_each_thing_that_changes():
    old = template()
    machine = old["machines/application.yaml"].replace(
        "{reason_given: {least: 20}}]", "{reason_given: {least: 50}}]"
    )
    new = {
        **old,
        "machines/application.yaml": machine,
        "programme.yaml": old["programme.yaml"].replace("1000000 ", "2000000 "),
    }
    found = {change.words for change in differences(compiled(old), compiled(new))}
    assert found == {
        "move 'reject': the guard reason_given(least: 20) is gone",
        "move 'reject': the guard reason_given(least: 50) is new",
        "values: 'ceiling_minor' is 2000000 instead of 1000000",
    }
    assert differences(compiled(old), compiled(old)) == []


@pytest.mark.parametrize("slug", folders())
def test_a_preview_shows_every_form_and_letter(runner, tmp_path, slug):
    result = run(runner, "preview", slug, "--out", tmp_path)
    assert result.exit_code == 0, result.output
    definition = compiled(read_folder(folders()[slug]))
    assert {path.stem for path in tmp_path.glob("*.html")} == set(definition.programme.languages)
    page = (tmp_path / f"{definition.programme.languages[0]}.html").read_text("utf-8")
    assert all(f"forms/{form}.yaml" in page for form in definition.forms)
    assert all(f"letters/{letter}.yaml" in page for letter in definition.letters)
    assert ("<svg" in page, 'class="fault"' in page) == (True, False)
