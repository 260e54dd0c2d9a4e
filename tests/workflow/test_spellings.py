"""A stage written twice: slips are errors, pairs that may be meant are warnings, others are left alone."""

import pytest

from fundflow.workflow import Known, Registry, check_machines, read_machine

MACHINE = """\
initial: {first}
stages:
  {first}: {{label: {one}, phase: x}}
  {second}: {{label: {other}, phase: x, final: true}}
moves:
  go: {{from: {first}, to: {second}, by: [system], label: {{en: Go}}}}
"""
ALIKE = "the stages '{}' and '{}' are spelled alike"


def found(first, second, one="{en: First, it: Prima}", other="{en: Second, it: Seconda}"):
    text = MACHINE.format(first=first, second=second, one=one, other=other)
    machine, faults = read_machine("item", "machines/item.yaml", text)
    if machine is None:
        return [(each.severity, each.line, each.message, each.meant) for each in faults]
    known = Known(roles=(), forms={}, letters=(), mails=(), clock_moves={"go"})
    return [(each.severity, each.line, each.message) for each in check_machines([machine], known, Registry())]


@pytest.mark.parametrize(
    ("first", "second", "severity"),
    [
        ("on_hold", "onhold", "error"),
        ("in_evaluation", "in_evalution", "error"),
        ("cancelled", "canceled", "error"),
        ("process", "processs", "error"),
        ("signed", "singed", "error"),
        ("finalised", "finalized", "error"),
        ("report_due", "reports_due", "warning"),
        ("repaid", "prepaid", "warning"),
        ("plan_review", "review_plan", "warning"),
        ("paid_not_sent", "sent_not_paid", "warning"),
    ],
)
def test_one_stage_in_two_spellings(first, second, severity):
    assert found(first, second) == [(severity, 4, ALIKE.format(first, second))]
    assert found(second, first) == [(severity, 4, ALIKE.format(second, first))]


@pytest.mark.parametrize(
    ("first", "second"),
    [("paid", "plaid"), ("eligible", "ineligible"), ("visit_1", "visit_11"), ("visit_12", "visit_21"),
     ("reviewed", "reviewer"), ("submitted", "screening")],
)  # fmt: skip
def test_two_stages_by_right(first, second):
    assert found(first, second) == []


def test_a_pair_that_may_be_meant_is_one_stage_when_its_labels_agree_too():
    same = "{en: Report due, it: Relazione attesa}"
    assert found("report_due", "reports_due", same, same) == [
        ("error", 4, ALIKE.format("report_due", "reports_due"))
    ]


def test_capitals_are_no_name():
    message = "the name 'On_Hold' has other signs than small letters, digits and _"
    assert found("on_hold", "On_Hold")[0] == ("error", 4, message, "on_hold")


def test_stages_of_one_label():
    both = "the stages 'lapsed' and 'expired' have the same label in "
    assert found("lapsed", "expired", other="{en: Lapsed, it:  prima}") == [("warning", 4, f"{both}it")]
    assert found("lapsed", "expired", other="{en: first, it: Prima}") == [("warning", 4, f"{both}en, it")]
