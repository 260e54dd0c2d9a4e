"""`flask programmes check`: what stands in the repository is sound, and every fault is named at its place."""

import pytest

from fundflow.app import create_app
from fundflow.platform.errors import Invalid
from fundflow.programmes import check, folders, publish, read_folder
from tests.conftest import settings
from tests.programmes.faults import FAULTS


@pytest.fixture(scope="module")
def files():
    return read_folder(folders()["startup_fund"])


@pytest.fixture(scope="module")
def runner(tmp_path_factory):
    app = create_app(settings("postgresql://nobody@localhost/none", tmp_path_factory.mktemp("check")))
    return app.test_cli_runner()


def broken(files, file, old, new):
    assert old in files[file], f"{file} no longer has {old!r}"
    return {**files, file: files[file].replace(old, new, 1)}


def place_of(text, marker):
    before = text[: text.index(marker)]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_named_at_its_place(files, name):
    file, old, new, marker, words = FAULTS[name]
    changed = broken(files, file, old, new)
    found = [each for each in check(changed) if each.file == file and words in str(each)]
    assert found, [str(each) for each in check(changed)]
    if marker is not None:
        line, column = place_of(changed[file], marker)
        assert line in [each.line for each in found]
        assert abs(min(each.column for each in found if each.line == line) - column) <= len(marker)


def test_a_missing_file_is_named(files):
    found = check({name: text for name, text in files.items() if name != "machines/application.yaml"})
    wanted = "machines/application.yaml:1:1: error: the file machines/application.yaml is missing"
    assert [each for each in found if str(each).startswith(wanted)]


LEFT_OUT = {
    "checks that nobody saves": (
        "machines/application.yaml", "    effects: [record_checks]\n", "",
        "checks_never_saved", "machines/application.yaml", "guards: [checks_recorded",
    ),
    "money that nobody commits": (
        "machines/application.yaml", "countersign_agreement, obligate, ", "countersign_agreement, ",
        "never_committed", "machines/tranche.yaml", "open_payment",
    ),
    "a calendar that nobody plans": (
        "machines/application.yaml", "obligate, plan_follow_up, ", "obligate, ",
        "calendar_never_planned", "programme.yaml", "follow_up:\n",
    ),
    "a person's field that is none": (
        "machines/application.yaml", "phone: phone, ", "mobile: phone, ",
        "unknown_person_field", "machines/application.yaml", "mobile",
    ),
    "a person's account from an answer": (
        "machines/application.yaml", "phone: phone, ", "user_id: phone, ",
        "unknown_person_field", "machines/application.yaml", "user_id",
    ),
    "a phase misspelt": (
        "machines/application.yaml", "phase: evaluation", "phase: evalation",
        "unknown_phase", "machines/application.yaml", "phase: evalation",
    ),
    "a ceiling in euros": (
        "programme.yaml", "second_approver_above_minor: ", 'second_approver_above_minor: 10000.50 # ',
        "not_in_cents", "programme.yaml", "second_approver_above_minor",
    ),
    "duties of the case under another name": (
        "programme.yaml", "separation: [", "separation:\n  application: [",
        "unknown_machine", "programme.yaml", "application: [screen",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LEFT_OUT)
def test_what_is_left_out_or_would_not_be_read_is_found(files, name):
    file, old, new, code, home, marker = LEFT_OUT[name]
    changed = broken(files, file, old, new)
    found = [each for each in check(changed) if each.code == code]
    assert [each.file for each in found][:1] == [home], [str(each) for each in check(changed)]
    assert place_of(changed[home], marker)[0] in [each.line for each in found]


def test_a_checklist_needs_its_file(files):
    found = check({name: text for name, text in files.items() if name != "screening.yaml"})
    assert {each.code for each in found if "screening.yaml has none" in each.message} == {"checklist_missing"}


def test_an_appeal_needs_a_term_and_a_machine(files):
    endless = broken(files, "programme.yaml", "appeal: {working_days: 10}", "")
    assert {each.code for each in check(endless)} == {"appeal_without_term"}
    homeless = {name: text for name, text in files.items() if name != "machines/appeal.yaml"}
    assert "appeal_without_machine" in {each.code for each in check(homeless)}


def test_errors_come_before_warnings(files):
    changed = broken(files, *FAULTS["programme: a wording without a language"][:3])
    changed = broken(changed, *FAULTS["criteria: weights that do not add up"][:3])
    assert [each.severity for each in check(changed)] == ["error", "warning"]


def test_the_command_accepts_every_programme(runner):
    result = runner.invoke(args=["programmes", "check", "--strict"])
    assert result.exit_code == 0, result.output
    assert result.output.splitlines() == [f"{slug}: 0 errors, 0 warnings." for slug in folders()]


def test_the_command_names_file_and_line_of_a_broken_one(runner, files, tmp_path):
    file, old, new, marker, words = FAULTS["machine: a role that does not exist"]
    changed = broken(files, file, old, new)
    for name, text in changed.items():
        path = tmp_path / "broken" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    result = runner.invoke(args=["programmes", "check", str(tmp_path / "broken")])
    line, column = place_of(changed[file], marker)
    assert result.exit_code == 1
    *found, last = result.output.splitlines()
    assert found[0].startswith(f"broken/{file}:{line}:{column}: error: {words}")
    assert last == f"broken: {len(found)} errors, 0 warnings."


def test_a_warning_fails_only_a_strict_check(runner, files, tmp_path):
    changed = broken(files, *FAULTS["programme: a wording without a language"][:3])
    for name, text in changed.items():
        path = tmp_path / "half" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    assert runner.invoke(args=["programmes", "check", str(tmp_path / "half")]).exit_code == 0
    assert runner.invoke(args=["programmes", "check", "--strict", str(tmp_path / "half")]).exit_code == 1


def test_a_broken_programme_is_not_published(files):
    changed = broken(files, *FAULTS["criteria: weights that do not add up"][:3])
    with pytest.raises(Invalid) as refusal:
        publish(actor_id=None, files=changed)
    assert list(refusal.value.errors.values()) == ["the weights of the criteria add up to 101, not to 100"]
