"""Firing a move: who, when, under which guards, with which effects, and what is left behind."""

from datetime import UTC, datetime, timedelta

import pytest

from fundflow.platform import clock
from fundflow.platform.errors import Conflict, Forbidden, NotFound, Refused
from fundflow.workflow import Decision, Fired, MachineFault, RuleFault, available, begin, fire
from tests.workflow.office import SYSTEM, Row, attempt, compiled, move, person, stage

OFFICER = person("ana", "officer")
TWO = {"draft": stage(), "done": stage(final=True)}


def test_a_new_row_begins_in_the_initial_stage(rules, office, noon):
    first = stage(waits_for=["applicant"], deadline={"working_days": 3, "then": {"move": "expire"}})
    flow = compiled(
        rules, {"draft": first, "done": stage(final=True)}, {"expire": move("draft", "done", "system")}
    )
    row = Row()
    begin(flow, attempt(rules, row, OFFICER), office)
    assert (row.stage, row.stage_since, row.waits_for) == ("draft", noon, ["applicant"])
    assert row.due_at == datetime(2026, 3, 5, 22, 59, 59, tzinfo=UTC)


def test_a_move_changes_the_stage_and_all_that_belongs_to_it(rules, office, noon):
    stages = {"draft": stage(), "open": stage(waits_for=["officer", "chair"], deadline={"days": 1})}
    flow = compiled(rules, stages, {"submit": move("draft", "open")})
    row = Row("draft", overdue_at=noon, due_at=noon, approvals_needed={"old": 2})
    fired = fire(flow, attempt(rules, row, OFFICER, "submit", seen_version=1), office)
    assert fired == Fired("draft", "open", True, 0, 0)
    assert row == Row(
        "open",
        row_version=2,
        stage_since=noon,
        due_at=datetime(2026, 3, 3, 22, 59, 59, tzinfo=UTC),
        waits_for=["officer", "chair"],
    )
    assert office.events == [("submit", fired)]


def test_a_move_without_a_target_leaves_the_stage_as_it_is(rules, office, noon):
    done = []
    rules.effect("note", help="Notes.")(lambda ctx: done.append(ctx.move))
    flow = compiled(rules, TWO, {"remark": move("draft", effects=["note"]), "end": move("draft", "done")})
    row = Row("draft", due_at=noon, waits_for=["x"])
    assert fire(flow, attempt(rules, row, OFFICER, "remark"), office) == Fired("draft", "draft", True, 0, 0)
    assert row == Row("draft", row_version=2, due_at=noon, waits_for=["x"])
    assert done == ["remark"]


def test_a_wrong_role_a_wrong_stage_a_stale_page_and_an_unknown_move(rules, office):
    flow = compiled(rules, TWO, {"end": move("draft", "done")})
    cases = [
        (Row("draft"), person("bo", "guest"), "end", None, Forbidden),
        (Row("done"), OFFICER, "end", None, Conflict),
        (Row("draft", row_version=4), OFFICER, "end", 3, Conflict),
        (Row("draft"), OFFICER, "edn", None, NotFound),
        (Row("draft"), SYSTEM, "end", None, Forbidden),
    ]
    for row, actor, name, seen, refusal in cases:
        before = Row(**vars(row))
        with pytest.raises(refusal):
            fire(flow, attempt(rules, row, actor, name, seen_version=seen), office)
        assert row == before
    assert office.events == []


def test_the_stage_of_a_conflict_is_told(rules, office):
    flow = compiled(rules, TWO, {"end": move("draft", "done")})
    with pytest.raises(Conflict) as caught:
        fire(flow, attempt(rules, Row("done"), OFFICER, "end"), office)
    assert caught.value.current == "done"
    with pytest.raises(Forbidden, match="it is for: officer"):
        fire(flow, attempt(rules, Row("draft"), person("bo"), "end"), office)


def test_the_system_acts_where_it_is_named(rules, office):
    flow = compiled(rules, TWO, {"end": move("draft", "done", ["officer", "system"], duty="screen")})
    assert fire(flow, attempt(rules, Row("draft"), SYSTEM, "end"), office).moved is True
    assert office.duties == {}


