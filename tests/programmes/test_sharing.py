"""What a programme lets providers be told is checked at its place: names, kinds, and what is kept from colleagues."""

import pytest

import fundflow.app  # noqa: F401 - registers the rules that the programme names
from fundflow.platform.strict_yaml import YamlFault
from fundflow.programmes import check, folders, providers, read_folder

PROGRAMME = "programme.yaml"
NEED = "{id: need, form: referral, question: need, ticked: true, restricted: true}"
SCHOOLING = "{id: schooling, form: intake, question: schooling}"
FAULTS = {
    "a kind of provider that the office does not know": (
        "      school:", "      shcool:", "shcool", "unknown_provider", "Did you mean 'school'?",
    ),
    "a question that the consent does not ask": (
        "school: \"a.services == 'yes'\"", "school: \"a.servcies == 'yes'\"", "servcies", "faulty_condition",
        "did you mean 'services'?",
    ),
    "a consent that does not exist": (
        "    form: consent\n    covers", "    form: consnet\n    covers", "consnet", "unknown_form", "'consent'?",
    ),
    "a form that does not exist": (
        SCHOOLING, SCHOOLING.replace("intake", "inteka"), "inteka", "unknown_form", "'intake'?",
    ),
    "a question that does not exist": (
        SCHOOLING, SCHOOLING.replace("question: schooling", "question: schoolign"), "schoolign", "unknown_question",
        "'schooling'?",
    ),
    "an answer that only some roles read": (
        NEED, NEED.replace(", restricted: true", ""), "id: need", "told_what_is_kept", "restricted: true",
    ),
    "a sensitive answer": (
        SCHOOLING, "{id: violence, form: vulnerability, question: violence}", "violence", "told_what_is_kept",
        "is sensitive",
    ),
    "a full name": (
        SCHOOLING, "{id: who, form: intake, question: full_name}", "id: who", "told_full_name",
        "beneficiary.paper_name",
    ),
    "rows of a table": (
        SCHOOLING, "{id: jobs, form: skills, question: jobs}", "id: jobs", "question_of_wrong_type", "type rows",
    ),
    "a fact beyond the person": (
        "fact: beneficiary.age", "fact: answers.intake", "answers.intake", "unknown_fact", "'answers'",
    ),
    "a field that the fact does not have": (
        "fact: beneficiary.age", "fact: beneficiary.aeg", "beneficiary.aeg", "unknown_field", "'age'?",
    ),
    "a question and a fact at once": (
        SCHOOLING, SCHOOLING.replace("}", ", fact: beneficiary.age}"), "id: schooling", "told_twofold", "either",
    ),
    "a fact without a label": (
        SCHOOLING, "{id: phone, fact: beneficiary.phone}", "id: phone", "told_without_label", "no label",
    ),
    "two of one name": (
        "{id: certificates,", "{id: schooling,", "form: skills", "doubled_id", "'schooling' stands twice",
    ),
    "a link without an end": ("link_days: 120", "link_days: 4000", "link_days", "wrong_value", "366"),
}  # fmt: skip


def damaged(old: str, new: str) -> dict[str, str]:
    files = dict(read_folder(folders()["reintegration_grant"]))
    assert old in files[PROGRAMME]
    return files | {PROGRAMME: files[PROGRAMME].replace(old, new, 1)}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_found_at_its_line(name):
    old, new, place, code, says = FAULTS[name]
    files = damaged(old, new)
    (found,) = [each for each in check(files) if each.severity == "error"]
    assert (found.file, found.code) == (PROGRAMME, code)
    assert says in f"{found.message} {found.hint}"
    assert place in files[PROGRAMME].splitlines()[found.line - 1]


def test_a_machine_of_referrals_needs_the_law():
    files = dict(read_folder(folders()["reintegration_grant"]))
    before, _law, rest = files[PROGRAMME].partition("referrals:\n")
    files[PROGRAMME] = before + rest[rest.index("\n\n") :]
    (found,) = [each for each in check(files) if each.code == "referrals_unsaid"]
    assert found.file == "machines/referral.yaml"


def test_the_law_of_referrals_needs_the_machine():
    files = dict(read_folder(folders()["reintegration_grant"]))
    del files["machines/referral.yaml"]
    assert "missing_file" in {each.code for each in check(files)}


@pytest.mark.parametrize(
    ("text", "line"),
    [("school: {}\n", 1), ("school:\n  label: {}\n", 2), ("school: {label: {en: S}, x: 1}\n", 1)],
)
def test_the_kinds_of_provider_are_read_strictly(text, line):
    with pytest.raises(YamlFault) as fault:
        providers.parse(text, "providers.yaml")
    assert fault.value.line == line
