"""Splitting money: exact sums, no part off by more than a cent, and the same answer every time."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundflow.platform.money import Money, split, to_decimal, to_minor

AMOUNTS = st.integers(0, 10**15)
SHARES = st.lists(st.integers(0, 10_000), min_size=1, max_size=12).filter(any)
CURRENCIES = st.sampled_from(["EUR", "ALL", "JPY", "KWD"])


@given(AMOUNTS, SHARES)
def test_the_parts_are_the_whole(minor, shares):
    parts = split(minor, shares)
    assert sum(parts) == minor
    assert len(parts) == len(shares)
    assert all(part >= 0 for part in parts)


@given(AMOUNTS, SHARES)
def test_no_part_is_off_by_a_whole_unit(minor, shares):
    total = sum(shares)
    for part, share in zip(split(minor, shares), shares, strict=True):
        assert abs(Decimal(part) - Decimal(minor * share) / total) < 1


@given(AMOUNTS, SHARES)
def test_a_share_of_nothing_gets_nothing(minor, shares):
    assert all(part == 0 for part, share in zip(split(minor, shares), shares, strict=True) if share == 0)


@given(AMOUNTS, SHARES)
def test_a_larger_share_never_gets_less(minor, shares):
    parts = split(minor, shares)
    ordered = [part for _share, part in sorted(zip(shares, parts, strict=True))]
    assert ordered == sorted(ordered)


@pytest.mark.parametrize(("minor", "shares"), [(100, []), (100, [0, 0]), (-1, [1])])
def test_what_cannot_be_split_is_refused(minor, shares):
    with pytest.raises(ValueError, match="shares must add up"):
        split(minor, shares)


@given(st.integers(-(10**12), 10**12), CURRENCIES)
def test_there_and_back_again(minor, currency):
    assert to_minor(to_decimal(minor, currency), currency) == minor
    assert to_minor(str(to_decimal(minor, currency)), currency) == minor


@given(st.integers(), st.integers(), CURRENCIES)
def test_sums_keep_their_currency(one, other, currency):
    assert Money(one, currency) + Money(other, currency) - Money(other, currency) == Money(one, currency)
    with pytest.raises(ValueError, match="do not add up"):
        Money(one, currency) + Money(other, "XXX")