def test_all_reasons_of_the_guards_are_told_at_once(rules, office):
    rules.guard("never", says="Never.", help="No.")(lambda ctx: False)
    rules.guard("yes", says="?", help="Yes.")(lambda ctx: True)
    rules.guard("own", says="unused", help="Own words.")(lambda ctx: Decision(False, "Because."))
    rules.guard("bare", says="Registered words.", help="No words of its own.")(lambda ctx: Decision(False))

    @rules.guard("most", says=lambda ctx, most: f"At most {most}.", help="Bounded.")
    def at_most(ctx, most: int) -> bool:
        return len(ctx.form) <= most

    guards = ["never", "yes", "own", "bare", {"most": {"most": 0}}]
    flow = compiled(rules, TWO, {"end": move("draft", "done", guards=guards)})
    row = Row("draft")
    with pytest.raises(Refused) as caught:
        fire(flow, attempt(rules, row, OFFICER, "end", form={"a": 1}), office)
    assert caught.value.reasons == ["Never.", "Because.", "Registered words.", "At most 0."]
    assert row == Row("draft")


def test_a_guard_that_answers_neither_yes_nor_no_is_a_fault(rules, office):
    rules.guard("odd", says="x", help="x")(lambda ctx: [1])
    flow = compiled(rules, TWO, {"end": move("draft", "done", guards=["odd"])})
    with pytest.raises(RuleFault, match=r"guard 'odd' answered \[1\]"):
        fire(flow, attempt(rules, Row("draft"), OFFICER, "end"), office)


def test_effects_run_in_order_in_the_new_stage_with_fresh_facts(rules, office):
    seen = []
    award = {}
    rules.fact("award", fields={"amount": "The amount."})(lambda ctx: {"amount": award.get("amount")})

    @rules.effect("grant", help="Grants.", money=True)
    def grant(ctx, amount: int) -> None:
        seen.append((ctx.subject.stage, ctx.facts["award"]["amount"]))
        award["amount"] = amount

    rules.effect("letter", help="Writes.")(lambda ctx: seen.append(ctx.facts["award"]["amount"]))
    effects = [{"grant": {"amount": 5}}, "letter"]
    flow = compiled(rules, TWO, {"end": move("draft", "done", effects=effects)})
    ctx = attempt(rules, Row("draft"), OFFICER, "end")
    assert ctx.facts["award"] == {"amount": None}
    fire(flow, ctx, office)
    assert seen == [("done", None), 5]


def test_an_error_of_an_effect_goes_through_and_no_event_is_written(rules, office):
    @rules.effect("boom", help="Fails.")
    def boom(ctx) -> None:
        raise ZeroDivisionError

    flow = compiled(rules, TWO, {"end": move("draft", "done", effects=["boom"])})
    with pytest.raises(ZeroDivisionError):
        fire(flow, attempt(rules, Row("draft"), OFFICER, "end"), office)
    assert office.events == []


def test_a_duty_bars_the_same_person_from_another_and_not_from_the_same(rules, office):
    moves = {"screen": move("draft", "mid", duty="screen"), "decide": move("mid", "done", duty="decide")}
    moves["again"] = move("mid", duty={"name": "screen"})
    flow = compiled(rules, {"draft": stage(), "mid": stage(), "done": stage(final=True)}, moves)
    row = Row("draft")
    fire(flow, attempt(rules, row, OFFICER, "screen"), office)
    fire(flow, attempt(rules, row, OFFICER, "again"), office)
    with pytest.raises(Forbidden, match="You already did 'screen' here"):
        fire(flow, attempt(rules, row, OFFICER, "decide"), office)
    assert fire(flow, attempt(rules, row, person("bo", "officer"), "decide"), office).moved is True


APPROVALS = {"count": 2, "above": [{"when": "award.amount > 100 && f.award.amount > 100", "count": 3}]}


def approving(rules, amount):
    rules.fact("award", fields={"amount": "The amount."})(lambda ctx: {"amount": amount["now"]})
    stages = {"draft": stage(), "review": stage(), "done": stage(final=True)}
    moves = {
        "ask": move("draft", "review"),
        "approve": move("review", "done", "chair", approvals=APPROVALS),
        "back": move("review", "draft"),
    }
    return compiled(rules, stages, moves)


def test_the_nth_distinct_person_moves(rules, office, noon):
    flow, row = approving(rules, {"now": 50}), Row("draft")
    fire(flow, attempt(rules, row, OFFICER, "ask"), office)
    assert row.approvals_needed == {"approve": 2}
    first = fire(flow, attempt(rules, row, person("cy", "chair"), "approve"), office)
    assert (first, row.stage, row.row_version) == (Fired("review", "review", False, 1, 2), "review", 3)
    with pytest.raises(Refused, match="already approved"):
        fire(flow, attempt(rules, row, person("cy", "chair"), "approve"), office)
    second = fire(flow, attempt(rules, row, person("di", "chair"), "approve"), office)
    assert (second, row.stage) == (Fired("review", "done", True, 2, 2), "done")
    assert [name for name, _ in office.events] == ["ask", "approve", "approve"]


