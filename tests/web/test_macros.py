"""Each macro draws what its arguments say, and escapes what people wrote."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import render_template_string

from fundflow.web import Page

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
PAGE = "{% from 'macros/page.html' import breadcrumb, page_header, panel, notice, empty_state, tabs, stats %}"
DATA = (
    "{% from 'macros/data.html' import data_table, td, pager, money, date, moment, since, definition_list %}"
)
CASE = "{% from 'macros/case.html' import stage_badge, tag, steps, timeline, task_list, due %}"
ACTIONS = "{% from 'macros/actions.html' import csrf, button_post, button_link, button_refused %}"


@pytest.fixture
def draw(site):
    def render(text: str, **values: object) -> str:
        with site.test_request_context("/people"):
            return render_template_string(PAGE + DATA + CASE + ACTIONS + text, now=NOW, **values)

    return render


def test_what_people_wrote_is_escaped(draw):
    evil = "<script>alert(1)</script>"
    text = """{{ page_header(evil, lead=evil) }}{{ definition_list([(evil, evil)]) }}
      {{ stage_badge(evil, 'end') }}
      {{ timeline([{'at': now, 'title': evil, 'text': evil, 'who': evil}]) }}{{ empty_state(evil, evil) }}
      {{ task_list([{'title': evil, 'href': '/', 'status': evil, 'hint': evil}]) }}{{ notice(evil) }}
      {{ stats([{'label': evil, 'value': evil, 'note': evil}]) }}{{ tabs([(evil, '/', True)]) }}
      {{ button_post('/', evil, fields={'a': evil}) }}{{ breadcrumb([(evil, None)]) }}"""
    drawn = draw(text, evil=evil)
    assert "<script>" not in drawn
    assert drawn.count("&lt;script&gt;") == 21


def test_the_steps_mark_what_is_done_and_what_is_now(draw):
    drawn = draw("{{ steps('approval') }}")
    assert drawn.count('class="done"') == 2
    assert drawn.count('aria-current="step"') == 1
    assert draw("{{ steps('end') }}").count('class="done"') == 5
    ended = draw("{{ steps('end', [('screening', 'Screening'), ('end', 'Withdrawn')]) }}")
    assert re.findall(r'<li class="([^"]+)"', ended) == ["done", "done current"]
    assert re.findall(r'aria-current="step"><span>([^<]+)</span>', ended) == ["Withdrawn"]
    assert draw("{{ steps('follow_up') }}").count('class="done"') == 4
    assert 'class="done"' not in draw("{{ steps('draft') }}")


def test_a_table_names_each_cell_for_the_cards(draw):
    drawn = draw(
        "{% call(row) data_table('Cases', ['Reference', ('Amount', 'num')], rows) %}"
        "{{ td('Reference', row) }}{{ td('Amount', 5, 'num') }}{% endcall %}",
        rows=["SUF-1", None],
    )
    assert drawn.count('data-label="Reference"') == 2
    assert '<th scope="col" class="num">Amount</th>' in drawn
    assert '<td data-label="Reference">–</td>' in drawn


def test_a_button_that_acts_is_a_form_with_a_token(draw):
    drawn = draw("{{ button_post('/go', 'Go', 'danger', {'version': 3}) }}")
    assert '<form method="post" action="/go">' in drawn
    assert 'name="csrf_token"' in drawn
    assert '<input type="hidden" name="version" value="3">' in drawn
    assert "disabled" in draw("{{ button_refused('Go', ['Too late.']) }}")


@pytest.mark.parametrize(("days", "said"), [(-1, "Overdue"), (1, "in 1 day"), (20, "in 3 weeks")])
def test_a_deadline_says_how_near_it_is(draw, days, said):
    from fundflow.platform import clock  # noqa: PLC0415

    with clock.at(NOW):
        assert said in draw("{{ due(at, now, 'UTC') }}", at=NOW + timedelta(days=days))


def test_the_pager_says_where_it_is(draw):
    drawn = draw("{{ pager(page) }}", page=Page(list(range(60)), 2, 60, 150))
    assert "61 to 120 of 150" in drawn
    assert 'href="/people?page=3" rel="next"' in drawn
    assert "rel=" not in draw("{{ pager(page) }}", page=Page([1], 1, 60, 1))


def test_empty_values_are_said_in_words(draw):
    drawn = draw("{{ definition_list([('Phone', None), ('Fax', ''), ('Jobs', 0)]) }}")
    assert drawn.count("Not provided") == 2
    assert "<dd>0</dd>" in drawn
