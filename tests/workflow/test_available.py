"""What a person may do now, or why not."""

from fundflow.workflow import available
from tests.workflow.office import SYSTEM, Office, Row, attempt, compiled, move, person, stage

STAGES = {"draft": stage(), "done": stage(final=True)}


class Labels(Office):
    """An owning room that has words for roles."""

    def role_label(self, role):
        return f"<{role}>"


def states(flow, rules, row, actor, office=None, **more):
    found = available(flow, attempt(rules, row, actor), office, **more)
    return [(state.name, state.allowed, [str(reason) for reason in state.reasons]) for state in found]


def test_each_move_of_the_stage_is_allowed_or_told_why_not(rules, office):
    asked = []

    @rules.guard("open", says="The call is closed.", help="Open call.")
    def call_open(ctx) -> bool:
        asked.append(ctx.move)
        return False

    moves = {
        "submit": move("draft", "done", "applicant", guards=["open"]),
        "save": move("draft", by="applicant"),
        "send": move("draft", "done", ["applicant", "guardian"], guards=["open"]),
        "check": move("draft", "done", "officer"),
        "reopen": move("done", "draft", "applicant"),
        "expire": move("draft", "done", "system"),
    }
    flow = compiled(rules, STAGES, moves)
    assert states(flow, rules, Row("draft"), person("al", "applicant"), office) == [
        ("submit", False, ["The call is closed."]),
        ("save", True, []),
        ("send", False, ["The call is closed."]),
    ]
    assert asked == ["submit"]
    assert states(flow, rules, Row("draft"), person("ob", "officer"), others=True)[0] == (
        "submit",
        False,
        ["Your role may not take this step; it is for: applicant."],
    )
    by_label = states(flow, rules, Row("draft"), person("ob", "officer"), Labels(), others=True)
    assert [reasons[0] for name, _, reasons in by_label if name in {"send", "expire"}] == [
        "Your role may not take this step; it is for: <applicant>, <guardian>.",
        "Your role may not take this step; it is for: <system>.",
    ]
    assert states(flow, rules, Row("draft"), SYSTEM) == [("expire", True, [])]
    assert states(flow, rules, Row("done"), person("nn")) == []


def test_a_guard_over_the_form_waits_for_the_form(rules):
    rules.guard("reason", says="Give a reason.", help="A reason.", reads_form=True)(
        lambda ctx: bool(ctx.form)
    )

    @rules.guard("when", says="Not so.", help="A condition.", reads_form=lambda when: "m." in when)
    def when_holds(ctx, when: str) -> bool:
        return False

    guards = ["reason", {"when": {"when": "m.x"}}]
    moves = {
        "decide": move("draft", "done", form="decision", guards=guards),
        "other": move("draft", "done", form="decision", guards=[{"when": {"when": "f.x"}}]),
        "plain": move("draft", "done", guards=["reason"]),
    }
    flow = compiled(rules, STAGES, moves)
    found = available(flow, attempt(rules, Row("draft"), person("ob", "officer")))
    assert [(state.name, state.allowed, state.needs_form) for state in found] == [
        ("decide", True, True),
        ("other", False, True),
        ("plain", False, False),
    ]


def test_duties_and_approvals_given_count(rules, office):
    moves = {"approve": move("draft", "done", "chair", duty="choose", approvals={"count": 2})}
    flow = compiled(rules, STAGES, moves)
    row, cy = Row("draft"), person("cy", "chair")
    assert states(flow, rules, row, cy, office) == [("approve", True, [])]
    office.record_approval(attempt(rules, row, cy, "approve"))
    office.duties[id(row), "cy"] = "screen"
    assert states(flow, rules, row, cy, office) == [
        (
            "approve",
            False,
            [
                "You already did 'screen' here.",
                "You have already approved this; another person must approve it too.",
            ],
        )
    ]


def test_facts_are_computed_once_for_all_moves(rules):
    computed = []
    rules.fact("award", fields={"amount": "x"})(lambda ctx: computed.append(1) or {"amount": 5})
    for name in ("one", "two"):
        rules.guard(name, says="x", help="x")(lambda ctx: ctx.facts["award"]["amount"] == 5)
    moves = {"a": move("draft", "done", guards=["one"]), "b": move("draft", "done", guards=["two"])}
    flow = compiled(rules, STAGES, moves)
    assert [s[1] for s in states(flow, rules, Row("draft"), person("ob", "officer"))] == [True, True]
    assert computed == [1]