def test_the_number_of_approvals_is_frozen_on_entering_the_stage(rules, office, noon):
    amount = {"now": 101}
    flow, row = approving(rules, amount), Row("draft")
    fire(flow, attempt(rules, row, OFFICER, "ask"), office)
    amount["now"] = 1
    given = [fire(flow, attempt(rules, row, person(n, "chair"), "approve"), office) for n in "xyz"]
    assert [(each.moved, each.approvals_given, each.approvals_needed) for each in given] == [
        (False, 1, 3),
        (False, 2, 3),
        (True, 3, 3),
    ]


def test_a_return_voids_earlier_approvals(rules, office, noon):
    flow, row = approving(rules, {"now": 1}), Row("draft")
    fire(flow, attempt(rules, row, OFFICER, "ask"), office)
    fire(flow, attempt(rules, row, person("cy", "chair"), "approve"), office)
    fire(flow, attempt(rules, row, OFFICER, "back"), office)
    with clock.at(noon + timedelta(minutes=1)):
        fire(flow, attempt(rules, row, OFFICER, "ask"), office)
    assert fire(flow, attempt(rules, row, person("di", "chair"), "approve"), office).approvals_given == 1


SEATED = {"count": 1, "above": [{"when": "award.amount > 100", "from": ["chair", ["second", "director"]]}]}


def seated(rules, amount):
    rules.fact("award", fields={"amount": "The amount."})(lambda ctx: {"amount": amount})
    stages = {"draft": stage(), "review": stage(), "done": stage(final=True)}
    by = ["chair", "second", "director"]
    moves = {"ask": move("draft", "review"), "approve": move("review", "done", by, approvals=SEATED)}
    return compiled(rules, stages, moves)


def test_each_approval_comes_from_its_own_role(rules, office, noon):
    flow, row = seated(rules, 200), Row("draft")
    fire(flow, attempt(rules, row, OFFICER, "ask"), office)
    assert row.approvals_needed == {"approve": {"count": 2, "from": [["chair"], ["second", "director"]]}}
    fire(flow, attempt(rules, row, person("cy", "chair"), "approve"), office)
    other = attempt(rules, row, person("di", "chair"), "approve")
    with pytest.raises(Refused, match="still missing is for: second / director"):
        fire(flow, other, office)
    (state,) = [each for each in available(flow, other, office) if each.name == "approve"]
    assert (state.allowed, "second / director" in str(state.reasons[0])) == (False, True)
    assert fire(flow, attempt(rules, row, person("ed", "director"), "approve"), office).moved is True


def test_who_holds_two_roles_takes_the_seat_that_others_leave(rules, office, noon):
    flow, row = seated(rules, 200), Row("draft")
    fire(flow, attempt(rules, row, OFFICER, "ask"), office)
    fire(flow, attempt(rules, row, person("cy", "chair", "second"), "approve"), office)
    assert fire(flow, attempt(rules, row, person("di", "chair"), "approve"), office).moved is True


def test_below_the_threshold_any_of_the_roles_approves_alone(rules, office, noon):
    flow, row = seated(rules, 100), Row("draft")
    fire(flow, attempt(rules, row, OFFICER, "ask"), office)
    assert row.approvals_needed == {"approve": 1}
    assert fire(flow, attempt(rules, row, person("ed", "director"), "approve"), office).moved is True


def test_a_move_may_take_on_several_duties_and_each_bars(rules, office):
    duties = ["decide", {"name": "choose", "on": "item"}]
    asked = []

    class Barring(type(office)):
        def check_duty(self, ctx, duty):
            asked.append((duty.name, duty.on))
            return Decision(duty.on is None or ctx.actor.user_id != "bo", "Chosen by you.")

        def record_duty(self, ctx, duty):
            self.duties[ctx.actor.user_id, duty.on] = duty.name

    flow, here = compiled(rules, TWO, {"end": move("draft", "done", duty=duties)}), Barring()
    with pytest.raises(Forbidden, match="Chosen by you"):
        fire(flow, attempt(rules, Row("draft"), person("bo", "officer"), "end"), here)
    fire(flow, attempt(rules, Row("draft"), person("cy", "officer"), "end"), here)
    assert asked == [("decide", None), ("choose", "item")] * 2
    assert here.duties == {("cy", None): "decide", ("cy", "item"): "choose"}


