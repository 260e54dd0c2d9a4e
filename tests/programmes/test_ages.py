"""What a programme says about coming of age is checked at its place, like everything else."""

import pytest

import fundflow.app  # noqa: F401 - registers the rules that the programme names
from fundflow.programmes import check, folders, read_folder

PROGRAMME, MACHINE = "programme.yaml", "machines/application.yaml"
FAULTS = {
    "a form that does not exist": (
        PROGRAMME, "    form: consent\n", "    form: consnet\n", "form: consnet",
        "unknown form 'consnet' Did you mean 'consent'?",
    ),
    "a question that does not exist": (
        PROGRAMME, "&& a.for_child == 'no'", "&& a.for_chidl == 'no'", "by_person",
        "unknown name 'a.for_chidl'; did you mean 'for_child'?",
    ),
    "a move that does not exist": (
        PROGRAMME, "  move: come_of_age", "  move: come_off_age", "move: come_off_age",
        "unknown move 'come_off_age' Did you mean 'come_of_age'?",
    ),
    "a move that the clock may not make": (
        PROGRAMME, "then: own_consent", "then: start_plan", "then: start_plan",
        "the clock makes the move 'start_plan', but it is not for 'system'",
    ),
    "a move that leaves stages out": (
        PROGRAMME, "then: own_consent", "then: start_monitoring", "then: start_monitoring",
        "it leaves out: referred, unreachable",
    ),
    "no days to tell it before": (
        PROGRAMME, "notice: {days: 30,", "notice: {days: 0,", "days: 0", "greater than or equal to 1",
    ),
    "a date that the form does not ask for": (
        MACHINE, "dated: determined_on", "dated: determined", "minor_requires",
        "unknown date of the form 'best_interests': 'determined' Did you mean 'determined_on'?",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_named_at_its_place(name):
    files = read_folder(folders()["reintegration_grant"])
    file, old, new, marker, words = FAULTS[name]
    assert old in files[file]
    changed = {**files, file: files[file].replace(old, new, 1)}
    found = [each for each in check(changed) if each.file == file and words in str(each)]
    assert found, [str(each) for each in check(changed)]
    text = changed[file]
    assert text[: text.index(marker)].count("\n") + 1 in [each.line for each in found]
