"""One page of a list, by its number, with the total."""

from __future__ import annotations

import pytest
from pages import open_account
from sqlalchemy import select

from fundflow.accounts import User
from fundflow.web import Page, paginate, requested_page


@pytest.mark.parametrize(
    ("asked", "number"), [("3", 3), ("0", 1), ("-1", 1), ("x", 1), ("", 1), ("9" * 30, 1)]
)
def test_odd_page_numbers_count_as_the_first(pages, asked, number):
    with pages.test_request_context(f"/?page={asked}"):
        assert requested_page() == number


def test_rows_and_total_come_in_two_queries(site):
    for number in range(5):
        open_account(site, f"p{number}@list.example", name=f"Person {number}", password=None)
    listed = select(User).where(User.email.like("%@list.example")).order_by(User.name)
    with site.test_request_context("/people?page=2"):
        page = paginate(listed, size=2)
        assert [user.name for user in page] == ["Person 2", "Person 3"]
        assert (page.number, page.pages, page.total, page.first, page.last) == (2, 3, 5, 3, 4)
        past = paginate(listed, number=99, size=2)
        assert (past.number, [user.name for user in past]) == (3, ["Person 4"])


def test_an_empty_list_is_one_empty_page(site):
    with site.test_request_context("/"):
        page = paginate(select(User).where(User.email == "nobody").order_by(User.id))
        assert (page.pages, page.first, page.last, page.total, len(page)) == (1, 0, 0, 0, 0)


def test_other_pages_keep_the_filters(site):
    with site.test_request_context("/people?role=auditor&q=a&page=2"):
        assert Page([1], 2, 1, 9).url(3) == "/people?role=auditor&q=a&page=3"


def test_the_numbers_around_have_gaps():
    assert Page([], 6, 1, 12).around() == [1, None, 5, 6, 7, None, 12]
    assert Page([], 1, 1, 1).around() == [1]
