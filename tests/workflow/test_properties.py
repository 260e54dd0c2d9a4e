"""Random machines, moved by random people, agree with a plain table of ways."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from fundflow.platform.errors import Conflict, Forbidden, Refused
from fundflow.workflow import Registry, available, begin, fire
from tests.workflow.office import Office, Row, attempt, compiled, move, person, stage

STAGES = ["a", "b", "c", "d"]
ROLES = ["red", "blue", "green"]
PEOPLE = {"ana": {"red"}, "bo": {"blue", "green"}, "cy": {"red", "green"}, "di": set()}

ways = st.fixed_dictionaries(
    {
        "from": st.sets(st.sampled_from(STAGES), min_size=1).map(sorted),
        "to": st.none() | st.sampled_from(STAGES),
        "by": st.sets(st.sampled_from(ROLES)).map(sorted),
        "closed": st.booleans(),
        "count": st.integers(0, 3),
    }
).map(
    lambda way: way | {"count": 0} if way["to"] is None else way
)  # approvals of an act that stays are refused
machines = st.dictionaries(st.sampled_from([f"m{i}" for i in range(6)]), ways, min_size=1)
attempts = st.lists(st.tuples(st.sampled_from(sorted(PEOPLE)), st.integers(0, 5)), max_size=25)


class Table:
    """The plain model: where the row stands, how often it changed, and who approved what since it came."""

    def __init__(self, moves):
        self.moves, self.stage, self.version, self.approved = moves, "a", 1, Counter()
        self.by = {name: set() for name in moves}

    def make(self, who, name):
        way = self.moves[name]
        if self.stage not in way["from"]:
            return Conflict
        if not PEOPLE[who] & set(way["by"]):
            return Forbidden
        if way["closed"] or (way["count"] > 1 and who in self.by[name]):
            return Refused
        self.version += 1
        if way["count"]:
            given = len(self.by[name]) + 1 if way["count"] > 1 else 1
            self.by[name].add(who)
            if given < way["count"]:
                return None
        if way["to"] is not None:
            self.stage, self.by = way["to"], {each: set() for each in self.moves}
        return None


def build(moves):
    rules = Registry()
    rules.guard("closed", says="Closed.", help="x")(lambda ctx: False)
    written = {
        name: move(
            way["from"],
            way["to"],
            way["by"],
            guards=["closed"] if way["closed"] else [],
            **({"approvals": {"count": way["count"]}} if way["count"] else {}),
        )
        for name, way in moves.items()
    }
    return rules, compiled(rules, {name: stage() for name in STAGES}, written)


class Stays(Office):
    """Approvals are told apart by the stay itself, as moments of a fast test may be equal."""

    def __init__(self):
        super().__init__()
        self.stay = 0

    def approvals_given(self, ctx):
        return {user: () for stay, name, user in self.approvals if (stay, name) == (self.stay, ctx.move)}

    def record_approval(self, ctx):
        self.approvals.append((self.stay, ctx.move, ctx.actor.user_id))

    def audit(self, ctx, fired):
        super().audit(ctx, fired)
        self.stay += fired.moved and ctx.definition[ctx.move]["to"] is not None


@settings(max_examples=300, deadline=None)
@given(machines, attempts)
def test_the_engine_agrees_with_a_plain_table(moves, tries):
    rules, flow = build(moves)
    office, row, table = Stays(), Row(), Table(moves)
    begin(flow, attempt(rules, row, person("ana")), office)
    names = sorted(moves)
    for who, pick in tries:
        name = names[pick % len(names)]
        ctx = attempt(rules, row, person(who, *PEOPLE[who]), name, definition=moves)
        offered = {state.name: state.allowed for state in available(flow, ctx, office)}
        expected = table.make(who, name)
        assert offered.get(name, False) is (expected is None)
        try:
            fire(flow, ctx, office)
            met = None
        except (Conflict, Forbidden, Refused) as refusal:
            met = type(refusal)
        assert met is expected
        assert (row.stage, row.row_version) == (table.stage, table.version)
    assert len(office.events) == row.row_version - 1
