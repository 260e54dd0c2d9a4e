"""Each static fault is found at its line and column, and a good machine has none."""

import pytest

from fundflow.workflow import (
    Cel,
    Decision,
    Known,
    LetterName,
    MailName,
    Registry,
    RoleName,
    check_machines,
    read_machine,
)
from fundflow.workflow.checks import MachineFile
from tests.workflow.faults import FAULTS

GOOD = """\
initial: draft
stages:
  draft: {label: {en: Draft}, phase: applying, waits_for: [applicant]}
  review:
    label: {en: Review}
    phase: deciding
    waits_for: [officer, chair]
    deadline: {working_days: 3, from: call.closes_at, then: {mail: overdue, to: officer}}
  on_hold:
    label: {en: On hold}
    phase: deciding
    deadline: {days: 30, then: {move: expire}}
  granted: {label: {en: Granted}, phase: end, final: true}
  expired: {label: {en: Expired}, phase: end, final: true}
moves:
  submit:
    from: draft
    to: review
    by: [applicant]
    label: {en: Submit}
    guards: [call_open, {form_complete: {form: application}}]
    effects: [{mail: {id: received, to: applicant}}]
  hold:
    from: review
    to: on_hold
    by: [officer, chair]
    label: {en: Hold}
  resume: {from: on_hold, to: review, by: officer, label: {en: Resume}}
  expire:
    from: [draft, on_hold]
    to: expired
    by: [system]
    label: {en: Expire}
    effects: [{move_children: {kind: item, move: drop, from: [open]}}]
  grant:
    from: review
    to: granted
    by: [chair]
    label: {en: Grant}
    form: decision
    duty: {name: decide, on: item}
    approvals: {count: 1, above: [{when: "f.award.amount > v.limit", count: 2}]}
    guards:
      - reason_given
      - condition: {when: "m.reason != '' && award.amount > 0", says: {en: No.}}
    effects:
      - reserve
      - issue: {letter: award}
  reconsider: {from: granted, to: review, by: [system], reopens: true, label: {en: Reconsider}}
"""

ITEM = """\
initial: open
stages:
  open: {label: {en: Open}, phase: x}
  dropped: {label: {en: Dropped}, phase: x, final: true}
moves:
  drop:
    from: open
    to: dropped
    by: [system]
    label: {en: Drop}
    effects: [{move_parent: {move: reconsider, from: [granted]}}]
"""

KNOWN = Known(
    roles={"applicant", "officer", "chair"},
    forms={"application": None, "decision": {"reason", "amount"}},
    letters={"award"},
    mails={"received", "overdue"},
    values={"limit"},
)


def registry():
    rules = Registry()
    rules.guard("call_open", says="Closed.", help="x")(lambda ctx: True)
    rules.guard("reason_given", says="Why?", help="x", reads_form=True)(lambda ctx: True)
    rules.guard("mute", help="x")(lambda ctx: True)

    @rules.guard("form_complete", help="x")
    def form_complete(ctx, form: str) -> Decision:
        return Decision(True)

    @rules.guard("condition", help="x", reads_form=lambda when, says: "m." in when)
    def condition(ctx, when: Cel, says: dict[str, str]) -> Decision:
        return Decision(True)

    @rules.effect("mail", help="x")
    def mail(ctx, id: MailName, to: RoleName) -> None: ...  # noqa: A002 - the word of definitions

    @rules.effect("issue", help="x")
    def issue(ctx, letter: LetterName) -> None: ...

    @rules.effect("move_children", help="x")
    def move_children(ctx, kind: str, move: str, from_: list[str]) -> None: ...

    @rules.effect("move_parent", help="x")
    def move_parent(ctx, move: str, from_: list[str] | None = None) -> None: ...

    rules.effect("reserve", help="x", money=True)(lambda ctx: None)
    rules.fact("call", fields={"closes_at": "x"})(lambda ctx: {})
    rules.fact("award", fields={"amount": "x"})(lambda ctx: {})
    return rules


def findings(text):
    item, _ = read_machine("item", "machines/item.yaml", ITEM)
    found, faults = read_machine("application", "machines/application.yaml", text)
    return faults if found is None else check_machines([found, item], KNOWN, registry())


def of_case(found):
    return [each for each in found if each.file == "machines/application.yaml"]


def test_a_good_machine_has_no_findings():
    assert findings(GOOD) == []


def place(found):
    hint = f" {found.hint}" if found.hint.startswith("Did") else ""
    return f"{found.line}:{found.column} {found.severity}: {found.message}{hint}"


@pytest.mark.parametrize(("old", "new", "expected"), FAULTS)
def test_a_fault_is_found_at_its_place(old, new, expected):
    damaged = GOOD.replace(old, new, 1)
    assert damaged != GOOD
    lines = damaged.split("\n")
    found = sorted(of_case(findings(damaged)), key=lambda each: (each.line, each.column, each.message))
    assert [place(each).partition(" ")[2] for each in found] == [message for _, message in expected]
    for each, (text, _) in zip(found, expected, strict=True):
        assert lines[each.line - 1][each.column - 1 :].startswith(text)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("by: [system], reopens", "by: [chair], reopens", "the system may not make the move 'reconsider'"),
        ("from: granted, to: review", "from: expired, to: review", "cannot be made in the stage 'granted'"),
        ("  reconsider:", "  recall:", "unknown move 'reconsider'"),
        ("  granted: {", "  given: {", "unknown stage 'granted'"),
    ],
)
def test_what_a_part_sets_off_on_its_case_is_found_in_the_file_of_the_part(old, new, message):
    found = [each for each in findings(GOOD.replace(old, new, 1)) if each.file == "machines/item.yaml"]
    assert [message in each.message for each in found] == [True]
    assert ITEM.split("\n")[found[0].line - 1].lstrip().startswith("effects: [{move_parent")


def test_a_circle_without_an_end_and_a_machine_without_one():
    text = GOOD.replace("from: [draft, on_hold]", "from: [draft]").replace(
        "    from: review\n    to: granted", "    from: draft\n    to: granted"
    )
    assert [place(found) for found in findings(text) if "round" in found.why] == [
        "4:3 error: no way leads from the stage 'review' to an end",
        "9:3 error: no way leads from the stage 'on_hold' to an end",
    ]
    endless = GOOD.replace(", final: true", "")
    assert "2:1 error: no stage is final" in [place(found) for found in findings(endless)]


def test_a_stage_that_only_unknown_roles_could_leave():
    text = GOOD.replace("by: officer", "by: ghost").replace("by: [system]", "by: [ghost]")
    assert "9:3 error: nobody can leave the stage 'on_hold'" in [place(found) for found in findings(text)]


def test_a_finding_reads_as_one_line():
    (found,) = findings(GOOD.replace("waits_for: [applicant]", "waits_for: [aplicant]"))
    assert str(found) == (
        "machines/application.yaml:3:60: error: unknown role 'aplicant' Did you mean 'applicant'? "
        "Nobody would find the case in a queue."
    )


def test_the_file_is_kept_with_its_machine():
    found, faults = read_machine("item", "machines/item.yaml", ITEM)
    assert isinstance(found, MachineFile)
    assert (found.kind, found.file, found.machine.initial, faults) == (
        "item",
        "machines/item.yaml",
        "open",
        [],
    )
