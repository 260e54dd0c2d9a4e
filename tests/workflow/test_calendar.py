"""Working days of Albania, Italy and Greece, ends of days across the change of clocks, and deadlines."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundflow.workflow import Deadline, add_working_days, deadline_at, end_of_day, is_working_day
from fundflow.workflow.calendar import add_months


@pytest.mark.parametrize(
    ("day", "n", "country", "expected"),
    [
        (date(2026, 3, 2), 3, "AL", date(2026, 3, 5)),
        (date(2026, 3, 6), 1, "AL", date(2026, 3, 9)),
        (date(2026, 3, 13), 1, "AL", date(2026, 3, 17)),  # Summer Day on the 14th is kept on Monday
        (date(2026, 3, 13), 1, "IT", date(2026, 3, 16)),
        (date(2026, 4, 3), 1, "IT", date(2026, 4, 7)),  # Easter Monday
        (date(2026, 4, 9), 1, "GR", date(2026, 4, 14)),  # Orthodox Good Friday and Easter Monday
        (date(2026, 12, 24), 1, "IT", date(2026, 12, 28)),
        (date(2026, 3, 7), 0, "IT", date(2026, 3, 9)),
        (date(2026, 3, 6), 0, "IT", date(2026, 3, 6)),
        (date(2026, 3, 9), -1, "IT", date(2026, 3, 6)),
    ],
)
def test_working_days_of_a_country(day, n, country, expected):
    assert add_working_days(day, n, country) == expected


@given(
    st.dates(date(2024, 1, 1), date(2030, 12, 31)), st.integers(1, 60), st.sampled_from(["AL", "IT", "GR"])
)
def test_exactly_n_working_days_lie_up_to_the_day_found(day, n, country):
    found = add_working_days(day, n, country)
    between = [date.fromordinal(o) for o in range(day.toordinal() + 1, found.toordinal() + 1)]
    assert sum(is_working_day(each, country) for each in between) == n
    assert is_working_day(found, country)


@pytest.mark.parametrize(
    ("day", "timezone", "expected"),
    [
        (date(2026, 3, 28), "Europe/Tirane", datetime(2026, 3, 28, 22, 59, 59, tzinfo=UTC)),
        (date(2026, 3, 29), "Europe/Tirane", datetime(2026, 3, 29, 21, 59, 59, tzinfo=UTC)),
        (date(2026, 10, 25), "Europe/Rome", datetime(2026, 10, 25, 22, 59, 59, tzinfo=UTC)),
        (date(2026, 7, 1), "Europe/Athens", datetime(2026, 7, 1, 20, 59, 59, tzinfo=UTC)),
        (date(2018, 2, 17), "America/Sao_Paulo", datetime(2018, 2, 18, 2, 59, 59, tzinfo=UTC)),  # shown twice
    ],
)
def test_the_end_of_a_day_is_its_last_second_there(day, timezone, expected):
    assert end_of_day(day, timezone) == expected


def test_months_end_on_the_last_day_of_shorter_months():
    assert [add_months(date(2024, 1, 31), n) for n in (1, 2, 13, -2)] == [
        date(2024, 2, 29),
        date(2024, 3, 31),
        date(2025, 2, 28),
        date(2023, 11, 30),
    ]


LATE = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)  # already the 3rd in Tirana
FACTS = {
    "call": {"closes_at": "2026-06-30T15:00:00+02:00", "day": "2026-07-01", "moment": LATE, "none": None}
}
FACTS["call"]["past"] = "2026-02-28"


@pytest.mark.parametrize(
    ("deadline", "expected"),
    [
        ({"days": 1}, datetime(2026, 3, 4, 22, 59, 59, tzinfo=UTC)),
        ({"working_days": 4}, datetime(2026, 3, 9, 22, 59, 59, tzinfo=UTC)),
        ({"months": 1}, datetime(2026, 4, 3, 21, 59, 59, tzinfo=UTC)),
        ({"days": 2, "from": "call.closes_at"}, datetime(2026, 7, 2, 21, 59, 59, tzinfo=UTC)),
        ({"days": 2, "from": "call.day"}, datetime(2026, 7, 3, 21, 59, 59, tzinfo=UTC)),
        ({"at": "call.closes_at"}, datetime(2026, 6, 30, 13, 0, tzinfo=UTC)),
        ({"at": "call.moment"}, LATE),
        ({"at": "call.day"}, datetime(2026, 7, 1, 21, 59, 59, tzinfo=UTC)),
        ({"at": "call.none"}, None),
        ({"days": 1, "from": "call.none"}, None),
        ({"days": 3, "from": "call.past"}, datetime(2026, 3, 3, 22, 59, 59, tzinfo=UTC)),
        ({"days": 2, "from": "call.past"}, datetime(2026, 3, 5, 22, 59, 59, tzinfo=UTC)),
        ({"working_days": 1, "from": "call.past"}, datetime(2026, 3, 4, 22, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_deadline_ends_with_a_local_day_or_at_its_moment(deadline, expected):
    model = Deadline.model_validate(deadline)
    assert deadline_at(model, entered=LATE, facts=FACTS, country="AL", timezone="Europe/Tirane") == expected