def test_a_stage_waits_for_a_role_only_while_its_condition_holds(rules, office, noon):
    known = {"minor": None}
    rules.fact("child", fields={"minor": "Under 18."})(lambda ctx: {"minor": known["minor"]})
    rules.effect("ask_age", help="Asks.")(lambda ctx: known.update(minor=False))
    stages = {"draft": stage(), "look": stage(waits_for=["officer", {"guard": "child.minor"}])}
    moves = {"go": move("draft", "look"), "back": move("look", "draft", effects=["ask_age"])}
    flow, row = compiled(rules, stages, moves), Row("draft")
    fire(flow, attempt(rules, row, OFFICER, "go"), office)
    assert row.waits_for == ["officer", "guard"], "what is not known yet is looked at"
    fire(flow, attempt(rules, row, OFFICER, "back"), office)
    fire(flow, attempt(rules, row, OFFICER, "go"), office)
    assert row.waits_for == ["officer"]


def test_the_system_cannot_approve(rules, office):
    flow = compiled(rules, TWO, {"end": move("draft", "done", "system", approvals={})})
    with pytest.raises(Forbidden, match="Only a person"):
        fire(flow, attempt(rules, Row("draft"), SYSTEM, "end"), office)


def test_a_deadline_from_a_fact_is_set_once_the_effects_have_made_it_known(rules, office, noon):
    visit = {}
    rules.fact("visit", fields={"on": "Its day."})(lambda ctx: {"on": visit.get("on")})
    rules.effect("plan", help="Plans a visit.")(lambda ctx: visit.update(on="2026-07-01"))
    stages = {"draft": stage(), "wait": stage(deadline={"months": 1, "from": "visit.on"})}
    flow = compiled(rules, stages, {"go": move("draft", "wait", effects=["plan"])})
    row = Row("draft")
    fire(flow, attempt(rules, row, OFFICER, "go"), office)
    assert row.due_at == datetime(2026, 8, 1, 21, 59, 59, tzinfo=UTC)


def test_a_machine_that_names_what_is_not_there_is_refused(rules):
    with pytest.raises(MachineFault, match="unknown stages: nowhere"):
        compiled(rules, TWO, {"end": move("draft", "nowhere")})
    with pytest.raises(RuleFault, match="unknown guard 'x'"):
        compiled(rules, TWO, {"end": move("draft", "done", guards=["x"])})
    with pytest.raises(RuleFault, match="unknown effect 'x'"):
        compiled(rules, TWO, {"end": move("draft", "done", effects=["x"])})


def resting(rules):
    stages = {
        "busy": stage(deadline={"days": 10, "then": {"move": "expire"}}),
        "resting": stage(stops_clock=True, deadline={"days": 90, "then": {"move": "expire"}}),
        "other": stage(deadline={"days": 5, "then": {"move": "expire"}}),
        "gone": stage(final=True),
    }
    moves = {
        "rest": move(["busy", "other"], "resting"),
        "go_on": move("resting", "busy"),
        "change": move("resting", "other"),
        "expire": move(["busy", "resting", "other"], "gone", "system"),
    }
    return compiled(rules, stages, moves)


def test_a_clock_that_stopped_goes_on_with_what_was_left(rules, office, noon):
    flow, row = resting(rules), Row("busy", due_at=noon + timedelta(days=3, hours=2))
    fire(flow, attempt(rules, row, OFFICER, "rest"), office)
    assert row.clock_left == {"stage": "busy", "seconds": (3 * 24 + 2) * 3600}
    assert row.due_at == datetime(
        2026, 5, 31, 21, 59, 59, tzinfo=UTC
    )  # the rest itself ends after ninety days
    with clock.at(noon + timedelta(days=40)):
        fire(flow, attempt(rules, row, OFFICER, "go_on"), office)
    assert (row.due_at, row.clock_left) == (noon + timedelta(days=43, hours=2), None)


def test_a_stopped_clock_is_forgotten_where_it_was_not_stopped(rules, office, noon):
    flow, row = resting(rules), Row("busy", due_at=noon + timedelta(days=3))
    fire(flow, attempt(rules, row, OFFICER, "rest"), office)
    fire(flow, attempt(rules, row, OFFICER, "change"), office)
    assert (row.due_at, row.clock_left) == (datetime(2026, 3, 7, 22, 59, 59, tzinfo=UTC), None)


def test_a_deadline_that_has_passed_is_not_kept(rules, office, noon):
    flow, row = resting(rules), Row("busy", due_at=noon - timedelta(days=1), overdue_at=noon)
    fire(flow, attempt(rules, row, OFFICER, "rest"), office)
    assert row.clock_left is None
