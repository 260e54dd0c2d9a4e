"""The picture of a machine."""

from fundflow.workflow import diagram
from tests.workflow.office import machine, move, stage


def test_a_machine_is_drawn_in_the_words_of_a_language():
    flow = machine(
        {
            "draft": stage(label={"en": "Draft", "sq": "Skicë: e re"}),
            "end": stage(label={"en": 'The "end"'}, final=True),
        },
        {"submit": move(["draft"], "end", label={"en": "Submit #1; <now>"}), "note": move("draft")},
    )
    assert diagram(flow, "sq", {"draft": 3}) == (
        "stateDiagram-v2\n"
        '    state "Skicë#58; e re (3)" as s_draft\n'
        '    state "The #quot;end#quot;" as s_end\n'
        "    [*] --> s_draft\n"
        "    s_draft --> s_end: Submit #35;1#59; #lt;now#gt;\n"
        "    s_end --> [*]\n"
    )
