"""The shape of a machine file."""

import pytest
from pydantic import ValidationError

from fundflow.workflow import Machine, RuleRef
from tests.workflow.office import WORDS, machine, move, stage


def test_a_machine_survives_being_written_and_read():
    flow = machine(
        {
            "draft": stage(
                waits_for="ana", deadline={"days": 2, "from": "call.ends", "then": {"move": "end"}}
            ),
            "end": stage(),
        },
        {
            "end": move(
                ["draft"],
                "end",
                duty={"name": "choose", "on": "item"},
                guards=["a", {"b": {"x": 1}}],
                effects=["c"],
            )
        },
    )
    again = Machine.model_validate(flow.model_dump(mode="json", by_alias=True))
    assert again == flow
    assert again.moves["end"].guards == (RuleRef("a"), RuleRef("b", {"x": 1}))
    assert again.moves["end"].by == ("officer",)
    assert again.stages["draft"].waits_for == ("ana",)
    assert list(again.moves_from("draft")) == ["end"]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"initial": None}, ("initial",)),
        ({"extra": 1}, ("extra",)),
        ({"stages": {"Draft": stage()}}, ("stages", "Draft", "[key]")),
        ({"stages": {"draft": stage(fase="x")}}, ("stages", "draft", "fase")),
        ({"stages": {"draft": stage(label={})}}, ("stages", "draft", "label")),
        ({"stages": {"draft": stage(deadline={"days": 1, "months": 1})}}, ("stages", "draft", "deadline")),
        (
            {"stages": {"draft": stage(deadline={"at": "call.ends", "from": "call.ends"})}},
            ("stages", "draft", "deadline"),
        ),
        (
            {"stages": {"draft": stage(deadline={"days": 1, "then": {"mail": "x"}})}},
            ("stages", "draft", "deadline", "then"),
        ),
        (
            {"stages": {"draft": stage(deadline={"days": 1, "then": {}})}},
            ("stages", "draft", "deadline", "then"),
        ),
        ({"moves": {"go": move([], "draft")}}, ("moves", "go", "from")),
        ({"moves": {"go": move("draft", guards=[{"a": {}, "b": {}}])}}, ("moves", "go", "guards", 0)),
        ({"moves": {"go": move("draft", guards=[{"a": 1}])}}, ("moves", "go", "guards", 0)),
        ({"moves": {"go": move("draft", tone="loud")}}, ("moves", "go", "tone")),
        ({"moves": {"go": move("draft", approvals={"count": 0})}}, ("moves", "go", "approvals", "count")),
        ({"moves": {"go": {"from": "draft", "label": WORDS, "from_": "draft"}}}, ("moves", "go", "from_")),
    ],
)
def test_what_does_not_fit_is_refused_at_its_place(change, place):
    good = {"initial": "draft", "stages": {"draft": stage()}, "moves": {}}
    Machine.model_validate(good)
    with pytest.raises(ValidationError) as caught:
        Machine.model_validate(good | change)
    assert place in [error["loc"] for error in caught.value.errors()]


def test_a_machine_cannot_be_changed():
    flow = machine({"draft": stage()}, {})
    with pytest.raises(ValidationError):
        flow.initial = "other"
