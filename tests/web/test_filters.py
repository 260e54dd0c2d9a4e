"""Money, dates and words read as the language of the page writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask_babel import force_locale

from fundflow.platform import clock
from fundflow.platform.money import Money
from fundflow.web import filters

NOON = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


@pytest.fixture(autouse=True)
def context(pages):
    with pages.test_request_context("/"):
        yield


@pytest.mark.parametrize(
    ("language", "shown"),
    [("en", "€5,400.00"), ("sq", "5 400,00 €"), ("it", "5.400,00 €"), ("el", "5.400,00 €")],
)
def test_money_follows_the_language(language, shown):
    with force_locale(language):
        assert plain(filters.money(540000, "EUR")) == shown


@pytest.mark.parametrize(
    ("language", "day", "moment", "number"),
    [
        ("en", "1 Jul 2026", "1 Jul 2026, 14:00 CEST", "12,345.5"),
        ("sq", "1 korr 2026", "1 korr 2026, 14:00 CEST", "12 345,5"),
        ("it", "1 lug 2026", "1 lug 2026, 14:00 CEST", "12.345,5"),
        ("el", "1 Ιουλ 2026", "1 Ιουλ 2026, 14:00 CEST", "12.345,5"),
    ],
)
def test_days_moments_and_numbers_follow_the_language(language, day, moment, number):
    with force_locale(language):
        assert filters.date(date(2026, 7, 1)) == day
        assert filters.datetime(NOON, "Europe/Tirane") == moment
        assert plain(filters.number("12345.5")) == number


def test_money_takes_every_form_it_is_kept_in():
    assert filters.money({"minor": 100, "currency": "EUR"}) == "€1.00"
    assert filters.money(Money(100, "EUR")) == "€1.00"
    assert filters.money(0, "EUR") == "€0.00"
    assert filters.money(None, "EUR") == "–"


def test_a_moment_shows_its_zone_and_a_day_is_that_of_the_zone():
    assert filters.datetime(NOON, "Europe/Tirane") == "1 Jul 2026, 14:00 CEST"
    late = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    assert filters.date(late, "Europe/Tirane") == "2 Jul 2026"
    assert filters.date(late, "UTC") == "1 Jul 2026"
    assert filters.date(date(2026, 7, 1)) == filters.date("2026-07-01") == "1 Jul 2026"
    assert filters.date(None) == filters.datetime(None) == filters.ago(None) == "–"


def test_how_long_ago_is_measured_by_the_held_clock():
    with clock.at(NOON):
        assert filters.ago(NOON - timedelta(days=3)) == "3 days ago"
        assert filters.ago(NOON + timedelta(hours=2)) == "in 2 hours"


def test_words_are_picked_by_the_language_of_the_page():
    label = {"en": "Submitted", "sq": "Dorëzuar"}
    with force_locale("sq"):
        assert filters.words(label) == "Dorëzuar"
    with force_locale("it"):
        assert filters.words(label) == "Submitted"
    assert filters.words("as it is") == "as it is"
    assert filters.words(None) == ""


def test_sizes_and_numbers_read_well():
    assert filters.size(900) == "1 KB"
    assert filters.size(2_340_000) == "2.3 MB"
    assert filters.number(12345) == "12,345"
